import { sha512 } from './node-crypto.ts';

/** The initial value of every PreauthIntegrityHashValue: 64 zero bytes, [MS-SMB2] 3.3.5.4. */
export const INITIAL_PREAUTH_HASH: Uint8Array = new Uint8Array(64);

/**
 * The next PreauthIntegrityHashValue: SHA-512 of the previous value and a message from its SMB2
 * header on, [MS-SMB2] 3.3.5.4 and 3.3.5.5. The message may be in several parts.
 */
export function preauthHash(previous: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  return sha512([previous, ...message]);
}
