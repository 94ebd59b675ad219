import { oplockOfCache, validCache } from './cache.ts';
import type { FileEffect, HolderName } from './commands.ts';
import { CacheBits, type CacheState, type FileState, type LeaseId, type LeaseState, type OpenState } from './state.ts';

const { READ, HANDLE, WRITE, NONE } = CacheBits;

/** A holder of caching rights: a lease, or an open with an oplock. */
export type Holder =
  | { readonly kind: 'lease'; readonly state: LeaseState }
  | { readonly kind: 'oplock'; readonly state: OpenState };

/** All holders of caching rights, leases last. */
export function holdersOf(file: FileState): Holder[] {
  const holders: Holder[] = [];
  for (const state of file.opens.values()) if (state.cache !== NONE) holders.push({ kind: 'oplock', state });
  for (const state of file.leases.values()) if (state.cache !== NONE) holders.push({ kind: 'lease', state });
  return holders;
}

/** The holder with this name, whatever it caches. */
export function holderNamed(file: FileState, name: HolderName): Holder | undefined {
  if ('lease' in name) {
    const state = file.leases.get(name.lease);
    return state && { kind: 'lease', state };
  }
  const state = file.opens.get(name.open);
  return state && { kind: 'oplock', state };
}

export function isLease(holder: Holder, id: LeaseId | undefined): boolean {
  return holder.kind === 'lease' && holder.state.id === id;
}

/**
 * What a holder keeps when it must give up `strip`. An oplock is only ever broken to level II or
 * none.
 */
export function remaining(holder: Holder, strip: CacheState): CacheState {
  const { cache } = holder.state;
  if ((cache & strip) === 0) return cache;
  if (holder.kind === 'lease') return validCache(cache & ~strip);
  return holder.state.levelTwo ? cache & ~strip & READ : NONE;
}

/**
 * Tells a holder to come down to `required`. If it has only R, that is taken away without asking;
 * anything else has to be acknowledged. If a break of the holder is already under way, the rest is
 * asked for after the acknowledgment. [MS-SMB2] 3.3.4.6, 3.3.4.7
 */
export function breakTo(holder: Holder, required: CacheState, effects: FileEffect[]): void {
  const { state } = holder;
  if (state.breaking !== undefined) {
    state.breaking.required = validCache(state.breaking.required & required);
    return;
  }
  if ((state.cache & ~required) === 0) return;
  if (holder.kind === 'lease') holder.state.epoch = (holder.state.epoch + 1) & 0xffff;
  continueBreak(holder, required, required, effects);
}

/** Breaks the holder to `to`, on the way to `required`, within the present epoch. */
export function continueBreak(holder: Holder, to: CacheState, required: CacheState, effects: FileEffect[]): void {
  const { state } = holder;
  const from = state.cache;
  if ((from & ~to) === 0) return;
  const acknowledge = (from & (HANDLE | WRITE)) !== 0;
  if (acknowledge) state.breaking = { to, required, untold: false };
  else state.cache = to;
  effects.push(breakEffect(holder, from, to, acknowledge));
}

function breakEffect(holder: Holder, from: CacheState, to: CacheState, acknowledge: boolean): FileEffect {
  if (holder.kind === 'oplock') {
    return { type: 'break-oplock', open: holder.state.id, to: oplockOfCache(to), acknowledge };
  }
  const { id, version, epoch } = holder.state;
  return { type: 'break-lease', lease: id, from, to, epoch: version === 2 ? epoch : 0, acknowledge };
}

/**
 * Sends a break that nobody could be told of before. Now somebody can: the client has come back and
 * opened the file again.
 */
export function tellBreak(holder: Holder): FileEffect[] {
  const { breaking, cache } = holder.state;
  if (breaking?.untold !== true) return [];
  breaking.untold = false;
  return [breakEffect(holder, cache, breaking.to, true)];
}

/** The holder's break is over: its timer stops. */
export function endBreak(holder: Holder): FileEffect {
  holder.state.breaking = undefined;
  const name: HolderName = holder.kind === 'lease' ? { lease: holder.state.id } : { open: holder.state.id };
  return { type: 'break-ended', holder: name };
}

/**
 * A break is over, however it ended: its timer stops, and all waiting requests ask again, in order.
 */
export function breakOver(file: FileState, holder: Holder): FileEffect[] {
  if (holder.state.breaking === undefined) return [];
  return [endBreak(holder), ...retryAll(file)];
}

/** All waiting requests ask again, in order. */
export function retryAll(file: FileState): FileEffect[] {
  return file.waiting.map((waiter) => ({ type: 'retry', waiter }) as const);
}

/** Makes a request wait. If it already waits, it keeps its place. */
export function waitOn(file: FileState, waiter: number): void {
  if (!file.waiting.includes(waiter)) file.waiting.push(waiter);
}

/** The request no longer waits. */
export function stopWaiting(file: FileState, waiter: number): void {
  if (file.waiting.length > 0) file.waiting = file.waiting.filter((w) => w !== waiter);
}
