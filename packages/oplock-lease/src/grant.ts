import { isStatOpen } from './access.ts';
import { cacheOfOplock, oplockOfCache, validCache } from './cache.ts';
import type { LeaseRequest, OpenCommand } from './commands.ts';
import { CacheBits, type CacheState, type FileState, type LeaseState, Oplock, type OplockLevel } from './state.ts';

const { READ, HANDLE, WRITE, NONE } = CacheBits;

/**
 * The oplock that a new open gets, after everything that conflicts with it was broken. [MS-FSA]
 * 2.1.5.18
 */
export function grantOplock(file: FileState, command: OpenCommand): OplockLevel {
  if (command.oplock === Oplock.NONE) return Oplock.NONE;
  return oplockOfCache(grantable(file, command, cacheOfOplock(command.oplock)));
}

/**
 * The lease of a new open. If the lease is new, it gets as much as can be granted. If it exists, it
 * is raised if all that is asked for can be granted. An open never lowers a lease. [MS-SMB2]
 * 3.3.5.9.8, 3.3.5.9.11
 */
export function grantLease(file: FileState, command: OpenCommand, request: LeaseRequest): LeaseState {
  const wanted = validCache(request.state);
  const lease = file.leases.get(request.id);
  if (lease === undefined) {
    const cache = grantable(file, command, wanted);
    const { id, version } = request;
    const epoch = version === 2 ? (request.epoch + (cache === NONE ? 0 : 1)) & 0xffff : 0;
    const made: LeaseState = { id, version, cache, breaking: undefined, epoch };
    file.leases.set(id, made);
    return made;
  }
  const raises = (wanted & lease.cache) === lease.cache && wanted !== lease.cache;
  // Rights that a waiting request wanted to see given up are not granted again before that request
  // has had its turn.
  const awaited = file.waiting.some((waiter) => waiter !== command.waiter);
  if (raises && lease.breaking === undefined && !awaited && grantable(file, command, wanted) === wanted) {
    lease.cache = wanted;
    lease.epoch = (lease.epoch + 1) & 0xffff;
  }
  return lease;
}

/**
 * The part of `wanted` that can be granted beside other opens and leases. [MS-FSA] 2.1.5.18.1,
 * 2.1.5.18.2
 */
function grantable(file: FileState, command: OpenCommand, wanted: CacheState): CacheState {
  const others = othersThan(file, command);
  if (others.writes) return NONE;
  let cache = wanted;
  if (others.any) cache &= ~WRITE;
  if (command.lease === undefined) {
    // A level II oplock can exist beside R leases, but not beside RH leases.
    if (others.any && isStatOpen(command.access, false)) return NONE;
    if (others.handleLease) return NONE;
    if ((cache & WRITE) === 0) cache &= command.levelTwo ? READ : NONE;
  } else if (others.oplock) {
    cache &= ~HANDLE;
  }
  // Bytes that are locked must not be read from a shared cache.
  if ((cache & WRITE) === 0 && file.locks.count > 0) return NONE;
  return validCache(cache);
}

interface Others {
  /**
   * There are opens of others that do more than look at metadata, or requests that wait to be
   * opened.
   */
  any: boolean;
  /**
   * Another holder caches writes. This is only possible if the new open just looks at metadata;
   * otherwise nobody would still cache writes.
   */
  writes: boolean;
  /** Another open has an oplock. */
  oplock: boolean;
  /** Another lease caches handles. */
  handleLease: boolean;
}

function othersThan(file: FileState, command: OpenCommand): Others {
  const awaited = file.waiting.some((waiter) => waiter !== command.waiter);
  const others: Others = { any: awaited, writes: false, oplock: false, handleLease: false };
  for (const open of file.opens.values()) {
    if (open.lease !== undefined && open.lease === command.lease?.id) continue;
    if (open.cache !== NONE) others.oplock = true;
    if ((open.cache & WRITE) !== 0) others.writes = true;
    if (open.cache !== NONE || !isStatOpen(open.access, command.lease !== undefined)) others.any = true;
  }
  for (const lease of file.leases.values()) {
    if (lease.id === command.lease?.id || lease.cache === NONE) continue;
    others.any = true;
    if ((lease.cache & WRITE) !== 0) others.writes = true;
    if ((lease.cache & HANDLE) !== 0) others.handleLease = true;
  }
  return others;
}
