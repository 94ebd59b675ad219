import { type ByteRangeLock, CacheBits, type FileState, hasLocks, locksOver } from '@tsmbd/oplock-lease';
import type { MaybePromise } from '@tsmbd/vfs-adapter';
import { type Engine, type FileOpen, Turn } from '../model/index.ts';

/** A range without its kind. */
interface Range {
  readonly offset: bigint;
  readonly length: bigint;
}

/** Whether locks of this open are also locks of the operating system. */
export function hasSystemLocks({ handle, tree }: FileOpen): boolean {
  return tree.share.posixLocking === true && handle.lockRange !== undefined;
}

/**
 * Makes the system's locks of these ranges match what the open has locked in them now, so that
 * local programs and NFS see them. False when one of these programs holds a conflicting lock. The
 * caller then has to give up the lock that it has just got, and call again.
 *
 * The system goes through its locks of the file for each range, so many ranges take several turns
 * of the event loop. Each turn looks at what the open has locked by then.
 */
export function settleSystemLocks(server: Engine, open: FileOpen, ranges: readonly Range[]): MaybePromise<boolean> {
  if (!hasSystemLocks(open)) return true;
  return settleFrom({ server, open, ranges: joined(ranges), turn: new Turn(server.env) }, 0);
}

interface Settling {
  readonly server: Engine;
  readonly open: FileOpen;
  readonly ranges: Range[];
  readonly turn: Turn;
}

/** @param next index of the range to go on with */
function settleFrom(settling: Settling, next: number): MaybePromise<boolean> {
  const { server, open, ranges, turn } = settling;
  const goOn = (at: number) => (): MaybePromise<boolean> => open.closed || settleFrom(settling, at);
  for (let i = next; i < ranges.length; i++) {
    const range = ranges[i]!;
    const state = server.authority.peek(open.key);
    for (const { offset, length, kind } of segments(
      state === undefined ? [] : locksOver(state, open.id, range),
      range,
    )) {
      const others = turn.over();
      if (others !== undefined) {
        ranges[i] = { offset, length: range.offset + range.length - offset };
        return others.then(goOn(i));
      }
      if (!open.handle.lockRange!(offset, length, kind)) return false;
    }
  }
  return true;
}

/**
 * Whether a local program has locked bytes that the open is about to read or write. Always false if
 * the share does not ask for this check.
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
  // An open that may cache these bytes would not be kept from them by this check.
  if (strictLocking === 'auto' && mayCache(state, open, write ? CacheBits.WRITE : CacheBits.READ)) return false;
  return open.handle.isRangeLocked(offset, length, write);
}

function mayCache(state: Readonly<FileState> | undefined, open: FileOpen, what: number): boolean {
  const own = state?.opens.get(open.id);
  const cache = own?.lease === undefined ? own?.cache : state?.leases.get(own.lease)?.cache;
  return ((cache ?? CacheBits.NONE) & what) !== 0;
}

/**
 * The open is about to close. Its locks are removed before requests that wait for them are told
 * that they are gone.
 */
export function releaseSystemLocks(server: Engine, open: FileOpen): void {
  if (!hasSystemLocks(open)) return;
  const state = server.authority.peek(open.key);
  if (state !== undefined && hasLocks(state, open.id)) open.handle.lockRange!(0n, EVERYTHING, 'none');
}

/** Joins ranges that overlap or touch, so that no lock is looked at twice. */
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

/**
 * Cuts a range wherever the strongest of its locks changes. `over` are the locks that overlap the
 * range.
 */
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
