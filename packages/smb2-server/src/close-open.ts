import type { CloseResult } from '@tsmbd/oplock-lease';
import { FileAction, NotifyFilter } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import type { FileOpen, Open } from './open.ts';
import type { SmbServer } from './server.ts';
import { releaseSystemLocks } from './system-locks.ts';

/**
 * Ends an Open, [MS-SMB2] 3.3.5.10 and [MS-FSA] 2.1.5.5. The caller has taken it out of its session's table.
 * A file that is delete-pending loses its name with its last open.
 */
export async function closeOpen(server: SmbServer, open: Open): Promise<void> {
  if (open.closed) return;
  open.closed = true;
  if (open.kind === 'pipe' || open.durable?.disconnected !== true) {
    open.tree.openCount -= 1;
    open.session.connection.endPendingOf(open, 'open');
  }
  if (open.kind === 'pipe') {
    open.pipe.close();
    open.session.pipeCount -= 1;
    return;
  }
  open.watch?.close();
  server.opens.delete(open);
  server.durables.delete(open);
  await server.times.closed(open);
  server.persistent.delete(open);
  // A listing under way ends first: it would begin a cursor that nobody closes.
  await open.listing;
  open.enumeration?.cursor.close();
  releaseSystemLocks(server, open);
  try {
    await leave(server, open);
  } finally {
    if (open.modified) server.closedModified(open);
    await closeHandle(server, open);
  }
}

/** Whatever becomes of the handle, the open has no descriptor any more. */
async function closeHandle(server: SmbServer, open: FileOpen): Promise<void> {
  try {
    await open.handle.close();
  } finally {
    server.descriptors.closed(open);
  }
}

/**
 * Takes the open out of the file's state, and removes what goes with it: the stream that it was of, the file, or
 * nothing. Until that is done an open that comes is told that the file is being deleted. [MS-FSA] 2.1.5.5
 */
async function leave(server: SmbServer, open: FileOpen): Promise<void> {
  const { authority } = server;
  const { handle } = open;
  // Not what the open knew when it began to close: its stream may have become the unnamed one since.
  const key = handle.identity;
  if (open.deleteOnClose) {
    authority.apply(key, { type: 'set-delete-pending', open: open.id, deletePending: true });
    server.opens.endWatches(open);
  }
  // [MS-FSCC] 2.4.12: the name goes with this open, whoever else has the file open.
  const early = open.posixDelete && authority.peek(key)?.deletePending === true && (await isRemoved(server, handle));
  const { file, streamName } = handle;
  const result = authority.apply(key, { type: 'close', open: open.id, hold: true });
  const gone = (await removeDeleted(server, handle, result)) ?? (early ? handle : undefined);
  if (gone === undefined) return;
  if (gone !== file && streamName !== undefined) server.streamChanged(open, FileAction.REMOVED_STREAM, streamName);
  else
    server.changed(
      open,
      FileAction.REMOVED,
      gone.kind === 'directory' ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME,
    );
}

/** Removes what a close with `hold` says is to go, and says what that was, if it went. */
export async function removeDeleted(
  server: SmbServer,
  handle: VfsHandle,
  { deleteNow, fileDeleteNow }: CloseResult,
): Promise<VfsHandle | undefined> {
  if (!deleteNow && fileDeleteNow !== true) return undefined;
  const { authority } = server;
  const { file, identity } = handle;
  // A file takes its streams along.
  const goes = fileDeleteNow === true ? file! : handle;
  try {
    return (await isRemoved(server, goes)) ? goes : undefined;
  } finally {
    if (deleteNow) authority.apply(identity, { type: 'deleted' });
    if (fileDeleteNow === true) authority.apply(file!.identity, { type: 'deleted' });
  }
}

/** A directory that was filled meanwhile stays, as it does on Windows; so does a name that is already gone. */
async function isRemoved(server: SmbServer, handle: VfsHandle): Promise<boolean> {
  try {
    await handle.unlink();
    server.removals += 1;
    return true;
  } catch (error) {
    if (error instanceof VfsError && (error.code === 'not-empty' || error.code === 'not-found')) return false;
    throw error;
  }
}
