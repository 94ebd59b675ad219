import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { equalInConstantTime, hmacMd5, md5 } from './node-crypto.ts';
import { createRc4 } from './rc4.ts';

/** Message security of an established context, [MS-NLMP] 3.4, with extended session security. */
export interface NtlmSecurity {
  /** GSS_GetMIC: the 16-byte signature of the next outgoing message, 3.4.6. */
  sign(message: Uint8Array): Uint8Array;
  /** GSS_VerifyMIC of the next incoming message, 3.4.7. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
  /** GSS_Wrap: seals the next outgoing message, 3.4.8. */
  seal(message: Uint8Array): { sealed: Uint8Array; signature: Uint8Array };
  /** GSS_Unwrap of the next incoming message; undefined if its signature does not match, 3.4.9. */
  unseal(sealed: Uint8Array, signature: Uint8Array): Uint8Array | undefined;
  /**
   * The mechListMIC of SPNEGO. As in Windows, it is made with sequence number 0 and a fresh cipher,
   * and does not affect the messages that follow ([MS-SPNG] 3.3.5.1).
   */
  getMic(data: Uint8Array): Uint8Array;
  /** Whether the peer's mechListMIC is right. Takes constant time. */
  verifyMic(data: Uint8Array, mic: Uint8Array): boolean;
}

/**
 * @param role the side that this context belongs to
 * @param exportedSessionKey 16 bytes
 * @param flags what both sides agreed on, bits of NegotiateFlags with EXTENDED_SESSIONSECURITY
 */
export function createSecurity(role: 'client' | 'server', exportedSessionKey: Uint8Array, flags: number): NtlmSecurity {
  const client = () => createDirection('client-to-server', exportedSessionKey, flags);
  const server = () => createDirection('server-to-client', exportedSessionKey, flags);
  const [createOut, createIn] = role === 'client' ? [client, server] : [server, client];
  const outgoing = createOut();
  const incoming = createIn();
  return {
    sign: (message) => outgoing.sign(message),
    verify: (message, signature) => equalInConstantTime(incoming.sign(message), signature),
    seal(message) {
      // The cipher is applied to the message first and then to its checksum, 3.4.3.
      const sealed = outgoing.cipher(message);
      return { sealed, signature: outgoing.sign(message) };
    },
    unseal(sealed, signature) {
      const message = incoming.cipher(sealed);
      return equalInConstantTime(incoming.sign(message), signature) ? message : undefined;
    },
    getMic: (data) => createOut().sign(data),
    verifyMic: (data, mic) => equalInConstantTime(createIn().sign(data), mic),
  };
}

/** SIGNKEY, 16 bytes, [MS-NLMP] 3.4.5.2. */
export function signKey(direction: Direction, exportedSessionKey: Uint8Array): Uint8Array {
  return md5(exportedSessionKey, magic(direction, 'signing'));
}

/** SEALKEY, 16 bytes, [MS-NLMP] 3.4.5.3. */
export function sealKey(direction: Direction, exportedSessionKey: Uint8Array, flags: number): Uint8Array {
  const length = hasFlag(flags, NegotiateFlags.N128) ? 16 : hasFlag(flags, NegotiateFlags.N56) ? 7 : 5;
  return md5(exportedSessionKey.subarray(0, length), magic(direction, 'sealing'));
}

type Direction = 'client-to-server' | 'server-to-client';

function createDirection(direction: Direction, exportedSessionKey: Uint8Array, flags: number) {
  const key = signKey(direction, exportedSessionKey);
  const cipher = createRc4(sealKey(direction, exportedSessionKey, flags));
  const sealsChecksum = hasFlag(flags, NegotiateFlags.KEY_EXCH);
  let sequence = 0;
  return {
    cipher,
    /** NTLMSSP_MESSAGE_SIGNATURE for extended session security, [MS-NLMP] 2.2.2.9.2 and 3.4.4.2. */
    sign(message: Uint8Array): Uint8Array {
      const signature = new Uint8Array(16);
      const view = new DataView(signature.buffer);
      view.setUint32(0, 1, true);
      view.setUint32(12, sequence, true);
      const checksum = hmacMd5(key, signature.subarray(12), message).subarray(0, 8);
      signature.set(sealsChecksum ? cipher(checksum) : checksum, 4);
      sequence = (sequence + 1) >>> 0;
      return signature;
    },
  };
}

function magic(direction: Direction, use: 'signing' | 'sealing'): Uint8Array {
  return new TextEncoder().encode(`session key to ${direction} ${use} key magic constant\0`);
}
