import type { Guid } from '@tsmbd/ms-dtyp';

/**
 * What an Open has that outlives its connection, [MS-SMB2] 3.3.1.10: IsDurable, IsPersistent,
 * IsResilient and what goes with them.
 */
export interface Durability {
  readonly kind: 'durable' | 'persistent' | 'resilient';
  /**
   * Version of the create context that granted it. A reconnect comes with the context of the same
   * version.
   */
  readonly version: 1 | 2;
  /** How long the Open waits for its client after the connection is lost. */
  readonly timeoutMs: number;
  /** CreateGuid; only contexts of version 2 have one. */
  readonly createGuid: Guid | undefined;
  /** ClientGuid of the connection that made the Open. */
  readonly clientGuid: Guid;
  /** Open.DurableOwner: the user's SID. */
  readonly owner: string;
  /** No connection has the Open at the moment. */
  disconnected: boolean;
}

/**
 * The timeout when the client leaves it to the server. The client is told this time, and the server
 * keeps to it.
 */
export const DEFAULT_TIMEOUT_MS = 60_000;
/** The longest timeout that a client may ask for; Windows has the same limit. */
export const MAX_TIMEOUT_MS = 300_000;

/**
 * Milliseconds that an open waits for its client when the client asked for `requested`. 0 leaves
 * the choice to the server. [MS-SMB2] 3.3.5.9.10
 */
export function timeoutFor(requested: number): number {
  return requested === 0 ? DEFAULT_TIMEOUT_MS : Math.min(requested, MAX_TIMEOUT_MS);
}
