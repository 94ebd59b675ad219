import { AccessMask, type AppInstanceId, type AppInstanceVersion, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { fileRights, mapGeneric } from '../access/index.ts';
import { isRefusal, StatusError } from '../errors.ts';
import { closeOpen } from '../files/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';
import { isOpenOf, isSameShare } from '../names/index.ts';

/**
 * An application has moved to this client. What its instance on another client still has open of
 * this file is closed, without a break, if the user of this request may read the file. The request
 * is refused with STATUS_FILE_FORCED_CLOSED if its version is not newer than that of the other
 * instance, or if it has none and the other instance has one. [MS-SMB2] 3.3.5.9.13
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
    // This also holds for an open without a CreateGuid, where the specification does not ask for
    // it: knowing a name gives no right.
    if (!(await mayRead(ctx, open)) || open.closed) continue;
    open.session.opens.delete(open.fileId.volatile);
    await closeOpen(ctx.server, open);
  }
}

/**
 * Whether the request's user may read the open file: GENERIC_READ is in the user's maximal access.
 */
async function mayRead(ctx: RequestContext, { handle }: FileOpen): Promise<boolean> {
  const file = handle.file ?? handle;
  try {
    const { maximal } = await fileRights(ctx.tree, file, await file.stat());
    return (mapGeneric(AccessMask.GENERIC_READ) & ~maximal) === 0;
  } catch (error) {
    // The open was closed meanwhile, or the rights cannot be determined.
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
