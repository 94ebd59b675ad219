import { Oplock } from '@tsmbd/oplock-lease';
import { AccessMask, NtStatus } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle, type VfsPath } from '@tsmbd/vfs-adapter';
import { isEmptyFor, requireReplaceable } from '../access/index.ts';
import { othersGiveWay } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';
import { isNameGoing } from '../names/index.ts';

/** A name that is made each time just after it was found to be free. */
const MAX_TRIES = 3;

/**
 * Gives a file the name `to`, where a file that stands there may have to go: it is checked first,
 * and nobody opens it from then on. `act` is told whether there is one to replace. [MS-FSA]
 * 2.1.5.15.6, 2.1.5.15.11
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
      // What was made after the name was found to be free is looked at like what was there before.
      const appeared = target === undefined && replace && error instanceof VfsError && error.code === 'exists';
      if (!appeared || tries === MAX_TRIES) throw error;
    } finally {
      target?.();
    }
  }
}

/**
 * What stands at the target, if anything does: it is nobody's to open until what is returned is
 * called.
 */
async function claimTarget(
  to: VfsPath,
  replace: boolean,
  open: FileOpen,
  ctx: RequestContext,
): Promise<(() => void) | undefined> {
  const vfs = open.tree.share.vfs!;
  let handle: VfsHandle;
  try {
    ({ handle } = await vfs.open(to, { disposition: 'open', kind: 'any', data: 'none', noFollow: true }));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'not-found') return undefined;
    throw error;
  }
  let release: (() => void) | undefined;
  try {
    // Another case, or another link, of the same file.
    if (handle.identity === open.key) {
      if (!(await isNameGoing(ctx.server, open.tree.share, to, handle))) return () => {};
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is being deleted');
    }
    if (!replace) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_COLLISION, 'the name exists');
    if (handle.kind === 'directory') {
      if (open.handle.kind === 'directory') await requireEmpty(to, handle, open);
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'a directory is not replaced');
    }
    if (ctx.server.authority.peek(handle.identity) !== undefined) await othersGiveWay(ctx, open, [handle.identity]);
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

/**
 * No directory is replaced, [MS-FSA] 2.1.5.15.11; clients that have POSIX programs remove an empty
 * one themselves, and have to know one with entries from it: smbd answers so, and cifs.ko relies on
 * it. Who may not delete it learns nothing.
 */
async function requireEmpty(to: VfsPath, target: VfsHandle, { tree }: FileOpen): Promise<void> {
  await requireReplaceable(tree, target, to);
  if (await isEmptyFor(tree.share, target)) return;
  throw new StatusError(NtStatus.STATUS_DIRECTORY_NOT_EMPTY, 'the directory at the new name has entries');
}

/**
 * Opens a file in its state alone, for deletion and shared with nobody, until what is returned is
 * called. Throws STATUS_ACCESS_DENIED when somebody has it open.
 */
export function claimAlone(key: string, server: Engine): () => void {
  const { authority, waits } = server;
  if (authority.peek(key) !== undefined) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is open');
  const id = server.newOpenId();
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
  return () => void authority.apply(key, { type: 'close', open: id });
}
