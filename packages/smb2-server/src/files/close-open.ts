import { type CloseResult, linkOf } from '@tsmbd/oplock-lease';
import { FileAction, NotifyFilter } from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, VfsError, type VfsHandle, type VfsIdentity } from '@tsmbd/vfs-adapter';
import { noteDeleter, removeVetoed } from '../access/index.ts';
import type { Share } from '../config.ts';
import { releaseSystemLocks } from '../locks/index.ts';
import { type Engine, type FileOpen, type Open, tellOfOpen } from '../model/index.ts';

/**
 * Ends an Open, [MS-SMB2] 3.3.5.10 and [MS-FSA] 2.1.5.5. The caller has already removed it from its
 * session's table. A name that is to be deleted is removed with the last open that was made by that
 * name.
 */
export function closeOpen(server: Engine, open: Open): MaybePromise<void> {
  return leaveTables(server, open) ? takeSteps(server, open, 0, NO_PROBLEMS) : undefined;
}

/**
 * The same for a caller that is in the middle of a change of the file's state: the open leaves that
 * state only after the change.
 */
export async function closeOpenLater(server: Engine, open: FileOpen): Promise<void> {
  if (!leaveTables(server, open)) return;
  await Promise.resolve();
  await takeSteps(server, open, 0, NO_PROBLEMS);
}

/** Ends a pipe. Returns true for a file, whose open has steps to take. */
function leaveTables(server: Engine, open: Open): open is FileOpen {
  if (open.closed) return false;
  open.closed = true;
  if (open.kind === 'pipe' || open.durable?.disconnected !== true) {
    open.tree.openCount -= 1;
    open.session.connection.endPendingOf(open, 'open');
  }
  if (open.kind === 'pipe') {
    open.pipe.close();
    open.session.pipeCount -= 1;
    return false;
  }
  server.opens.delete(open);
  server.durables.delete(open);
  tellOfOpen(server, 'close', open);
  return true;
}

/** What is done when an Open of a file ends, in this order. */
const STEPS: readonly ((server: Engine, open: FileOpen) => MaybePromise<void>)[] = [
  (_, open) => open.watch?.close(),
  (server, open) => server.times.closed(open),
  (server, open) => server.persistent.delete(open),
  // A listing that is under way ends first. Otherwise it would begin a cursor that nobody closes.
  (_, open) => open.listing,
  (_, open) => open.enumeration?.cursor.close(),
  releaseSystemLocks,
  leave,
  (server, open) => {
    if (open.modified) server.closedModified(open);
  },
  (_, open) => open.handle.close(),
  // Whatever happened to the handle, the open uses no descriptor any more.
  (server, open) => server.descriptors.closed(open),
  // As long as the open's tree exists, the back end is in use.
  (server, open) => {
    if (open.session.trees.get(open.tree.treeId) !== open.tree) server.backEnds.settle();
  },
  (server, open) => {
    if (open.session.isHosted) server.workers?.openEnded(open);
  },
];

/**
 * Takes every step from the `first` on, even if one before it fails, so that a closed open leaves
 * nothing behind. Then throws the first error.
 */
function takeSteps(server: Engine, open: FileOpen, first: number, before: readonly unknown[]): MaybePromise<void> {
  let problems = before;
  const failed = (error: unknown): void => {
    problems = [...problems, error];
  };
  for (let i = first; i < STEPS.length; i++) {
    try {
      const later = STEPS[i]!(server, open);
      if (later instanceof Promise) return later.catch(failed).then(() => takeSteps(server, open, i + 1, problems));
    } catch (error) {
      failed(error);
    }
  }
  if (problems.length > 0) throw problems[0];
  return undefined;
}

const NO_PROBLEMS: readonly unknown[] = [];

/**
 * Removes the open from the file's state, and deletes what has to be deleted with it: its stream,
 * the file, or nothing. Until that is done, a new open is told that the file is being deleted.
 * [MS-FSA] 2.1.5.5
 */
function leave(server: Engine, open: FileOpen): MaybePromise<void> {
  if (open.deleteOnClose) {
    noteDeleter(server, open);
    // The handle's identity is read now, not when the open began to close: its stream may have
    // become the unnamed one since.
    const { identity } = open.handle;
    server.authority.apply(identity, { type: 'set-delete-pending', open: open.id, deletePending: true });
    server.opens.endWatches(open);
  }
  return open.posixDelete ? leaveAfterName(server, open) : leaveNow(server, open, undefined, NO_PROBLEMS);
}

