import { type FileState, isDeletePending as isPending } from '@tsmbd/oplock-lease';
import { AccessMask, DispositionFlags, NtStatus } from '@tsmbd/smb2-codec';
import { isEmptyFor, noteDeleter, requireDeletable } from '../access/index.ts';
import { nameChanges } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';

/** FileDispositionInformation, [MS-FSA] 2.1.5.15.3. */
export async function setDisposition(
  deletePending: boolean,
  open: FileOpen,
  ctx: RequestContext,
  ignoreReadOnly = false,
): Promise<void> {
  if (deletePending) await checkDeletion(open, ctx, ignoreReadOnly);
  ctx.server.authority.apply(open.key, { type: 'set-delete-pending', open: open.id, deletePending });
  if (!deletePending) {
    ctx.server.deleters.delete(open.key);
    return;
  }
  noteDeleter(ctx.server, open);
  open.markedDeleted = true;
  ctx.server.opens.endWatches(open);
}

/** FileDispositionInformationEx, [MS-FSA] 2.1.5.15.4. */
export async function setDispositionEx(flags: number, open: FileOpen, ctx: RequestContext): Promise<void> {
  if ((flags & ~ALL_FLAGS) !== 0) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, `flags 0x${flags.toString(16)}`);
  const deletes = (flags & DispositionFlags.DELETE) !== 0;
  // A client that could clear the READONLY attribute does not need to clear it first.
  const ignoreReadOnly =
    (flags & DispositionFlags.IGNORE_READONLY_ATTRIBUTE) !== 0 &&
    (open.grantedAccess & AccessMask.FILE_WRITE_ATTRIBUTES) !== 0;
  if ((flags & DispositionFlags.ON_CLOSE) === 0) await setDisposition(deletes, open, ctx, ignoreReadOnly);
  else await setDeleteOnClose(deletes, open, ctx, ignoreReadOnly);
  open.posixDelete = deletes && (flags & DispositionFlags.POSIX_SEMANTICS) !== 0;
}

/**
 * Sets or clears FILE_DELETE_ON_CLOSE of an open after its CREATE. Others can still open the file
 * until this open closes.
 */
async function setDeleteOnClose(
  deleteOnClose: boolean,
  open: FileOpen,
  ctx: RequestContext,
  ignoreReadOnly: boolean,
): Promise<void> {
  if (deleteOnClose) await checkDeletion(open, ctx, ignoreReadOnly);
  ctx.server.authority.apply(open.key, { type: 'set-delete-on-close', open: open.id, deleteOnClose });
  open.deleteOnClose = deleteOnClose;
}

/**
 * Checks that the open's file or stream may be deleted. Clients that cache handles of it are asked
 * to give them up first.
 */
async function checkDeletion(open: FileOpen, ctx: RequestContext, ignoreReadOnly: boolean): Promise<void> {
  await nameChanges(ctx, open);
  const stat = await open.handle.stat();
  requireDeletable({ stat, path: open.path, isStream: open.handle.file !== undefined }, ignoreReadOnly);
  if (open.handle.kind === 'directory' && !(await isEmptyFor(open.tree.share, open.handle))) {
    throw new StatusError(NtStatus.STATUS_DIRECTORY_NOT_EMPTY, 'directory has entries');
  }
}

/**
 * True if the open's stream, or the name by which its file was opened, is about to be deleted.
 * [MS-FSA] 2.1.5.12.27, 2.1.5.15.11
 */
export function isDeletePending(server: Engine, open: FileOpen): boolean {
  return statesOf(server, open).some((state) => isPending(state, open.id));
}

/**
 * The states that the server has for the open's file. For a stream: those of the stream and of its
 * file.
 */
export function statesOf({ authority }: Engine, { key, handle }: FileOpen): FileState[] {
  const own = authority.peek(key);
  const ofFile = handle.file === undefined ? undefined : authority.peek(handle.file.identity);
  if (ofFile === undefined) return own === undefined ? [] : [own];
  return own === undefined ? [ofFile] : [own, ofFile];
}

const ALL_FLAGS = Object.values(DispositionFlags).reduce((all, flag) => all | flag, 0);
