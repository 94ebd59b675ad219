import { hasOverlap, insert, overlapping, type Ranged, type RangeNode, remove, removeAllOf } from './range-tree.ts';
import type { ByteRangeLock, FileState, LockRange, LockWaiter, OpenId } from './state.ts';

/**
 * How many locks there may be. Each lock costs memory, and costs steps whenever something overlaps
 * it.
 */
export const LockLimits = {
  /** Locks that one open has or waits for. */
  PER_OPEN: 8192,
  /** Locks that all opens of a file have together. */
  PER_FILE: 32_768,
  /**
   * Lock requests that wait at one file. Each of them is looked at when a lock that it waits for is
   * removed.
   */
  WAITERS_PER_FILE: 2048,
} as const;

/** Ranges, ordered by their place and by their open. Plain values, like all of a file's state. */
export interface RangeSet<T extends Ranged> {
  tree: RangeNode<T> | undefined;
  readonly byOpen: Map<OpenId, Set<T>>;
}

/** A granted lock and its place; `order` grows with each grant. */
export interface HeldLock extends Ranged {
  readonly length: bigint;
  readonly exclusive: boolean;
}

/** A lock request and its place; `order` grows with each request that begins to wait. */
export interface WaitingRange extends Ranged {
  readonly waiter: number;
  readonly range: LockRange;
}

/**
 * Granted byte-range locks of a file. Exclusive and shared locks are kept apart, because most rules
 * concern one kind only.
 */
export interface LockTable {
  readonly exclusive: RangeSet<HeldLock>;
  readonly shared: RangeSet<HeldLock>;
  /**
   * Locks by open, kind and exact range, in the order of granting. An unlock names them in this
   * way.
   */
  readonly named: Map<string, HeldLock[]>;
  count: number;
  nextOrder: number;
}

/** Lock requests of a file that are waiting. */
export interface WaiterTable {
  readonly ranges: RangeSet<WaitingRange>;
  readonly byWaiter: Map<number, WaitingRange>;
  nextOrder: number;
}

export function newLockTable(): LockTable {
  return { exclusive: newRangeSet(), shared: newRangeSet(), named: new Map(), count: 0, nextOrder: 1 };
}

export function newWaiterTable(): WaiterTable {
  return { ranges: newRangeSet(), byWaiter: new Map(), nextOrder: 1 };
}

/** Locks of one open, or of all opens, in the order in which they were granted. */
export function locksOf({ locks }: Pick<FileState, 'locks'>, open?: OpenId): ByteRangeLock[] {
  return [...itemsOf(locks.exclusive, open), ...itemsOf(locks.shared, open)].sort(byOrder).map(plain);
}

/** Locks of one open that overlap a range, in the order of their offsets for each kind. */
export function locksOver(
  { locks }: Pick<FileState, 'locks'>,
  open: OpenId,
  range: { readonly offset: bigint; readonly length: bigint },
): ByteRangeLock[] {
  const end = range.offset + range.length;
  return [locks.exclusive, locks.shared].flatMap(({ tree, byOpen }) =>
    byOpen.has(open)
      ? overlapping(tree, range.offset, end)
          .filter((lock) => lock.open === open)
          .map(plain)
      : [],
  );
}

export function hasLocks({ locks }: Pick<FileState, 'locks'>, open: OpenId): boolean {
  return locks.exclusive.byOpen.has(open) || locks.shared.byOpen.has(open);
}

/** Lock requests that wait, oldest first. */
export function lockWaiters({ waiters }: Pick<FileState, 'waiters'>): LockWaiter[] {
  return [...waiters.byWaiter.values()].map(({ waiter, open, range }) => ({ waiter, open, range }));
}

/** How many locks of exactly this range and kind an open has. */
export function locksNamed({ locks }: Pick<FileState, 'locks'>, open: OpenId, range: LockRange): number {
  return locks.named.get(nameOf({ open, ...range }))?.length ?? 0;
}

/** How many locks an open has. */
export function countOf({ exclusive, shared }: LockTable, open: OpenId): number {
  return (exclusive.byOpen.get(open)?.size ?? 0) + (shared.byOpen.get(open)?.size ?? 0);
}

/**
 * Whether existing locks prevent this one. An open may put a shared lock over its own exclusive
 * lock. Any other overlap is refused if one of the locks is exclusive. [MS-FSA] 2.1.5.8
 */
export function isBlocked({ exclusive, shared }: LockTable, range: LockRange, open: OpenId): boolean {
  const end = range.offset + range.length;
  if (!range.exclusive) return hasOverlap(exclusive.tree, range.offset, end, open);
  return hasOverlap(exclusive.tree, range.offset, end) || hasOverlap(shared.tree, range.offset, end);
}

export function addLock(table: LockTable, open: OpenId, { offset, length, exclusive }: LockRange): HeldLock {
  const lock: HeldLock = { open, offset, length, exclusive, end: offset + length, order: table.nextOrder++ };
  addTo(exclusive ? table.exclusive : table.shared, lock);
  const name = nameOf(lock);
  const same = table.named.get(name);
  if (same === undefined) table.named.set(name, [lock]);
  else same.push(lock);
  table.count++;
  return lock;
}

