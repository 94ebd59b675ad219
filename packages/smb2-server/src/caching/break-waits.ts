import { type ChangeCommand, changeBreaks, type OpenId } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { EndCause, Engine, FileOpen, RequestContext } from '../model/index.ts';

/**
 * Sends an interim response, then waits until the file's state says that the request may try again.
 */
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
    else ctx.pendAgain(cancel);
  });
}

/**
 * Sends an interim response, and waits for clients of another worker to give something up. If the
 * request ends first, this throws, and the other worker goes on for nothing.
 */
export function untilElsewhere(ctx: RequestContext, open: FileOpen, asked: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    asked.then(() => {
      ctx.onCancel = undefined;
      resolve();
    }, reject);
    const cancel = (cause: EndCause): void =>
      reject(new StatusError(STATUS[cause], 'withdrawn while it waited for a break elsewhere'));
    if (ctx.asyncId === 0n) ctx.pend(open, cancel);
    else ctx.pendAgain(cancel);
  });
}

/**
 * Throws if the client no longer waits for an answer. Whatever the request asked for then would
 * hold up other clients for nothing.
 */
export function requireWanted(ctx: RequestContext): void {
  const cause = ctx.ended;
  if (cause !== undefined) throw new StatusError(STATUS[cause], 'nobody waits for the answer');
}

const STATUS: Readonly<Record<EndCause, number>> = {
  cancelled: NtStatus.STATUS_CANCELLED,
  open: NtStatus.STATUS_FILE_CLOSED,
  tree: NtStatus.STATUS_NETWORK_NAME_DELETED,
  session: NtStatus.STATUS_USER_SESSION_DELETED,
  connection: NtStatus.STATUS_USER_SESSION_DELETED,
  // [MS-SMB2] 3.3.4.2
  crowd: NtStatus.STATUS_INSUFFICIENT_RESOURCES,
};

/**
 * The file of this open is about to get another name, or to lose one. A client that caches the
 * handle closes it first, or says that it will not. [MS-FSA] 2.1.5.15.3, 2.1.5.15.6, 2.1.5.15.11
 */
export function nameChanges(ctx: RequestContext, open: FileOpen): Promise<void> {
  return handlesGiveWay(ctx, open, open.key, open.id);
}

/**
 * Files that stand in the way of what `open` is about to do. If such a file is open only because a
 * client caches its handle, it is closed by the time this function ends. All these clients are told
 * at the same time.
 */
export async function othersGiveWay(ctx: RequestContext, open: FileOpen, keys: Iterable<string>): Promise<void> {
  const all = [...new Set(keys)];
  for (const key of all) ctx.server.authority.apply(key, nameChange(undefined, undefined));
  for (const key of all) await handlesGiveWay(ctx, open, key, undefined);
}

/**
 * Begins to do the same for another worker. Returns whether somebody caches a handle of the file,
 * and has been told.
 */
export function beginsToGiveWay(server: Engine, key: string): boolean {
  const { authority } = server;
  const state = authority.peek(key);
  const change = nameChange(undefined, undefined);
  if (state === undefined || !changeBreaks(state, change)) return false;
  authority.apply(key, change);
  return true;
}

/** Resolves when nobody caches a handle of the file any more. */
export async function giveWayFor(server: Engine, key: string): Promise<void> {
  const { authority, waits } = server;
  const waiter = waits.newWaiter();
  while (authority.peek(key) !== undefined && authority.apply(key, nameChange(undefined, waiter)) !== 'go') {
    await new Promise<void>((resolve) => waits.wait(waiter, () => resolve()));
  }
}

async function handlesGiveWay(ctx: RequestContext, pending: FileOpen, key: string, own?: OpenId): Promise<void> {
  const { authority, waits } = ctx.server;
  const waiter = waits.newWaiter();
  for (;;) {
    if (authority.apply(key, nameChange(own, waiter)) === 'go') return;
    await untilRetry(ctx, key, waiter, pending);
  }
}

function nameChange(open: OpenId | undefined, waiter: number | undefined): ChangeCommand {
  return { type: 'change', what: 'name', open, parentLease: undefined, waiter };
}
