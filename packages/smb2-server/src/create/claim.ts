import type { OpenCommand, OpenId, OpenResult } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import type { MaybePromise, VfsHandle } from '@tsmbd/vfs-adapter';
import { requireWanted, untilRetry } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { removeDeleted } from '../files/index.ts';
import type { Engine, RequestContext } from '../model/index.ts';

type Granted = Extract<OpenResult, { status: 'granted' }>;

/**
 * Claims a place among the file's opens, [MS-FSA] 2.1.5.1.2. If others must first give up caching,
 * the call waits for them, after an interim response. `waited` is then true: what was known of the
 * file may be out of date.
 */
export function claimOpen(
  ctx: RequestContext,
  handle: VfsHandle,
  command: Omit<OpenCommand, 'waiter' | 'streamOf'>,
): MaybePromise<Granted & { waited: boolean }> {
  return tryClaim(ctx, handle, command, ctx.server.waits.newWaiter(), false);
}

function tryClaim(
  ctx: RequestContext,
  handle: VfsHandle,
  command: Omit<OpenCommand, 'waiter' | 'streamOf'>,
  waiter: number,
  waited: boolean,
): MaybePromise<Granted & { waited: boolean }> {
  requireWanted(ctx);
  // While this call waited, the stream may have become the file's unnamed stream.
  const key = handle.identity;
  const result = ctx.server.authority.apply(key, { ...command, streamOf: handle.file?.identity, waiter });
  switch (result.status) {
    case 'granted':
      return { ...result, waited };
    case 'delete-pending':
      throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
    case 'sharing-violation':
      throw new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'shared otherwise');
    case 'unavailable':
      throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'a persistent open waits for its client');
    case 'lease-elsewhere':
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the lease is on another file');
    case 'wait':
      return untilRetry(ctx, key, waiter, undefined).then(() => tryClaim(ctx, handle, command, waiter, true));
  }
}

/**
 * Takes back a claim whose CREATE failed after all. If others wanted the file deleted with its last
 * open, and this open was the last one, the file is deleted too.
 */
export async function withdraw(server: Engine, handle: VfsHandle, open: OpenId): Promise<void> {
  const result = server.authority.apply(handle.identity, { type: 'close', open, withdrawn: true, hold: true });
  await removeDeleted(server, handle, result);
}
