import type {
  DisconnectCommand,
  FileEffect,
  MakeDurableCommand,
  Outcome,
  ReconnectCommand,
  RestoreCommand,
} from './commands.ts';
import type { Holder } from './holders.ts';
import { linkFor } from './links.ts';
import { addLock } from './lock-table.ts';
import { CacheBits, type FileState, type OpenState } from './state.ts';

/**
 * Lets an open outlive its connection. A durable open does so as long as it caches its handle,
 * because everybody else who wants the file breaks that first. A persistent or resilient open does
 * so in any case. [MS-SMB2] 3.3.5.9.6, 3.3.5.9.10, 3.3.5.15.9
 */
export function applyMakeDurable(file: FileState, command: MakeDurableCommand): boolean {
  const open = file.opens.get(command.open);
  // Only its client may change an open that waits for its client.
  if (open === undefined || open.durable?.disconnected === true) return false;
  if (command.kind === 'durable' && !cachesHandle(file, open)) {
    // The open then also loses the durability that it had before.
    open.durable = undefined;
    return false;
  }
  const { kind, owner, client, createGuid } = command;
  open.durable = { kind, owner, client, createGuid, disconnected: false, purged: false };
  return true;
}

/** `close`: the open cannot wait for its client and has to be closed. */
export type DisconnectResult = 'kept' | 'close';

/** The open's connection is gone, [MS-SMB2] 3.3.7.1. */
export function applyDisconnect(file: FileState, command: DisconnectCommand): Outcome<DisconnectResult> {
  const open = file.opens.get(command.open);
  if (open?.durable === undefined) return { result: 'close', effects: [] };
  if (open.durable.kind === 'durable' && !cachesHandle(file, open)) return { result: 'close', effects: [] };
  open.durable.disconnected = true;
  const holder = holderOf(file, open);
  if (holder.state.breaking === undefined) return { result: 'kept', effects: [] };
  if (!isUnattended(file, holder)) {
    // Another open of the lease can still answer the break. But an open that is only durable is
    // kept while its lease is held, not while it is being broken.
    if (open.durable.kind !== 'durable') return { result: 'kept', effects: [] };
    open.durable.purged = true;
    return { result: 'close', effects: [] };
  }
  // Nobody is left to answer this break. It is treated as if it came now.
  const purged = purgeEffects(file, holder);
  if (!purged.some((effect) => effect.type === 'purge' && effect.open === open.id))
    return { result: 'kept', effects: [] };
  return { result: 'close', effects: purged.filter((e) => e.type === 'purge' && e.open !== open.id) };
}

/** `not-found`: no such open waits for this client. `access-denied`: it waits for another user. */
export type ReconnectResult = 'reconnected' | 'not-found' | 'access-denied';

/**
 * The client comes back, [MS-SMB2] 3.3.5.9.7, 3.3.5.9.12. It must be the same user and, if the open
 * has a lease, the same client.
 */
export function applyReconnect(file: FileState, command: ReconnectCommand): ReconnectResult {
  const open = file.opens.get(command.open);
  const durable = open?.durable;
  if (open === undefined || durable === undefined || !durable.disconnected || durable.purged) return 'not-found';
  if (open.lease !== command.lease) return 'not-found';
  // Version 1 of the context names no CreateGuid. Version 2 names a null one if there was none.
  if (command.createGuid !== undefined && (durable.createGuid ?? NULL_GUID) !== command.createGuid) return 'not-found';
  if (open.lease !== undefined && durable.client !== command.client) return 'not-found';
  if (durable.owner !== command.owner) return 'access-denied';
  durable.disconnected = false;
  durable.client = command.client;
  return 'reconnected';
}

/**
 * Restores an open, its lease and its locks, which an earlier run of the server stored. The open
 * waits for its client.
 */
export function applyRestore(file: FileState, command: RestoreCommand): void {
  const { open, lease, locks } = command;
  file.opens.set(open.id, {
    ...open,
    link: command.streamOf === undefined ? linkFor(file, command) : '',
    breaking: undefined,
    durable: open.durable && { ...open.durable, disconnected: true, purged: false },
  });
  if (lease !== undefined && !file.leases.has(lease.id)) file.leases.set(lease.id, { ...lease, breaking: undefined });
  for (const lock of locks) addLock(file.locks, open.id, lock);
}

const NULL_GUID = '00000000-0000-0000-0000-000000000000';

/** Whether nobody can be told of a break: all opens of the holder wait for their clients. */
export function isUnattended(file: FileState, holder: Holder): boolean {
  if (holder.kind === 'oplock') return holder.state.durable?.disconnected === true;
  let unattended = false;
  for (const open of file.opens.values()) {
    if (open.lease !== holder.state.id) continue;
    if (open.durable?.disconnected !== true) return false;
    unattended = true;
  }
  return unattended;
}

/**
 * The opens that are closed because nobody can answer a break of their cache. A resilient or
 * persistent open only loses the cache.
 */
export function purgeEffects(file: FileState, holder: Holder): FileEffect[] {
  const opens = opensOf(file, holder);
  if (opens.some((open) => open.durable?.kind !== 'durable')) return [];
  // An open that is being closed already is not closed again.
  const purged = opens.filter((open) => !open.durable!.purged);
  for (const open of purged) open.durable!.purged = true;
  return purged.map((open) => ({ type: 'purge', open: open.id }));
}

function opensOf(file: FileState, holder: Holder): OpenState[] {
  if (holder.kind === 'oplock') return [holder.state];
  return [...file.opens.values()].filter((open) => open.lease === holder.state.id);
}

function cachesHandle(file: FileState, open: OpenState): boolean {
  const cache = open.lease === undefined ? open.cache : (file.leases.get(open.lease)?.cache ?? CacheBits.NONE);
  return (cache & CacheBits.HANDLE) !== 0;
}

function holderOf(file: FileState, open: OpenState): Holder {
  const lease = open.lease === undefined ? undefined : file.leases.get(open.lease);
  return lease === undefined ? { kind: 'oplock', state: open } : { kind: 'lease', state: lease };
}
