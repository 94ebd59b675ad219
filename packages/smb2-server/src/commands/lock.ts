import { Dialect, LockFlags, type LockRequest, type LockResponse, NtStatus } from '@tsmbd/smb2-codec';
import { fileChanges } from '../caching.ts';
import { StatusError } from '../errors.ts';
import { LockSequences } from '../lock-sequence.ts';
import type { FileOpen } from '../open.ts';
import type { RequestContext } from '../request-context.ts';

const KIND = LockFlags.SHARED_LOCK | LockFlags.EXCLUSIVE_LOCK | LockFlags.UNLOCK;

/** LOCK, [MS-SMB2] 3.3.5.14. */
export function handleLock(request: LockRequest, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  const open = ctx.fileOpen(request.fileId);
  if (open.handle.kind === 'directory') throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'a directory');
  const { locks } = request;
  if (locks.length === 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no lock elements');
  if (!countsLocks(open, ctx)) return carryOut(request, open, ctx);
  open.lockSequences ??= new LockSequences();
  const { lockSequenceIndex: index, lockSequenceNumber: number } = request;
  if (open.lockSequences.isRepeated(index, number)) return {};
  const done = carryOut(request, open, ctx);
  return done instanceof Promise
    ? done.then((response) => counted(request, open, ctx, response))
    : counted(request, open, ctx, done);
}

function carryOut(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  return (request.locks[0]!.flags & LockFlags.UNLOCK) !== 0 ? unlock(request, open, ctx) : lock(request, open, ctx);
}

/** Which LOCK requests may come twice: those of opens that outlive a connection. [MS-SMB2] 3.3.5.14 */
function countsLocks(open: FileOpen, ctx: RequestContext): boolean {
  return open.durable !== undefined && ctx.connection.dialect !== Dialect.SMB_2_0_2;
}

function counted(request: LockRequest, open: FileOpen, ctx: RequestContext, response: LockResponse): LockResponse {
  open.lockSequences!.done(request.lockSequenceIndex, request.lockSequenceNumber);
  ctx.server.persistent.save(open);
  return response;
}

/** [MS-SMB2] 3.3.5.14.1 */
function unlock(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse {
  const { authority } = ctx.server;
  for (const element of request.locks) {
    if (element.flags !== LockFlags.UNLOCK) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'something else among unlocks');
    }
    const result = authority.apply(open.key, { type: 'unlock', open: open.id, ranges: [element] });
    if (result === 'not-locked') throw new StatusError(NtStatus.STATUS_RANGE_NOT_LOCKED, 'no such lock');
  }
  return {};
}

/** [MS-SMB2] 3.3.5.14.2 */
function lock(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  const { authority, waits } = ctx.server;
  for (const { flags } of request.locks) {
    const kind = flags & KIND;
    if (kind !== LockFlags.SHARED_LOCK && kind !== LockFlags.EXCLUSIVE_LOCK) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `lock flags 0x${flags.toString(16)}`);
    }
    if (request.locks.length > 1 && (flags & LockFlags.FAIL_IMMEDIATELY) === 0) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'several locks must fail immediately');
    }
  }
  const immediate = (request.locks[0]!.flags & LockFlags.FAIL_IMMEDIATELY) !== 0;
  const waiter = immediate ? undefined : waits.newWaiter();
  const ranges = request.locks.map(({ offset, length, flags }) => ({
    offset,
    length,
    exclusive: (flags & LockFlags.EXCLUSIVE_LOCK) !== 0,
  }));
  // Bytes that are locked must not be read from somebody's cache, [MS-FSA] 2.1.5.8.
  fileChanges(ctx.server, open);
  const result = authority.apply(open.key, { type: 'lock', open: open.id, ranges, waiter });
  switch (result) {
    case 'locked':
      return {};
    case 'invalid-range':
      throw new StatusError(NtStatus.STATUS_INVALID_LOCK_RANGE, 'range passes the end of 64 bits');
    case 'not-granted':
      throw new StatusError(NtStatus.STATUS_LOCK_NOT_GRANTED, 'range is locked');
    case 'waiting':
      return waitForLock(waiter!, open, ctx);
  }
}

function waitForLock(waiter: number, open: FileOpen, ctx: RequestContext): Promise<LockResponse> {
  const { authority, waits } = ctx.server;
  return new Promise((resolve, reject) => {
    waits.wait(waiter, ({ type }) => {
      if (type === 'lock-granted') resolve({});
      else reject(new StatusError(NtStatus.STATUS_RANGE_NOT_LOCKED, 'the open was closed'));
    });
    ctx.pend(open, (cause) => {
      waits.forget(waiter);
      authority.apply(open.key, { type: 'cancel-lock', waiter });
      // As Windows has it: with its tree or session the wait ends in success, with its open in RANGE_NOT_LOCKED.
      if (cause === 'tree' || cause === 'session') resolve({});
      else {
        const status = cause === 'cancelled' ? NtStatus.STATUS_CANCELLED : NtStatus.STATUS_RANGE_NOT_LOCKED;
        reject(new StatusError(status, 'lock request ended'));
      }
    });
  });
}
