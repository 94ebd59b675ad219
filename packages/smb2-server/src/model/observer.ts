import type { Connection } from './connection.ts';

/** Sees the messages of all connections in plain form: decrypted and decompressed. */
export interface MessageObserver {
  /**
   * Called with one message or compound, from its first SMB header on. `bytes` is valid only during
   * the call. Errors that it throws are lost.
   *
   * @param wasProtected whether it was, or will be, encrypted on the wire
   */
  message(connection: Connection, fromClient: boolean, bytes: Uint8Array, wasProtected: boolean): void;
}

/**
 * Passes the message to the observer, if there is one. An error of the observer never affects the
 * client.
 */
export function observe(connection: Connection, fromClient: boolean, bytes: Uint8Array, wasProtected: boolean): void {
  const { observer, env } = connection.server;
  if (observer === undefined) return;
  try {
    observer.message(connection, fromClient, bytes, wasProtected);
  } catch (error) {
    env.log('error', 'conn', 'the observer of messages failed', { error });
  }
}