/** The name goes with this open, even if others have the file open by it. */
async function leaveAfterName(server: Engine, open: FileOpen): Promise<void> {
  let early: VfsHandle | undefined;
  const problems: unknown[] = [];
  try {
    early = await removedBeforeOthers(server, open);
  } catch (error) {
    // The open ends all the same; the name may still be removed with it.
    problems.push(error);
  }
  await leaveNow(server, open, early, problems);
}

/**
 * @param early what was removed already
 * @param problems why nothing was removed before; the first of them is thrown if nothing is now
 */
function leaveNow(
  server: Engine,
  open: FileOpen,
  early: VfsHandle | undefined,
  problems: readonly unknown[],
): MaybePromise<void> {
  const { handle } = open;
  const { file, streamName } = handle;
  const result = server.authority.apply(handle.identity, { type: 'close', open: open.id, hold: true });
  return chain(removeDeleted(server, handle, result, open.tree.share), (removed) => {
    const gone = removed ?? early;
    if (gone === undefined && problems.length > 0) throw problems[0];
    if (gone === undefined) return;
    tellOfOpen(server, 'delete', open);
    if (gone !== file && streamName !== undefined) server.streamChanged(open, FileAction.REMOVED_STREAM, streamName);
    else
      server.changed(
        open,
        FileAction.REMOVED,
        gone.kind === 'directory' ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME,
      );
  });
}

/**
 * [MS-FSCC] 2.4.12: the name is removed with this open, even if others have the file open by it.
 * For those opens the file is then deleted. The name is not removed again when they close: another
 * file may have it by then, or this file may have been given it again.
 */
async function removedBeforeOthers(server: Engine, open: FileOpen): Promise<VfsHandle | undefined> {
  const { authority } = server;
  const { handle, id } = open;
  const state = authority.peek(handle.identity);
  const link = state && linkOf(state, id);
  if (link === undefined || state?.deletedLinks.get(link) !== 'pending') return undefined;
  if (!(await isRemoved(server, handle, open.tree.share))) return undefined;
  // Uses the present name: the open's stream may have become the unnamed one.
  const after = authority.peek(open.handle.identity);
  const now = after && linkOf(after, id);
  if (now !== undefined) authority.apply(open.handle.identity, { type: 'link-gone', link: now });
  return handle;
}

/**
 * Deletes what a close with `hold` says is to be deleted. Returns what that was, if it was deleted.
 */
export function removeDeleted(
  server: Engine,
  handle: VfsHandle,
  result: CloseResult,
  share?: Share,
): MaybePromise<VfsHandle | undefined> {
  if (!result.deleteNow && result.fileLink === undefined) return undefined;
  return removeNow(server, handle, result, share);
}

async function removeNow(
  server: Engine,
  handle: VfsHandle,
  { deleteNow, link, fileLink }: CloseResult,
  share?: Share,
): Promise<VfsHandle | undefined> {
  const { authority } = server;
  const { file, identity } = handle;
  // When a file is deleted, its streams are deleted with it.
  const goes = fileLink === undefined ? handle : file!;
  try {
    return (await isRemoved(server, goes, share)) ? goes : undefined;
  } finally {
    server.deleters.delete(goes.identity);
    if (deleteNow) authority.apply(identity, { type: 'deleted', link });
    if (fileLink !== undefined) authority.apply(file!.identity, { type: 'deleted', link: fileLink });
  }
}

/**
 * Removes the name. If it is a directory that holds only vetoed names, removes these with it, if
 * the share allows that.
 */
async function unlinkWithVetoed(
  handle: VfsHandle,
  share: Share | undefined,
  identity: VfsIdentity | undefined,
): Promise<void> {
  try {
    await handle.unlink(identity);
  } catch (error) {
    const isFull = error instanceof VfsError && error.code === 'not-empty';
    if (!isFull || share === undefined || !(await removeVetoed(share, handle, identity))) throw error;
    await handle.unlink(identity);
  }
}

/**
 * A directory that was filled meanwhile stays, as on Windows. A name that is already gone is no
 * error either.
 */
async function isRemoved(server: Engine, handle: VfsHandle, share: Share | undefined): Promise<boolean> {
  try {
    const deleter = server.deleters.get(handle.identity);
    // What is vetoed goes as the user who deletes, never as the process.
    const isKnown = deleter !== undefined || server.env.sids === undefined;
    await unlinkWithVetoed(handle, isKnown ? share : undefined, deleter);
    server.count('removals');
    return true;
  } catch (error) {
    if (error instanceof VfsError && (error.code === 'not-empty' || error.code === 'not-found')) return false;
    throw error;
  }
}
