import type { CipherName } from './constants.ts';
import { aeadLengths, TAG_LENGTH } from './lengths.ts';
import type { LongCall } from './long-call.ts';
import { provider } from './provider.ts';

/** Length of SMB2 TRANSFORM_HEADER in bytes, [MS-SMB2] 2.2.41. */
export const TRANSFORM_HEADER_LENGTH = 52;

/**
 * Encrypts or decrypts with one key. A server has one sealer for each direction of a session. All
 * channels of the session share them, because the nonce counts what the key has encrypted.
 * [MS-SMB2] 3.1.4.3.
 */
export interface Sealer {
  readonly cipher: CipherName;
  /**
   * Encrypts `frame` in place. The frame is 52 bytes of room for the header, then the plain message
   * or compound. Fills in the whole header, with a nonce that this key has not used before.
   */
  seal(frame: Uint8Array, sessionId: bigint): void;
  /**
   * Seals a long frame in three steps: this call, the call that it returns, and that one's `end`.
   * Undefined if the runtime cannot do so.
   */
  readonly sealLong?: ((frame: Uint8Array, sessionId: bigint) => LongCall) | undefined;
  /**
   * Decrypts in place a frame that starts with its TRANSFORM_HEADER, and returns the part that is
   * the plain message. Returns undefined if the frame is too short, has another ProtocolId or
   * Flags, or does not have OriginalMessageSize bytes. Also returns undefined if the frame does not
   * verify; its content is then destroyed.
   */
  open(frame: Uint8Array): Uint8Array | undefined;
}

/**
 * @param cipher the negotiated cipher; 3.0 and 3.0.2 have aes-128-ccm only
 * @param key 16 or 32 bytes, from deriveKeys
 * @throws CryptoError when the key does not have the cipher's length, or the name is not the name
 *   of a cipher
 */
export function createSealer(cipher: CipherName, key: Uint8Array): Sealer {
  const aead = provider().aead(cipher, key);
  const long = provider().long?.aead(cipher, key);
  const { nonce: nonceLength } = aeadLengths(cipher);
  let used = 0n;

  /** Fills in the header, except its Signature. */
  const begin = (header: Uint8Array, length: number, sessionId: bigint): void => {
    const view = new DataView(header.buffer, header.byteOffset, TRANSFORM_HEADER_LENGTH);
    used += 1n;
    view.setUint32(0, PROTOCOL_ID, true);
    view.setBigUint64(NONCE, used, true);
    view.setBigUint64(NONCE + 8, 0n, true);
    view.setUint32(ORIGINAL_MESSAGE_SIZE, length, true);
    view.setUint32(ORIGINAL_MESSAGE_SIZE + 4, FLAGS_ENCRYPTED << 16, true);
    view.setBigUint64(SESSION_ID, sessionId, true);
  };
  const nonceOf = (header: Uint8Array): Uint8Array => header.subarray(NONCE, NONCE + nonceLength);
  const tagOf = (header: Uint8Array): Uint8Array => header.subarray(SIGNATURE, SIGNATURE + TAG_LENGTH);
  const aadOf = (header: Uint8Array): Uint8Array => header.subarray(NONCE, TRANSFORM_HEADER_LENGTH);

  return {
    cipher,
    seal(frame, sessionId) {
      const plain = frame.subarray(TRANSFORM_HEADER_LENGTH);
      begin(frame, plain.length, sessionId);
      aead.encrypt(nonceOf(frame), aadOf(frame), plain, tagOf(frame));
    },
    sealLong:
      long &&
      ((frame, sessionId) => {
        const plain = frame.subarray(TRANSFORM_HEADER_LENGTH);
        begin(frame, plain.length, sessionId);
        return long(nonceOf(frame), aadOf(frame), plain, tagOf(frame));
      }),
    open(frame) {
      if (frame.length <= TRANSFORM_HEADER_LENGTH) return undefined;
      const view = new DataView(frame.buffer, frame.byteOffset, TRANSFORM_HEADER_LENGTH);
      if (view.getUint32(0, true) !== PROTOCOL_ID) return undefined;
      if (view.getUint32(ORIGINAL_MESSAGE_SIZE, true) !== frame.length - TRANSFORM_HEADER_LENGTH) return undefined;
      if (view.getUint16(FLAGS, true) !== FLAGS_ENCRYPTED) return undefined;
      const text = frame.subarray(TRANSFORM_HEADER_LENGTH);
      return aead.decrypt(nonceOf(frame), aadOf(frame), text, tagOf(frame)) ? text : undefined;
    },
  };
}

/** Whether the bytes start with the ProtocolId of a TRANSFORM_HEADER. */
export function isSealed(frame: Uint8Array): boolean {
  return frame[0] === 0xfd && frame[1] === 0x53 && frame[2] === 0x4d && frame[3] === 0x42;
}

/**
 * The SessionId of a TRANSFORM_HEADER, which says which session's key decrypts the frame; undefined
 * when the frame is too short.
 */
export function sealedSessionId(frame: Uint8Array): bigint | undefined {
  if (frame.length < TRANSFORM_HEADER_LENGTH) return undefined;
  return new DataView(frame.buffer, frame.byteOffset).getBigUint64(SESSION_ID, true);
}

const PROTOCOL_ID = 0x424d53fd;
const FLAGS_ENCRYPTED = 0x0001;
/** Offsets in the TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
const SIGNATURE = 4;
const NONCE = 20;
const ORIGINAL_MESSAGE_SIZE = 36;
const FLAGS = 42;
const SESSION_ID = 44;
