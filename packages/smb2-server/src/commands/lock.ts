import { isLockRange, type LockRange } from '@tsmbd/oplock-lease';
import { Command, Dialect, LockFlags, type LockRequest, type LockResponse, NtStatus } from '@tsmbd/smb2-codec';
import type { MaybePromise } from '@tsmbd/vfs-adapter';
import { COMMAND_NEEDS, requireGranted } from '../access/index.ts';
import { fileChanges } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { hasSystemLocks, settleSystemLocks } from '../locks/index.ts';
import { type EndCause, type Engine, type FileOpen, LockSequences, type RequestContext } from '../model/index.ts';

/**
 * Elements of one LOCK. Each may also be a lock of the system, and the system goes through all of
 * its locks of the file for each one. cifs.ko sends a page of elements.
 */
export const MAX_ELEMENTS = 1024;

/** LOCK, [MS-SMB2] 3.3.5.14. */
export function handleLock(request: LockRequest, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  const open = ctx.fileOpen(request.fileId);
  if (open.handle.kind === 'directory') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a directory');
  requireGranted(open, COMMAND_NEEDS.LOCK);
  const { locks } = request;
  if (locks.length > MAX_ELEMENTS) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, `${locks.length} lock elements at once`);
  }
  if (locks.length === 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no lock elements');
  if (countsLocks(open, ctx)) {
    open.lockSequences ??= new LockSequences();
    if (open.lockSequences.isRepeated(request.lockSequenceIndex, request.lockSequenceNumber)) return {};
  }
  return (request.locks[0]!.flags & LockFlags.UNLOCK) !== 0 ? unlock(request, open, ctx) : lock(request, open, ctx);
}

/**
 * Which LOCK requests may be repeated: those on opens that outlive a connection. [MS-SMB2] 3.3.5.14
 */
function countsLocks(open: FileOpen, ctx: RequestContext): boolean {
  return open.durable !== undefined && ctx.connection.dialect !== Dialect.SMB_2_0_2;
}

/**
 * Records that the request was carried out, so that a repeated request gets the same result. This
 * happens in the same turn as the change of the locks: the store has both for a persistent open, or
 * neither.
 */
function carriedOut(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse {
  if (countsLocks(open, ctx)) open.lockSequences!.done(request.lockSequenceIndex, request.lockSequenceNumber);
  ctx.server.persistent.locksChanged(open, () => rangesOf(request));
  return {};
}

/** The request was not carried out after all: a local program took the lock first. */
function notCarriedOut(request: LockRequest, open: FileOpen, ctx: RequestContext): void {
  if (countsLocks(open, ctx)) open.lockSequences!.forget(request.lockSequenceIndex);
  ctx.server.persistent.locksChanged(open, () => rangesOf(request));
}

/**
 * The ranges of a LOCK, with the kind of each lock. For an unlock the kind says nothing: what it
 * unlocks may have been of either kind.
 */
function rangesOf({ locks }: LockRequest): LockRange[] {
  return locks.flatMap(({ offset, length, flags }) => {
    if ((flags & LockFlags.UNLOCK) === 0) {
      return [{ offset, length, exclusive: (flags & LockFlags.EXCLUSIVE_LOCK) !== 0 }];
    }
    return [true, false].map((exclusive) => ({ offset, length, exclusive }));
  });
}

/** [MS-SMB2] 3.3.5.14.1 */
function unlock(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  // The elements before an invalid one are unlocked.
  const wrong = request.locks.findIndex((element) => element.flags !== LockFlags.UNLOCK || !isLockRange(element));
  const ranges = request.locks.slice(0, wrong < 0 ? undefined : wrong);
  let settling: MaybePromise<boolean> = true;
  if (ranges.length > 0) {
    // All ranges in one command, so that waiting locks are examined only once.
    const result = ctx.server.authority.apply(open.key, { type: 'unlock', open: open.id, ranges });
    settling = settleSystemLocks(ctx.server, open, ranges);
    if (result === 'not-locked' || wrong >= 0) {
      ctx.server.persistent.locksChanged(open, () => rangesOf({ ...request, locks: ranges }));
    }
    if (result === 'not-locked') throw new StatusError(NtStatus.STATUS_RANGE_NOT_LOCKED, 'no such lock');
  }
  if (wrong >= 0) {
    if (request.locks[wrong]!.flags === LockFlags.UNLOCK) throw invalidRange();
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'something else among unlocks');
  }
  const response = carriedOut(request, open, ctx);
  return settling instanceof Promise ? settling.then(() => response) : response;
}

