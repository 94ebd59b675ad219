import type { OpenCommand, OpenId, OpenResult } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import type { VfsHandle } from '@tsmbd/vfs-adapter';
import { requireWanted, untilRetry } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { removeDeleted } from '../files/index.ts';
import type { Engine, RequestContext } from '../model/index.ts';

type Granted = Extract<OpenResult, { status: 'granted' }>;

/**
 * Claims a place among the file's opens, [MS-FSA] 2.1.5.1.2. Waits, after an interim response, for
 * caching that has to be given up first; `waited` then says that what was known of the file may be
 * old.
 */
export async function claimOpen(
  ctx: RequestContext,
  handle: VfsHandle,
  command: Omit<OpenCommand, 'waiter' | 'streamOf'>,
): Promise<Granted & { waited: boolean }> {
  const { authority, waits } = ctx.server;
  const waiter = waits.newWaiter();
  for (let waited = false; ; waited = true) {
    requireWanted(ctx);
    // A stream may have become the file's unnamed one while this waited.
    const key = handle.identity;
    const result = authority.apply(key, { ...command, streamOf: handle.file?.identity, waiter });
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
        await untilRetry(ctx, key, waiter, undefined);
    }
  }
}

/**
 * Takes back a claim whose CREATE failed after all. What others wanted deleted with the last open
 * goes with it.
 */
export async function withdraw(server: Engine, handle: VfsHandle, open: OpenId): Promise<void> {
  const result = server.authority.apply(handle.identity, { type: 'close', open, withdrawn: true, hold: true });
  await removeDeleted(server, handle, result);
}
