import { Oplock } from '@tsmbd/oplock-lease';
import { AccessMask, NtStatus } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle, type VfsPath } from '@tsmbd/vfs-adapter';
import { isEmptyFor, openAs, requireReplaceable } from '../access/index.ts';
import { othersGiveWay, untilElsewhere } from '../caching/index.ts';
import { HomedElsewhere, StatusError } from '../errors.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';
import { isNameGoing } from '../names/index.ts';

/** How often the name may appear just after it was found to be free, before the server gives up. */
const MAX_TRIES = 3;

/**
 * Gives a file the name `to`. If another file has that name, it may have to be replaced: that file
 * is checked first, and from then on nobody can open it. `act` is told whether there is a file to
 * replace. [MS-FSA] 2.1.5.15.6, 2.1.5.15.11
 */
export async function replacing(
  to: VfsPath,
  replace: boolean,
  open: FileOpen,
  ctx: RequestContext,
  act: (replace: boolean) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const target = await claimTarget(to, replace, open, ctx);
    try {
      return await act(target !== undefined);
    } catch (error) {
      // A file that was made after the name was found to be free is checked like one that was there
      // before.
      const appeared = target === undefined && replace && error instanceof VfsError && error.code === 'exists';
      if (!appeared || tries === MAX_TRIES) throw error;
    } finally {
      target?.();
    }
  }
}

/**
 * Claims what stands at the target, if anything does. Nobody can open it until the returned
 * function is called.
 */
async function claimTarget(
  to: VfsPath,
  replace: boolean,
  open: FileOpen,
  ctx: RequestContext,
): Promise<(() => void) | undefined> {
  let handle: VfsHandle;
  try {
    ({ handle } = await openAs(open.tree, to, { disposition: 'open', kind: 'any', data: 'none', noFollow: true }));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'not-found') return undefined;
    throw error;
  }
  let release: (() => void) | undefined;
  try {
    // The target is another spelling (upper or lower case), or another link, of the same file.
    if (handle.identity === open.key) {
      if (!(await isNameGoing(ctx.server, open.tree.share, to, handle))) return () => {};
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is being deleted');
    }
    if (!replace) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_COLLISION, 'the name exists');
    if (handle.kind === 'directory') {
      if (open.handle.kind === 'directory') await requireEmpty(to, handle, open);
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'a directory is not replaced');
    }
    await targetGivesWay(ctx, open, handle.identity);
    release = claimAlone(handle.identity, ctx.server);
    await requireReplaceable(open.tree, handle, to);
    return release;
  } catch (error) {
    release?.();
    throw error;
  } finally {
    await handle.close();
  }
}

/** Has the clients that only cache handles of the target give them up, wherever they are. */
async function targetGivesWay(ctx: RequestContext, open: FileOpen, key: string): Promise<void> {
  const { authority, workers } = ctx.server;
  const worker = workers?.elsewhere(key);
  if (worker === undefined) {
    if (authority.peek(key) !== undefined) await othersGiveWay(ctx, open, [key]);
    return;
  }
  const wait = await workers!.giveWay(worker, key);
  if (wait !== undefined) await untilElsewhere(ctx, open, wait());
  if (workers!.elsewhere(key) === undefined) return;
  throw targetOpen();
}

/**
 * A directory is never replaced, [MS-FSA] 2.1.5.15.11. Clients that run POSIX programs remove an
 * empty directory themselves first, and so need to tell an empty directory from one with entries.
 * smbd answers in this way, and cifs.ko relies on it. A user who may not delete the directory does
 * not learn whether it is empty.
 */
async function requireEmpty(to: VfsPath, target: VfsHandle, { tree }: FileOpen): Promise<void> {
  await requireReplaceable(tree, target, to);
  if (await isEmptyFor(tree.share, target)) return;
  throw new StatusError(NtStatus.STATUS_DIRECTORY_NOT_EMPTY, 'the directory at the new name has entries');
}

/**
 * Opens a file in its FileState only, for deletion and without sharing, until the returned function
 * is called. Throws STATUS_ACCESS_DENIED if somebody has the file open.
 */
export function claimAlone(key: string, server: Engine): () => void {
  const { authority, waits } = server;
  if (authority.peek(key) !== undefined) throw targetOpen();
  const id = server.newOpenId();
  try {
    authority.apply(key, {
      type: 'open',
      open: id,
      access: AccessMask.DELETE,
      share: 0,
      deleteOnClose: false,
      oplock: Oplock.NONE,
      levelTwo: false,
      lease: undefined,
      overwrites: false,
      alone: true,
      waiter: waits.newWaiter(),
    });
  } catch (error) {
    throw error instanceof HomedElsewhere ? targetOpen() : error;
  }
  return () => void authority.apply(key, { type: 'close', open: id });
}

function targetOpen(): StatusError {
  return new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is open');
}