/** [MS-SMB2] 3.3.5.14.2 */
function lock(request: LockRequest, open: FileOpen, ctx: RequestContext): LockResponse | Promise<LockResponse> {
  const { server } = ctx;
  const { authority, waits } = server;
  for (const { flags } of request.locks) {
    const kind = flags & ~LockFlags.FAIL_IMMEDIATELY;
    if (kind !== LockFlags.SHARED_LOCK && kind !== LockFlags.EXCLUSIVE_LOCK) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `lock flags 0x${flags.toString(16)}`);
    }
    if (request.locks.length > 1 && (flags & LockFlags.FAIL_IMMEDIATELY) === 0) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'several locks must fail immediately');
    }
  }
  const immediate = (request.locks[0]!.flags & LockFlags.FAIL_IMMEDIATELY) !== 0;
  // [MS-SMB2] 3.3.5.2.7: a lock that would have to wait in the middle of a compound is refused, as
  // on Windows.
  const inTheWay = ctx.header.nextCommand !== 0;
  const waiter = immediate || inTheWay ? undefined : waits.newWaiter();
  const ranges = rangesOf(request);
  // [MS-FSA] 2.1.5.8: no cache is broken for a range that cannot be locked.
  for (const range of ranges) requireRange(range);
  // Locked bytes must not be read from another client's cache, [MS-FSA] 2.1.5.8.
  fileChanges(server, open);
  const result = authority.apply(open.key, { type: 'lock', open: open.id, ranges, waiter });
  switch (result) {
    case 'locked': {
      const settling = settled(server, open, ranges);
      if (settling instanceof Promise) return whenSettled(settling, { request, waiter, ranges }, open, ctx);
      if (settling) return carriedOut(request, open, ctx);
      if (waiter === undefined) throw refusal(immediate, 'a local program has a lock');
      return waitForLock({ request, waiter, range: ranges[0]!, lockedLocally: true }, open, ctx);
    }
    case 'invalid-range':
      throw invalidRange();
    case 'too-many':
      throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many locks');
    case 'not-granted':
      throw refusal(immediate, 'range is locked');
    case 'waiting':
      return waitForLock({ request, waiter: waiter!, range: ranges[0]!, lockedLocally: false }, open, ctx);
  }
}

/** [MS-FSA] 2.1.5.8, 2.1.5.9 */
function requireRange(range: { readonly offset: bigint; readonly length: bigint }): void {
  if (!isLockRange(range)) throw invalidRange();
}

function invalidRange(): StatusError {
  return new StatusError(NtStatus.STATUS_INVALID_LOCK_RANGE, 'range passes the end of 64 bits');
}

function refusal(immediate: boolean, why: string): StatusError {
  return immediate
    ? new StatusError(NtStatus.STATUS_LOCK_NOT_GRANTED, why)
    : new StatusError(NtStatus.STATUS_INTERNAL_ERROR, `${why}, and LOCK is not last`);
}

/**
 * Whether the system's other programs allow the lock that was just granted. If they do not, the
 * lock is taken back.
 */
function settled(server: Engine, open: FileOpen, ranges: readonly LockRange[]): MaybePromise<boolean> {
  const settling = settleSystemLocks(server, open, ranges);
  if (settling instanceof Promise) return settling.then((isFree) => isFree || takenBack(server, open, ranges));
  return settling || takenBack(server, open, ranges);
}

function takenBack(server: Engine, open: FileOpen, ranges: readonly LockRange[]): MaybePromise<false> {
  server.authority.apply(open.key, { type: 'unlock', open: open.id, ranges: ranges.toReversed(), newest: true });
  const settling = settleSystemLocks(server, open, ranges);
  return settling instanceof Promise ? settling.then((): false => false) : false;
}

