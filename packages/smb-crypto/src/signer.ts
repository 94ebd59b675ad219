import type { SigningAlgorithm } from './constants.ts';
import { CryptoError, ofLength, SIGNING_KEY_LENGTH } from './lengths.ts';
import type { LongCall } from './long-call.ts';
import { equalInConstantTime } from './node-crypto.ts';
import { type LongMac, provider } from './provider.ts';

/**
 * Signs and verifies messages, [MS-SMB2] 3.1.4.1 and 3.1.5.1. A message starts at its SMB2 header
 * and, in a compound, ends with its padding. The caller sets SMB2_FLAGS_SIGNED before signing.
 */
export interface Signer {
  readonly algorithm: SigningAlgorithm;
  /** Writes the Signature (bytes 48 to 64) of a message that is in a single buffer. */
  sign(message: Uint8Array): void;
  /**
   * The same for a message in several parts: `first` contains the whole header, and the message
   * continues in `rest`.
   */
  signSegments(first: Uint8Array, rest: readonly Uint8Array[]): void;
  /**
   * Signs a long message in three steps: this call, the call that it returns, and that one's `end`.
   * Undefined if the runtime cannot do so.
   */
  readonly signLong?: ((message: Uint8Array) => LongCall) | undefined;
  /**
   * Whether the Signature is right; false for bytes too short to be a message. Takes constant time.
   */
  verify(message: Uint8Array): boolean;
}

/**
 * @param algorithm 2.x signs with HMAC-SHA256, 3.0 and 3.0.2 with AES-CMAC, 3.1.1 with the
 *   negotiated algorithm
 * @param key Session.SigningKey or Channel.SigningKey, 16 bytes
 * @throws CryptoError for a key of another length, and for an algorithm other than these three
 */
export function createSigner(algorithm: SigningAlgorithm, key: Uint8Array): Signer {
  const mac = macOf(algorithm, ofLength('key', key, SIGNING_KEY_LENGTH));
  const seen = new Uint8Array(SIGNATURE_LENGTH);

  const signSegments = (first: Uint8Array, rest: readonly Uint8Array[]): void => {
    if (first.length < HEADER_LENGTH) throw new RangeError(`${first.length} bytes have no SMB2 header`);
    // Loops of sixteen turns take less time than calls that copy or fill.
    for (let i = SIGNATURE; i < HEADER_LENGTH; i++) first[i] = 0;
    write(first, mac(first, rest));
  };
  const long = longMacOf(algorithm, key);

  return {
    algorithm,
    sign: (message) => signSegments(message, NOTHING),
    signSegments,
    signLong:
      long &&
      ((message) => {
        if (message.length < HEADER_LENGTH) throw new RangeError(`${message.length} bytes have no SMB2 header`);
        message.fill(0, SIGNATURE, HEADER_LENGTH);
        return long(message, (made) => write(message, made));
      }),
    verify(message) {
      if (message.length < HEADER_LENGTH) return false;
      for (let i = 0; i < SIGNATURE_LENGTH; i++) {
        seen[i] = message[SIGNATURE + i]!;
        message[SIGNATURE + i] = 0;
      }
      const good = equalInConstantTime(mac(message, NOTHING), seen);
      for (let i = 0; i < SIGNATURE_LENGTH; i++) message[SIGNATURE + i] = seen[i]!;
      return good;
    },
  };
}

function write(message: Uint8Array, signature: Uint8Array): void {
  for (let i = 0; i < SIGNATURE_LENGTH; i++) message[SIGNATURE + i] = signature[i]!;
}

/** The MAC of a message whose Signature is zeros; 16 bytes. */
type Mac = (first: Uint8Array, rest: readonly Uint8Array[]) => Uint8Array;

function macOf(algorithm: SigningAlgorithm, keyBytes: Uint8Array): Mac {
  switch (algorithm) {
    case 'hmac-sha256': {
      const hmac = provider().hmacSha256(keyBytes);
      return (first, rest) => hmac([first, ...rest]).subarray(0, SIGNATURE_LENGTH);
    }
    case 'aes-cmac': {
      const cmac = provider().aesCmac(keyBytes);
      return (first, rest) => cmac([first, ...rest]);
    }
    case 'aes-gmac': {
      const gmac = provider().aesGmac(keyBytes);
      const nonce = new Uint8Array(12);
      return (first, rest) => {
        fillGmacNonce(nonce, first);
        return gmac(nonce, rest.length === 0 ? [first] : [first, ...rest]);
      };
    }
    default:
      throw new CryptoError(`no signing algorithm has the name ${JSON.stringify(algorithm)}`);
  }
}

/** The same for long messages; undefined if the runtime cannot. */
function longMacOf(algorithm: SigningAlgorithm, key: Uint8Array): LongMac | undefined {
  const { long } = provider();
  if (long === undefined) return undefined;
  if (algorithm === 'hmac-sha256') return long.hmacSha256(key);
  if (algorithm === 'aes-cmac') return long.aesCmac(key);
  const gmac = long.aesGmac(key);
  return (message, made) => {
    const nonce = new Uint8Array(12);
    fillGmacNonce(nonce, message);
    return gmac(nonce, message, made);
  };
}

/**
 * MessageId, then bit 0 for a message from the server and bit 1 for a CANCEL, [MS-SMB2] 3.1.4.1.
 */
function fillGmacNonce(nonce: Uint8Array, header: Uint8Array): void {
  for (let i = 0; i < 8; i++) nonce[i] = header[MESSAGE_ID + i]!;
  const fromServer = header[FLAGS]! & FLAGS_SERVER_TO_REDIR;
  const isCancel = header[COMMAND] === COMMAND_CANCEL && header[COMMAND + 1] === 0;
  nonce[8] = fromServer | (isCancel ? 2 : 0);
}

const NOTHING: readonly Uint8Array[] = [];
const SIGNATURE_LENGTH = 16;
/** Offsets in the SMB2 header, [MS-SMB2] 2.2.1. */
const COMMAND = 12;
const FLAGS = 16;
const MESSAGE_ID = 24;
const SIGNATURE = 48;
const HEADER_LENGTH = 64;
const FLAGS_SERVER_TO_REDIR = 1;
const COMMAND_CANCEL = 0x0c;
