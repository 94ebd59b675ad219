import type { OpenCommand, OpenResult } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import { requireWanted, untilRetry } from '../break-waits.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../request-context.ts';

type Granted = Extract<OpenResult, { status: 'granted' }>;

/**
 * Claims a place among the file's opens, [MS-FSA] 2.1.5.1.2. Waits, after an interim response, for caching that has
 * to be given up first; `waited` then says that what was known of the file may be old.
 */
export async function claimOpen(
  ctx: RequestContext,
  key: string,
  command: Omit<OpenCommand, 'waiter'>,
): Promise<Granted & { waited: boolean }> {
  const { authority, waits } = ctx.server;
  const waiter = waits.newWaiter();
  for (let waited = false; ; waited = true) {
    requireWanted(ctx);
    const result = authority.apply(key, { ...command, waiter });
    switch (result.status) {
      case 'granted':
        ctx.speaksOf(command.lease === undefined ? { open: command.open } : { lease: command.lease.id });
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
