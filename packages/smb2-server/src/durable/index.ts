/*
 * Opens that outlive their connection or the process (durable, resilient, persistent), reconnects,
 * and CREATEs that are repeated. It may use all rooms about files.
 */

export { takeOver } from './app-instance.ts';
export { detachOrClose, purge } from './detach.ts';
export { DurableOpens } from './durable-opens.ts';
export { grantDurability, makeDurable } from './grant.ts';
export { PersistentOpens } from './persistent-opens.ts';
export { leaseNow, openedAs, reconnect } from './reconnect.ts';
export { replayedOpen, replayResponse, untilReplayable } from './replay.ts';
export { type RequestedDurability, requestedDurability } from './requested.ts';
