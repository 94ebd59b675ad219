import { AccessMask, type AppInstanceId, type AppInstanceVersion, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { fileRights, mapGeneric } from '../access/index.ts';
import { isRefusal, StatusError } from '../errors.ts';
import { closeOpen } from '../files/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';
import { isOpenOf, isSameShare } from '../names/index.ts';

/**
 * An application has moved: what its instance on another client still has open of this file closes,
 * without a break, if its user may read the file. A version that is not newer than that, or none
 * where that has one, is refused with STATUS_FILE_FORCED_CLOSED. [MS-SMB2] 3.3.5.9.13
 */
export async function takeOver(
  ctx: RequestContext,
  instance: AppInstanceId & { readonly version: AppInstanceVersion | undefined },
  name: { readonly path: VfsPath; readonly stream: string | undefined },
): Promise<void> {
  for (const open of ctx.server.durables.ofAppInstance(instance.appInstanceId)) {
    if (open.clientGuid === ctx.connection.clientGuid || open.closed) continue;
    if (!isSameShare(open.tree.share, ctx.tree.share) || !isOpenOf(open, name)) continue;
    if (!isNewer(instance.version, open.appInstance?.version)) {
      throw new StatusError(NtStatus.STATUS_FILE_FORCED_CLOSED, 'a newer instance has the file');
    }
    // Also of an open without a CreateGuid, where the specification does not ask for it: a name is
    // no right.
    if (!(await mayRead(ctx, open)) || open.closed) continue;
    open.session.opens.delete(open.fileId.volatile);
    await closeOpen(ctx.server, open);
  }
}

/** The request's user may read the file that is open: GENERIC_READ is in his maximal access. */
async function mayRead(ctx: RequestContext, { handle }: FileOpen): Promise<boolean> {
  const file = handle.file ?? handle;
  try {
    const { maximal } = await fileRights(ctx.tree, file, await file.stat());
    return (mapGeneric(AccessMask.GENERIC_READ) & ~maximal) === 0;
  } catch (error) {
    // It was closed meanwhile, or nobody can tell.
    if (isRefusal(error)) return false;
    throw error;
  }
}

function isNewer(mine: AppInstanceVersion | undefined, theirs: AppInstanceVersion | undefined): boolean {
  if (theirs === undefined) return true;
  if (mine === undefined) return false;
  if (mine.appInstanceVersionHigh !== theirs.appInstanceVersionHigh) {
    return mine.appInstanceVersionHigh > theirs.appInstanceVersionHigh;
  }
  return mine.appInstanceVersionLow > theirs.appInstanceVersionLow;
}
