import { type ByteRangeLock, CacheBits, type FileState, hasLocks, locksOver } from '@tsmbd/oplock-lease';
import type { Engine, FileOpen } from '../model/index.ts';

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
 * Brings the system's locks of these ranges to what the open has locked of them by now, for local
 * programs and NFS to see. False when one of them holds a lock that stands against it: nothing has
 * changed then, but that the caller gives up the lock it has just got and calls again.
 */
export function settleSystemLocks(server: Engine, open: FileOpen, ranges: readonly Range[]): boolean {
  if (!hasSystemLocks(open)) return true;
  const { handle } = open;
  const state = server.authority.peek(open.key);
  return joined(ranges).every((range) =>
    segments(state === undefined ? [] : locksOver(state, open.id, range), range).every(({ offset, length, kind }) =>
      handle.lockRange!(offset, length, kind),
    ),
  );
}

/**
 * A local program has locked bytes that the open is about to read or write, and the share is to
 * look.
 */
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

/**
 * The open is about to close: its locks go before somebody who waits for them is told that they
 * have gone.
 */
export function releaseSystemLocks(server: Engine, open: FileOpen): void {
  if (!hasSystemLocks(open)) return;
  const state = server.authority.peek(open.key);
  if (state !== undefined && hasLocks(state, open.id)) open.handle.lockRange!(0n, EVERYTHING, 'none');
}

/** Ranges that have bytes in common, or adjoin, as one: no lock is looked at twice. */
function joined(ranges: readonly Range[]): Range[] {
  const result: { offset: bigint; length: bigint }[] = [];
  for (const { offset, length } of [...ranges].sort((a, b) => (a.offset < b.offset ? -1 : 1))) {
    const last = result.at(-1);
    if (last === undefined || offset > last.offset + last.length) result.push({ offset, length });
    else if (offset + length > last.offset + last.length) last.length = offset + length - last.offset;
  }
  return result;
}

interface Segment extends Range {
  readonly kind: 'shared' | 'exclusive' | 'none';
}

/** A range cut where the strongest of the locks over it changes; `over` overlap it. */
function segments(over: readonly ByteRangeLock[], { offset, length }: Range): Segment[] {
  const end = offset + length;
  const edges: { readonly at: bigint; readonly exclusive: boolean; readonly by: 1 | -1 }[] = [];
  for (const lock of over) {
    const to = lock.offset + lock.length;
    if (lock.length === 0n) continue;
    edges.push({ at: lock.offset > offset ? lock.offset : offset, exclusive: lock.exclusive, by: 1 });
    if (to < end) edges.push({ at: to, exclusive: lock.exclusive, by: -1 });
  }
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const found: Segment[] = [];
  let [from, exclusive, shared, next] = [offset, 0, 0, 0];
  let kind: Segment['kind'] = 'none';
  while (next < edges.length) {
    const { at } = edges[next]!;
    for (; edges[next]?.at === at; next++) {
      const edge = edges[next]!;
      if (edge.exclusive) exclusive += edge.by;
      else shared += edge.by;
    }
    const now = exclusive > 0 ? 'exclusive' : shared > 0 ? 'shared' : 'none';
    if (now === kind) continue;
    if (at > from) found.push({ offset: from, length: at - from, kind });
    [from, kind] = [at, now];
  }
  if (end > from) found.push({ offset: from, length: end - from, kind });
  return found;
}

const EVERYTHING = 1n << 64n;
