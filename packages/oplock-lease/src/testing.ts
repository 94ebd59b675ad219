import { conflicts, hasSharedRights, isStatOpen } from './access.ts';
import { validCache } from './cache.ts';
import { ioAllowed } from './lock.ts';
import { locksOf, lockWaiters } from './lock-table.ts';
import { CacheBits, type FileState, type LeaseId } from './state.ts';

/**
 * Checks a file's state against what the specifications rule out, whatever led to the state.
 * Returns what is wrong, or undefined. Tests and simulators call it after every command.
 */
export function violationIn(file: Readonly<FileState>): string | undefined {
  return sharing(file) ?? caching(file) ?? locking(file) ?? deleting(file);
}

/** [MS-FSA] 2.1.5.1.2.2: no open has a right that another does not share. */
function sharing(file: Readonly<FileState>): string | undefined {
  for (const a of file.opens.values()) {
    if (!hasSharedRights(a.access)) continue;
    for (const b of file.opens.values()) {
      if (a === b || !hasSharedRights(b.access)) continue;
      if (conflicts(a.access, b.share)) return `open ${a.id} does what open ${b.id} does not share`;
    }
  }
  return undefined;
}

/**
 * [MS-SMB2] 3.3.1.12, [MS-FSA] 2.1.5.18: a holder that caches writes is the only one, with its own
 * opens.
 */
function caching(file: Readonly<FileState>): string | undefined {
  let caches = 0;
  let writer: { name: string; open: number; lease: LeaseId | undefined } | undefined;
  for (const open of file.opens.values()) {
    const { id, cache, breaking, lease } = open;
    if (lease !== undefined && (cache !== 0 || !file.leases.has(lease))) return `open ${id}: a lease and an oplock`;
    if (cache !== validCache(cache)) return `open ${id} caches ${cache}`;
    if (breaking !== undefined && (breaking.to & ~cache) !== 0) return `open ${id} breaks upwards`;
    if (cache !== 0) caches++;
    if ((cache & CacheBits.WRITE) !== 0) writer = { name: `open ${id}`, open: id, lease: undefined };
  }
  for (const { id, cache, breaking } of file.leases.values()) {
    let used = false;
    for (const open of file.opens.values()) if (open.lease === id) used = true;
    if (!used) return `lease ${id} without opens`;
    if (cache !== validCache(cache)) return `lease ${id} caches ${cache}`;
    if (breaking !== undefined && (breaking.to & ~cache) !== 0) return `lease ${id} breaks upwards`;
    if (cache !== 0) caches++;
    if ((cache & CacheBits.WRITE) !== 0) writer = { name: `lease ${id}`, open: 0, lease: id };
  }
  if (writer === undefined) return undefined;
  if (caches > 1) return `${writer.name} caches writes, and others cache too`;
  for (const open of file.opens.values()) {
    const own = writer.lease === undefined ? open.id === writer.open : open.lease === writer.lease;
    // An open that looks at metadata alone conflicts with nobody, and READ_CONTROL conflicts with
    // no lease.
    if (!own && !isStatOpen(open.access, true)) return `${writer.name} caches writes beside open ${open.id}`;
  }
  return undefined;
}

/**
 * [MS-FSA] 2.1.5.8, 2.1.5.5: locks of different opens do not conflict, every lock belongs to an
 * open, and no request waits for a range that is free.
 */
function locking(file: Readonly<FileState>): string | undefined {
  const [locks, waiters] = [locksOf(file), lockWaiters(file)];
  for (const lock of locks) {
    if (!file.opens.has(lock.open)) return `a lock outlives open ${lock.open}`;
    for (const other of locks) {
      if (other.open === lock.open || (!other.exclusive && !lock.exclusive)) continue;
      if (overlap(lock, other)) return `locks of open ${lock.open} and open ${other.open} overlap`;
    }
  }
  for (const waiter of waiters) {
    if (!file.opens.has(waiter.open)) return `waiter ${waiter.waiter} outlives open ${waiter.open}`;
    const { offset, length, exclusive } = waiter.range;
    if (length > 0n && !exclusive && ioAllowed(file, waiter.open, offset, length, false)) {
      return `waiter ${waiter.waiter} waits for what is free`;
    }
    if (!locks.some((lock) => overlap(lock, waiter.range))) return `waiter ${waiter.waiter} waits for nothing`;
  }
  return undefined;
}

/** [MS-FSA] 2.1.5.5: a name that is to be deleted has opens that keep it, or is being removed. */
function deleting(file: Readonly<FileState>): string | undefined {
  const open = new Set([...file.opens.values(), ...file.streamOpens.values()].map(({ link }) => link));
  for (const [link, fate] of file.deletedLinks) {
    if (fate === 'deleting' ? open.has(link) : !open.has(link)) return `name ${link} is ${fate}, its opens say no`;
  }
  return undefined;
}

interface Range {
  readonly offset: bigint;
  readonly length: bigint;
}

/**
 * Written from the rule, not copied from lock.ts: the ranges have bytes in common, or one is a
 * point strictly inside the other.
 */
function overlap(a: Range, b: Range): boolean {
  const [endA, endB] = [a.offset + a.length, b.offset + b.length];
  if (a.length === 0n && b.length === 0n) return false;
  if (a.length === 0n || b.length === 0n) {
    const [point, from, to] = a.length === 0n ? [a.offset, b.offset, endB] : [b.offset, a.offset, endA];
    return from < point && point < to;
  }
  return a.offset < endB && b.offset < endA;
}
