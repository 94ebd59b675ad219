import type { Guid } from '@tsmbd/ms-dtyp';

/**
 * An Open that outlives its connection, [MS-SMB2] 3.3.1.10: IsDurable, IsPersistent, IsResilient
 * and what goes with them.
 */
export interface Durability {
  readonly kind: 'durable' | 'persistent' | 'resilient';
  /** Which context granted it; a reconnect comes with the context of the same version. */
  readonly version: 1 | 2;
  /** How long it waits for its client, from the loss of its connection. */
  readonly timeoutMs: number;
  /** CreateGuid of version 2. */
  readonly createGuid: Guid | undefined;
  /** ClientGuid of the connection that made it. */
  readonly clientGuid: Guid;
  /** Open.DurableOwner: the user's SID. */
  readonly owner: string;
  /** No connection has it now. */
  disconnected: boolean;
}

/**
 * What the client is told, and so what the server keeps to, when it leaves the time to the server.
 */
export const DEFAULT_TIMEOUT_MS = 60_000;
/** The longest that a client may ask for; Windows has the same. */
export const MAX_TIMEOUT_MS = 300_000;

/**
 * Milliseconds that an open waits whose client asked for `requested`; 0: the server's choice.
 * [MS-SMB2] 3.3.5.9.10
 */
export function timeoutFor(requested: number): number {
  return requested === 0 ? DEFAULT_TIMEOUT_MS : Math.min(requested, MAX_TIMEOUT_MS);
}
