import type { CancelLockCommand, FileEffect, LockCommand, Outcome, UnlockCommand } from './commands.ts';
import type { ByteRangeLock, FileState, LockRange, OpenId } from './state.ts';

/** `invalid-range`: offset + length passes 2^64. */
export type LockResult = 'locked' | 'not-granted' | 'waiting' | 'invalid-range';

const LIMIT = 1n << 64n;

/** A range may end at the last byte that 64 bits can name, not behind it. [MS-FSA] 2.1.5.8 */
export function isLockRange({ offset, length }: { readonly offset: bigint; readonly length: bigint }): boolean {
  return length === 0n || offset + length <= LIMIT;
}

/** [MS-FSA] 2.1.5.8: every range or none. */
export function applyLock(state: FileState, command: LockCommand): LockResult {
  for (const range of command.ranges) {
    if (!isLockRange(range)) return 'invalid-range';
  }
  // Nothing that could take the lock away again.
  if (!state.opens.has(command.open)) return 'not-granted';
  const taken: ByteRangeLock[] = [];
  for (const range of command.ranges) {
    if (blocked(state.locks, range, command.open) || blocked(taken, range, command.open)) {
      if (command.waiter === undefined || command.ranges.length > 1) return 'not-granted';
      state.waiters.push({ waiter: command.waiter, open: command.open, range });
      return 'waiting';
    }
    taken.push({ open: command.open, offset: range.offset, length: range.length, exclusive: range.exclusive });
  }
  state.locks.push(...taken);
  return 'locked';
}

/** [MS-FSA] 2.1.5.9: exactly the range that this open locked. Elements before a failing one stay unlocked. */
export function applyUnlock(state: FileState, command: UnlockCommand): Outcome<'unlocked' | 'not-locked'> {
  for (const range of command.ranges) {
    const at = findOwn(state, command.open, range, command.newest === true);
    if (at < 0) return { result: 'not-locked', effects: grantWaiters(state) };
    state.locks.splice(at, 1);
  }
  return { result: 'unlocked', effects: grantWaiters(state) };
}

/** Withdraws a waiting request; true when it was waiting. */
export function applyCancelLock(state: FileState, command: CancelLockCommand): Outcome<boolean> {
  const before = state.waiters.length;
  state.waiters = state.waiters.filter((w) => w.waiter !== command.waiter);
  return { result: state.waiters.length < before, effects: [] };
}

/** Grants what can be granted now, first come first served. */
export function grantWaiters(state: FileState): FileEffect[] {
  const effects: FileEffect[] = [];
  if (state.waiters.length === 0) return effects;
  const left: FileState['waiters'] = [];
  for (const w of state.waiters) {
    if (blocked(state.locks, w.range, w.open)) {
      left.push(w);
    } else {
      state.locks.push({ open: w.open, ...w.range });
      effects.push({ type: 'lock-granted', waiter: w.waiter });
    }
  }
  state.waiters = left;
  return effects;
}

/**
 * May `open` read or write these bytes? An exclusive lock shuts out every other open; a shared one shuts out every
 * writer, its owner too. [MS-FSA] 2.1.4.10
 */
export function ioAllowed(state: FileState, open: OpenId, offset: bigint, length: bigint, write: boolean): boolean {
  if (length === 0n) return true;
  for (const lock of state.locks) {
    if (!overlaps(lock, { offset, length })) continue;
    if (lock.exclusive ? lock.open !== open : write) return false;
  }
  return true;
}

/** An open may lay a shared lock over its own exclusive one, and nothing else over what overlaps. [MS-FSA] 2.1.5.8 */
function blocked(locks: readonly ByteRangeLock[], range: LockRange, open: OpenId): boolean {
  return locks.some((lock) => {
    if (!overlaps(lock, range)) return false;
    if (range.exclusive) return true;
    return lock.exclusive && lock.open !== open;
  });
}

/** An exclusive lock of the open goes before a shared one of the same range. */
function findOwn(state: FileState, open: OpenId, range: { offset: bigint; length: bigint }, newest: boolean): number {
  const mine = (l: ByteRangeLock): boolean => l.open === open && l.offset === range.offset && l.length === range.length;
  if (newest) return state.locks.findLastIndex(mine);
  const exclusive = state.locks.findIndex((l) => l.exclusive && mine(l));
  return exclusive >= 0 ? exclusive : state.locks.findIndex(mine);
}

/** A lock of no bytes stands between two bytes: it meets only a range that has it strictly inside. */
function overlaps(a: { offset: bigint; length: bigint }, b: { offset: bigint; length: bigint }): boolean {
  if (a.length === 0n && b.length === 0n) return false;
  if (a.length === 0n) return b.offset < a.offset && a.offset < b.offset + b.length;
  if (b.length === 0n) return a.offset < b.offset && b.offset < a.offset + a.length;
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
