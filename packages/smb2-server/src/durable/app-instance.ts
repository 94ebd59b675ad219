import { type AppInstanceId, type AppInstanceVersion, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { closeOpen } from '../close-open.ts';
import { StatusError } from '../errors.ts';
import { isOpenOf } from '../open.ts';
import { isSameShare } from '../places.ts';
import type { RequestContext } from '../request-context.ts';

/** An application that may move from one client to another, [MS-SMB2] 3.3.1.10 Open.AppInstanceId. */
export interface AppInstance {
  readonly id: string;
  readonly version: AppInstanceVersion | undefined;
}

/**
 * An application has moved: what its instance on another client still has open of this file closes, without a break.
 * An older version of it is refused with STATUS_FILE_FORCED_CLOSED. [MS-SMB2] 3.3.5.9.13, 3.3.5.9.16
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
    open.session.opens.delete(open.fileId.volatile);
    await closeOpen(ctx.server, open);
  }
}

/** Versions count only where both have one. */
function isNewer(mine: AppInstanceVersion | undefined, theirs: AppInstanceVersion | undefined): boolean {
  if (mine === undefined || theirs === undefined) return true;
  if (mine.appInstanceVersionHigh !== theirs.appInstanceVersionHigh) {
    return mine.appInstanceVersionHigh > theirs.appInstanceVersionHigh;
  }
  return mine.appInstanceVersionLow > theirs.appInstanceVersionLow;
}