interface SettlingLock {
  readonly request: LockRequest;
  readonly waiter: number | undefined;
  readonly ranges: readonly LockRange[];
}

/** Many locks are settled with the system in several turns of the event loop. */
async function whenSettled(
  settling: Promise<boolean>,
  { request, waiter, ranges }: SettlingLock,
  open: FileOpen,
  ctx: RequestContext,
): Promise<LockResponse> {
  // In the turn in which the locks changed.
  const response = carriedOut(request, open, ctx);
  if (await settling) return response;
  notCarriedOut(request, open, ctx);
  if (waiter === undefined) throw refusal(true, 'a local program has a lock');
  return waitForLock({ request, waiter, range: ranges[0]!, lockedLocally: true }, open, ctx);
}

interface WaitingLock {
  readonly request: LockRequest;
  readonly waiter: number;
  readonly range: LockRange;
  /**
   * The conflicting lock is held by another program of the system, not by one of this server's
   * opens.
   */
  readonly lockedLocally: boolean;
}

/**
 * How long until the server tries again to get a lock that a local program holds: the system does
 * not report when that program gives it up.
 */
const LOCAL_RETRY_MS = 100;

const ENDED: Readonly<Partial<Record<EndCause, number>>> = {
  cancelled: NtStatus.STATUS_CANCELLED,
  crowd: NtStatus.STATUS_INSUFFICIENT_RESOURCES,
};

function waitForLock(wait: WaitingLock, open: FileOpen, ctx: RequestContext): Promise<LockResponse> {
  const { server } = ctx;
  const { authority, waits, env } = server;
  const { request, waiter, range } = wait;
  return new Promise((resolve, reject) => {
    let stopTimer: (() => void) | undefined;
    let isOver = false;
    const closed = (): void => reject(new StatusError(NtStatus.STATUS_RANGE_NOT_LOCKED, 'the open was closed'));
    const settle = async (): Promise<void> => {
      const isFree = settled(server, open, [range]);
      if (isFree instanceof Promise ? await isFree : isFree) {
        resolve(carriedOut(request, open, ctx));
      } else {
        notCarriedOut(request, open, ctx);
        if (!isOver) stopTimer = env.timer(LOCAL_RETRY_MS, again);
      }
    };
    // One unlock may let many requests go on. The system goes through its locks for each of them.
    const settleInTurn = async (): Promise<void> => {
      await undefined;
      if (server.turns.isSpent) await server.nextTurns.wait();
      if (open.closed) closed();
      else await settle();
      server.turns.did(Command.LOCK, open.tree.share.name);
    };
    const again = (): void => {
      stopTimer = undefined;
      if (open.closed) {
        closed();
        return;
      }
      const result = authority.apply(open.key, { type: 'lock', open: open.id, ranges: [range], waiter });
      if (result === 'locked') void settle();
      else awaitGrant();
    };
    const awaitGrant = (): void => {
      waits.wait(waiter, ({ type }) => {
        if (type !== 'lock-granted') {
          closed();
          return;
        }
        const response = carriedOut(request, open, ctx);
        // The open that gives up its lock still holds the system's lock until this callback has
        // returned.
        if (hasSystemLocks(open)) void settleInTurn();
        else resolve(response);
      });
    };
    if (wait.lockedLocally) stopTimer = env.timer(LOCAL_RETRY_MS, again);
    else awaitGrant();
    ctx.pend(open, (cause) => {
      isOver = true;
      stopTimer?.();
      waits.forget(waiter);
      authority.apply(open.key, { type: 'cancel-lock', waiter });
      // As on Windows: when the tree or session ends, the wait ends with success; when the open
      // ends, it ends with STATUS_RANGE_NOT_LOCKED.
      if (cause === 'tree' || cause === 'session') resolve({});
      else {
        reject(new StatusError(ENDED[cause] ?? NtStatus.STATUS_RANGE_NOT_LOCKED, 'lock request ended'));
      }
    });
  });
}
