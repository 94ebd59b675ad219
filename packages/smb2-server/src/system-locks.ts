import { type ByteRangeLock, CacheBits, type FileState } from '@tsmbd/oplock-lease';
import type { FileOpen } from './open.ts';
import type { SmbServer } from './server.ts';

/** A range without its kind. */
interface Range {
  readonly offset: bigint;
  readonly length: bigint;
}

/** Are locks of this open also the system's? */
export function hasSystemLocks({ handle, tree }: FileOpen): boolean {
  return tree.share.posixLocking === true && handle.lockRange !== undefined;
}

/**
 * Brings the system's locks of these ranges to what the open has locked of them by now, for local programs and NFS to
 * see. False when one of them holds a lock that stands against it: nothing has changed then, but that the caller
 * gives up the lock it has just got and calls again.
 */
export function settleSystemLocks(server: SmbServer, open: FileOpen, ranges: readonly Range[]): boolean {
  if (!hasSystemLocks(open)) return true;
  const { handle } = open;
  const own = (server.authority.peek(open.key)?.locks ?? []).filter((lock) => lock.open === open.id);
  return ranges.every((range) =>
    segments(own, range).every(({ offset, length, kind }) => handle.lockRange!(offset, length, kind)),
  );
}

/** A local program has locked bytes that the open is about to read or write, and the share is to look. */
export function isLockedLocally(
  state: Readonly<FileState> | undefined,
  open: FileOpen,
  offset: bigint,
  length: bigint,
  write: boolean,
): boolean {
  const { strictLocking = 'no', posixLocking } = open.tree.share;
  if (strictLocking === 'no' || posixLocking !== true || open.handle.isRangeLocked === undefined) return false;
  // Who may cache these bytes is not kept from them by asking here.
  if (strictLocking === 'auto' && mayCache(state, open, write ? CacheBits.WRITE : CacheBits.READ)) return false;
  return open.handle.isRangeLocked(offset, length, write);
}

function mayCache(state: Readonly<FileState> | undefined, open: FileOpen, what: number): boolean {
  const own = state?.opens.get(open.id);
  const cache = own?.lease === undefined ? own?.cache : state?.leases.get(own.lease)?.cache;
  return ((cache ?? CacheBits.NONE) & what) !== 0;
}

/** The open is about to close: its locks go before somebody who waits for them is told that they have gone. */
export function releaseSystemLocks(server: SmbServer, open: FileOpen): void {
  if (!hasSystemLocks(open)) return;
  const locks = server.authority.peek(open.key)?.locks;
  if (locks?.some((lock) => lock.open === open.id) === true) open.handle.lockRange!(0n, EVERYTHING, 'none');
}

/** A range cut where locks begin and end; in each piece the strongest of them counts. */
function segments(
  locks: readonly ByteRangeLock[],
  { offset, length }: Range,
): (Range & { kind: 'shared' | 'exclusive' | 'none' })[] {
  const end = offset + length;
  const over = locks.filter((lock) => lock.offset < end && offset < lock.offset + lock.length);
  const cuts = new Set([offset, end]);
  for (const lock of over) {
    if (lock.offset > offset) cuts.add(lock.offset);
    if (lock.offset + lock.length < end) cuts.add(lock.offset + lock.length);
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.slice(0, -1).map((at, i) => {
    const there = over.filter((lock) => lock.offset <= at && at < lock.offset + lock.length);
    const kind = there.some((lock) => lock.exclusive) ? 'exclusive' : there.length > 0 ? 'shared' : 'none';
    return { offset: at, length: sorted[i + 1]! - at, kind };
  });
}

const EVERYTHING = 1n << 64n;