/**
 * Removes a lock that is the oldest or the newest of its name, or whose name is removed with it.
 */
function removeLock(table: LockTable, lock: HeldLock): void {
  removeFrom(lock.exclusive ? table.exclusive : table.shared, lock);
  const name = nameOf(lock);
  const same = table.named.get(name)!;
  if (same.at(-1) === lock) same.pop();
  else if (same[0] === lock) same.shift();
  if (same.length === 0) table.named.delete(name);
  table.count--;
}

/**
 * Removes the lock of exactly this range and open; an exclusive lock before a shared one. Returns
 * false when there is none.
 */
export function removeNamed(
  table: LockTable,
  open: OpenId,
  range: { readonly offset: bigint; readonly length: bigint },
  newest: boolean,
): boolean {
  const exclusive = table.named.get(nameOf({ open, ...range, exclusive: true }));
  const shared = table.named.get(nameOf({ open, ...range, exclusive: false }));
  const [x, s] = newest ? [exclusive?.at(-1), shared?.at(-1)] : [exclusive?.[0], shared?.[0]];
  const lock = newest && x !== undefined && s !== undefined && s.order > x.order ? s : (x ?? s);
  if (lock === undefined) return false;
  removeLock(table, lock);
  return true;
}

/** Removes the locks that were added last, newest first. */
export function takeBack(table: LockTable, added: readonly HeldLock[]): void {
  for (const lock of added.toReversed()) removeLock(table, lock);
}

/**
 * If an open has at least one in this many of all locks, the tree is rebuilt from the remaining
 * ones.
 */
const MANY = 16;

/** Removes all locks of an open. Returns true if it had any. */
export function removeLocksOf(table: LockTable, open: OpenId): boolean {
  if (table.count === 0) return false;
  let had = false;
  for (const set of [table.exclusive, table.shared]) {
    const own = set.byOpen.get(open);
    if (own === undefined) continue;
    had = true;
    // A few locks are removed one by one, many at once.
    if (own.size * MANY < table.count) for (const lock of own) set.tree = remove(set.tree, lock);
    else set.tree = removeAllOf(set.tree, open);
    set.byOpen.delete(open);
    for (const lock of own) table.named.delete(nameOf(lock));
    table.count -= own.size;
  }
  return had;
}

export function addWaiter(table: WaiterTable, waiter: number, open: OpenId, range: LockRange): void {
  const { offset, length } = range;
  const waiting: WaitingRange = { waiter, open, range, offset, end: offset + length, order: table.nextOrder++ };
  addTo(table.ranges, waiting);
  table.byWaiter.set(waiter, waiting);
}

/** Returns true when the request was waiting. */
export function removeWaiter(table: WaiterTable, waiter: number): boolean {
  const waiting = table.byWaiter.get(waiter);
  if (waiting === undefined) return false;
  table.byWaiter.delete(waiter);
  removeFrom(table.ranges, waiting);
  return true;
}

/** The requests that wait for bytes between these, oldest first. */
export function waitersAt(table: WaiterTable, from: bigint, to: bigint): WaitingRange[] {
  return overlapping(table.ranges.tree, from, to).sort(byOrder);
}

export function waitersOf(table: WaiterTable, open: OpenId): WaitingRange[] {
  return [...itemsOf(table.ranges, open)];
}

/** Moves all that one table holds to another. */
export function moveLocks(from: FileState, to: FileState): void {
  for (const lock of locksOf(from)) addLock(to.locks, lock.open, lock);
  for (const { waiter, open, range } of lockWaiters(from)) addWaiter(to.waiters, waiter, open, range);
  from.locks = newLockTable();
  from.waiters = newWaiterTable();
}

function newRangeSet<T extends Ranged>(): RangeSet<T> {
  return { tree: undefined, byOpen: new Map() };
}

function* itemsOf<T extends Ranged>({ byOpen }: RangeSet<T>, open: OpenId | undefined): Iterable<T> {
  if (open !== undefined) yield* byOpen.get(open) ?? [];
  else for (const items of byOpen.values()) yield* items;
}

function addTo<T extends Ranged>(set: RangeSet<T>, item: T): void {
  set.tree = insert(set.tree, item);
  const own = set.byOpen.get(item.open);
  if (own === undefined) set.byOpen.set(item.open, new Set([item]));
  else own.add(item);
}

function removeFrom<T extends Ranged>(set: RangeSet<T>, item: T): void {
  set.tree = remove(set.tree, item);
  const own = set.byOpen.get(item.open)!;
  own.delete(item);
  if (own.size === 0) set.byOpen.delete(item.open);
}

function nameOf({
  open,
  offset,
  length,
  exclusive,
}: Pick<HeldLock, 'open' | 'offset' | 'length' | 'exclusive'>): string {
  return `${open} ${offset} ${length} ${exclusive ? 'x' : 's'}`;
}

function plain({ open, offset, length, exclusive }: HeldLock): ByteRangeLock {
  return { open, offset, length, exclusive };
}

function byOrder(a: Ranged, b: Ranged): number {
  return a.order - b.order;
}
