import type { CancelLockCommand, FileEffect, LockCommand, Outcome, UnlockCommand } from './commands.ts';
import {
  addLock,
  addWaiter,
  countOf,
  isBlocked,
  LockLimits,
  removeNamed,
  removeWaiter,
  takeBack,
  waitersAt,
  waitersOf,
} from './lock-table.ts';
import { hasOverlap } from './range-tree.ts';
import type { FileState, OpenId } from './state.ts';

/** `invalid-range`: offset + length exceeds 2^64. `too-many`: one of LockLimits is reached. */
export type LockResult = 'locked' | 'not-granted' | 'waiting' | 'invalid-range' | 'too-many';

const LIMIT = 1n << 64n;

/** A range may end at the last byte that 64 bits can address, but not after it. [MS-FSA] 2.1.5.8 */
export function isLockRange({ offset, length }: { readonly offset: bigint; readonly length: bigint }): boolean {
  return length === 0n || offset + length <= LIMIT;
}

/** [MS-FSA] 2.1.5.8: locks every range or none. */
export function applyLock(state: FileState, command: LockCommand): LockResult {
  const { open, ranges, waiter } = command;
  // A request with more ranges than there may be is refused before any range is looked at.
  if (ranges.length > LockLimits.PER_OPEN) return 'too-many';
  if (!ranges.every(isLockRange)) return 'invalid-range';
  // Without the open, nothing could remove the lock again.
  if (!state.opens.has(open)) return 'not-granted';
  if (tooMany(state, open, ranges.length)) return 'too-many';
  const taken: ReturnType<typeof addLock>[] = [];
  for (const range of ranges) {
    if (isBlocked(state.locks, range, open)) {
      takeBack(state.locks, taken);
      if (waiter === undefined || ranges.length > 1) return 'not-granted';
      if (state.waiters.byWaiter.size >= LockLimits.WAITERS_PER_FILE) return 'too-many';
      addWaiter(state.waiters, waiter, open, range);
      return 'waiting';
    }
    taken.push(addLock(state.locks, open, range));
  }
  return 'locked';
}

/**
 * A lock that an open waits for counts as if the open had it, so that a grant never exceeds a
 * limit.
 */
function tooMany({ locks, waiters }: FileState, open: OpenId, more: number): boolean {
  const own = countOf(locks, open) + (waiters.ranges.byOpen.get(open)?.size ?? 0);
  if (own + more > LockLimits.PER_OPEN) return true;
  return locks.count + waiters.byWaiter.size + more > LockLimits.PER_FILE;
}

/**
 * [MS-FSA] 2.1.5.9: unlocks exactly the ranges that this open locked. Elements before a failing one
 * stay unlocked.
 */
export function applyUnlock(state: FileState, command: UnlockCommand): Outcome<'unlocked' | 'not-locked'> {
  let [from, to] = [LIMIT, 0n];
  let result: 'unlocked' | 'not-locked' = 'unlocked';
  for (const range of command.ranges) {
    if (!removeNamed(state.locks, command.open, range, command.newest === true)) {
      result = 'not-locked';
      break;
    }
    if (range.offset < from) from = range.offset;
    if (range.offset + range.length > to) to = range.offset + range.length;
  }
  return { result, effects: grantWaiters(state, from, to) };
}

/** Withdraws a waiting request. The result is true when it was waiting. */
export function applyCancelLock(state: FileState, command: CancelLockCommand): Outcome<boolean> {
  return { result: removeWaiter(state.waiters, command.waiter), effects: [] };
}

/** Ends the waiting requests of an open. */
export function endWaiters(state: FileState, open: OpenId): FileEffect[] {
  if (state.waiters.byWaiter.size === 0) return [];
  return waitersOf(state.waiters, open).map(({ waiter }) => {
    removeWaiter(state.waiters, waiter);
    return { type: 'lock-ended', waiter };
  });
}

/**
 * Locks between these bytes were removed: grants what can be granted there now, first come, first
 * served.
 */
export function grantWaiters(state: FileState, from = 0n, to = LIMIT): FileEffect[] {
  const effects: FileEffect[] = [];
  if (state.waiters.byWaiter.size === 0) return effects;
  for (const { waiter, open, range } of waitersAt(state.waiters, from, to)) {
    if (isBlocked(state.locks, range, open)) continue;
    removeWaiter(state.waiters, waiter);
    addLock(state.locks, open, range);
    effects.push({ type: 'lock-granted', waiter });
  }
  return effects;
}

/**
 * Whether `open` may read or write these bytes. An exclusive lock keeps out every other open. A
 * shared lock keeps out every writer, its owner too. [MS-FSA] 2.1.4.10
 */
export function ioAllowed(
  { locks }: Pick<FileState, 'locks'>,
  open: OpenId,
  offset: bigint,
  length: bigint,
  write: boolean,
): boolean {
  if (length === 0n) return true;
  const end = offset + length;
  if (hasOverlap(locks.exclusive.tree, offset, end, open)) return false;
  return !write || !hasOverlap(locks.shared.tree, offset, end);
}
