import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from './errors.ts';
import type { FileOpen } from './open.ts';
import type { EndCause, RequestContext } from './request-context.ts';

/** Waits, after an interim response, until the file's state says that the request may ask again. */
export function untilRetry(
  ctx: RequestContext,
  key: string,
  waiter: number,
  open: FileOpen | undefined,
): Promise<void> {
  const { authority, waits } = ctx.server;
  return new Promise((resolve, reject) => {
    waits.wait(waiter, () => resolve());
    const cancel = (cause: EndCause): void => {
      waits.forget(waiter);
      authority.apply(key, { type: 'cancel-wait', waiter });
      reject(new StatusError(STATUS[cause], 'withdrawn while it waited for a break'));
    };
    if (ctx.asyncId === 0n) ctx.pend(open, cancel);
    else ctx.onCancel = cancel;
  });
}

const STATUS: Readonly<Record<EndCause, number>> = {
  cancelled: NtStatus.STATUS_CANCELLED,
  open: NtStatus.STATUS_FILE_CLOSED,
  tree: NtStatus.STATUS_NETWORK_NAME_DELETED,
  session: NtStatus.STATUS_USER_SESSION_DELETED,
  connection: NtStatus.STATUS_USER_SESSION_DELETED,
};

/**
 * The open's file is about to get another name, or to lose one: whoever caches its handle closes it first or says that
 * he will not. [MS-FSA] 2.1.5.15.3, 2.1.5.15.6, 2.1.5.15.11
 */
export async function nameChanges(ctx: RequestContext, open: FileOpen): Promise<void> {
  const { authority, waits } = ctx.server;
  for (;;) {
    const waiter = waits.newWaiter();
    const result = authority.apply(open.key, {
      type: 'change',
      what: 'name',
      open: open.id,
      parentLease: undefined,
      waiter,
    });
    if (result === 'go') return;
    await untilRetry(ctx, open.key, waiter, open);
  }
}
