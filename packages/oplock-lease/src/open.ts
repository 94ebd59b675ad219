import { conflicts, hasSharedRights, isStatOpen } from './access.ts';
import { cacheOfOplock } from './cache.ts';
import type { FileEffect, OpenCommand, Outcome } from './commands.ts';
import { grantLease, grantOplock } from './grant.ts';
import { breakTo, holdersOf, isLease, remaining, stopWaiting, waitOn } from './holders.ts';
import { linkFor, linkForbids } from './links.ts';
import {
  CacheBits,
  type CacheState,
  type FileState,
  type LinkId,
  type OpenState,
  Oplock,
  type OplockLevel,
} from './state.ts';

import { streamsForbid } from './stream.ts';

const { READ, HANDLE, WRITE, NONE } = CacheBits;

/** The present state of the open's lease. */
export interface LeaseGrant {
  readonly state: CacheState;
  /** The lease is being broken. [MS-SMB2] 2.2.14.2.10 */
  readonly breaking: boolean;
  readonly version: 1 | 2;
  readonly epoch: number;
}

/**
 * `wait`: a holder has to give something up first; the open asks again when it is told to.
 * `unavailable`: a persistent open that waits for its client is in the way. [MS-SMB2] 3.3.5.9
 * `lease-elsewhere`: the lease's key is in use for another file. [MS-SMB2] 3.3.5.9.8
 */
export type OpenResult =
  | { readonly status: 'granted'; readonly oplock: OplockLevel; readonly lease: LeaseGrant | undefined }
  | { readonly status: 'sharing-violation' | 'delete-pending' | 'lease-elsewhere' | 'wait' | 'unavailable' };

/**
 * The sharing check, [MS-FSA] 2.1.5.1.2.2, delete-pending, and the breaks that an open causes,
 * 2.1.5.1.2. Cached handles are broken before a sharing violation is reported, because their holder
 * may then close the file. Cached writes are broken after the check.
 */
export function applyOpen(file: FileState, command: OpenCommand): Outcome<OpenResult> {
  const outcome = tryOpen(file, command);
  if (outcome.result.status === 'wait') waitOn(file, command.waiter);
  else stopWaiting(file, command.waiter);
  return outcome;
}

function tryOpen(file: FileState, command: OpenCommand): Outcome<OpenResult> {
  // A stream has one name, no matter by which name of its file it is opened.
  const own = command.streamOf === undefined ? command : {};
  if (command.yieldsToReserved === true && isReserved(file, linkFor(file, own))) {
    return { result: { status: 'unavailable' }, effects: [] };
  }
  if (linkForbids(file, own)) return { result: { status: 'delete-pending' }, effects: [] };
  if (streamsForbid(file, command)) return { result: { status: 'sharing-violation' }, effects: [] };
  const violation = sharingViolation(file, command);
  const effects: FileEffect[] = [];
  if (standsAgainstReserved(file, command)) return { result: { status: 'unavailable' }, effects };
  if (breaksForOpen(file, command, violation, effects)) return { result: { status: 'wait' }, effects };
  if (violation) return { result: { status: 'sharing-violation' }, effects };
  const lease = command.lease === undefined ? undefined : grantLease(file, command, command.lease);
  const oplock = lease === undefined ? grantOplock(file, command) : Oplock.NONE;
  const open: OpenState = {
    id: command.open,
    link: linkFor(file, own),
    access: command.access,
    share: command.share,
    deleteOnClose: command.deleteOnClose,
    levelTwo: command.levelTwo,
    lease: lease?.id,
    cache: cacheOfOplock(oplock),
    breaking: undefined,
    durable: undefined,
  };
  file.opens.set(command.open, command.alone === true ? { ...open, alone: true } : open);
  const grant = lease && {
    state: lease.cache,
    breaking: lease.breaking !== undefined,
    version: lease.version,
    epoch: lease.version === 2 ? lease.epoch : 0,
  };
  return { result: { status: 'granted', oplock, lease: grant }, effects };
}

/**
 * Breaks what is in the way of the open. Returns true when the open has to wait for that. [MS-FSA]
 * 2.1.4.12
 */
function breaksForOpen(file: FileState, command: OpenCommand, violation: boolean, effects: FileEffect[]): boolean {
  let wait = false;
  // If the open will delete the file, or conflicts with the sharing, cached handles have to be
  // closed first.
  const closes = violation || command.deleteOnClose ? HANDLE : NONE;
  const all = READ | HANDLE | WRITE;
  const strip = violation ? HANDLE : command.overwrites ? all : WRITE | closes;
  const waitsFor = violation ? HANDLE : WRITE | closes;
  for (const holder of holdersOf(file)) {
    // A lease is not broken by its own opens, nor by opens that look at metadata alone.
    if (isLease(holder, command.lease?.id)) continue;
    if (!command.overwrites && isStatOpen(command.access, holder.kind === 'lease')) continue;
    const { cache } = holder.state;
    // A batch oplock is broken for what the open would do, before it is known whether the open may
    // do it.
    const isBatch = holder.kind === 'oplock' && (cache & HANDLE) !== 0;
    const required = remaining(holder, isBatch && command.overwrites ? all : strip);
    if ((cache & ~required) === NONE) continue;
    breakTo(holder, required, effects);
    if ((cache & waitsFor) !== 0) wait = true;
  }
  return wait;
}

/**
 * Persistent opens that wait for their clients, [MS-SMB2] 3.3.5.9: Open.IsPersistent, and
 * Open.Connection is NULL.
 */
function* reserved(file: FileState): Iterable<OpenState> {
  for (const open of file.opens.values()) {
    if (open.durable?.kind !== 'persistent' || !open.durable.disconnected) continue;
    yield open;
  }
}

/**
 * Whether an open that waits for its client has this name. It may even be an open of the same
 * lease. [MS-SMB2] 3.3.5.9
 */
function isReserved(file: FileState, link: LinkId): boolean {
  for (const open of reserved(file)) if (open.link === link) return true;
  return false;
}

/**
 * Whether the open conflicts with a persistent open, under any name, whose client is away. Such an
 * open cannot be asked to give something up, and nothing is taken from it either.
 */
function standsAgainstReserved(file: FileState, command: OpenCommand): boolean {
  for (const open of reserved(file)) {
    if (conflicts(command.access, open.share) || conflicts(open.access, command.share)) return true;
    const lease = open.lease === undefined ? undefined : file.leases.get(open.lease);
    if (lease !== undefined && lease.id === command.lease?.id) continue;
    const cache = lease?.cache ?? open.cache;
    const looks = !command.overwrites && isStatOpen(command.access, lease !== undefined);
    if (!looks && (cache & (command.overwrites || command.deleteOnClose ? WRITE | HANDLE : WRITE)) !== 0) return true;
  }
  return false;
}

function sharingViolation(file: FileState, command: OpenCommand): boolean {
  if (!hasSharedRights(command.access)) return false;
  for (const other of file.opens.values()) {
    // An open for metadata alone neither restricts other opens nor is restricted by them.
    if (!hasSharedRights(other.access)) continue;
    if (conflicts(command.access, other.share) || conflicts(other.access, command.share)) return true;
  }
  return false;
}
