import { FileAction, NotifyFilter } from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
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
    open.session.connection.endPending((ctx) => ctx.pendingOpen === open, 'open');
  }
  if (open.kind === 'pipe') {
    open.pipe.close();
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
  try {
    await unlinkIfLast(server, open);
  } finally {
    releaseSystemLocks(server, open);
    server.authority.apply(open.key, { type: 'close', open: open.id });
    if (open.modified) server.closedModified(open);
    await open.handle.close();
  }
}

/**
 * Removes the name while this open is still in the file's state: an open that comes meanwhile is told that the file
 * is being deleted.
 */
async function unlinkIfLast(server: SmbServer, open: FileOpen): Promise<void> {
  const { authority } = server;
  if (open.deleteOnClose) {
    authority.apply(open.key, { type: 'set-delete-pending', open: open.id, deletePending: true });
    server.opens.endWatches(open);
  }
  const state = authority.peek(open.key);
  if (state === undefined || !state.deletePending || (state.opens.size > 1 && !open.posixDelete)) return;
  try {
    await open.handle.unlink();
  } catch (error) {
    // A directory that was filled meanwhile stays, as it does on Windows; so does a name that is already gone.
    if (error instanceof VfsError && (error.code === 'not-empty' || error.code === 'not-found')) return;
    throw error;
  }
  server.changed(
    open,
    FileAction.REMOVED,
    open.handle.kind === 'directory' ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME,
  );
}
