import type { OpenCommand, OplockLevel } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { EndCause, RequestContext } from '../request-context.ts';

/**
 * Claims a place among the file's opens, [MS-FSA] 2.1.5.1.2. Waits, after an interim response, for oplocks that have
 * to be given up first; `waited` then says that what was known of the file may be old.
 */
export async function claimOpen(
  ctx: RequestContext,
  key: string,
  command: Omit<OpenCommand, 'waiter'>,
): Promise<{ oplock: OplockLevel; waited: boolean }> {
  const { authority, waits } = ctx.server;
  for (let waited = false; ; waited = true) {
    const waiter = waits.newWaiter();
    const result = authority.apply(key, { ...command, waiter });
    switch (result.status) {
      case 'granted':
        return { oplock: result.oplock, waited };
      case 'delete-pending':
        throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
      case 'sharing-violation':
        throw new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'shared otherwise');
      case 'wait':
        await breakEnds(ctx, key, waiter);
    }
  }
}

function breakEnds(ctx: RequestContext, key: string, waiter: number): Promise<void> {
  const { authority, waits } = ctx.server;
  return new Promise((resolve, reject) => {
    waits.wait(waiter, () => resolve());
    const cancel = (cause: EndCause): void => {
      waits.forget(waiter);
      authority.apply(key, { type: 'cancel-open', waiter });
      const status = cause === 'cancelled' ? NtStatus.STATUS_CANCELLED : NtStatus.STATUS_USER_SESSION_DELETED;
      reject(new StatusError(status, 'the open was withdrawn while it waited'));
    };
    if (ctx.asyncId === 0n) ctx.pend(undefined, cancel);
    else ctx.onCancel = cancel;
  });
}
