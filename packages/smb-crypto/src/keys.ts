import { CipherId, Dialect } from './constants.ts';
import { hmacSha256, importKey } from './node-crypto.ts';

/** The keys of a session or channel, [MS-SMB2] 3.3.1.8 and 3.3.5.5.3. */
export interface DerivedKeys {
  /** Session.SigningKey or Channel.SigningKey; 16 bytes. */
  readonly signingKey: Uint8Array;
  /** Session.ApplicationKey; 16 bytes. */
  readonly applicationKey: Uint8Array;
  /**
   * The server decrypts with this key and the client encrypts with it; 16 or 32 bytes, depending on
   * the cipher. Empty below 3.0.
   */
  readonly clientToServer: Uint8Array;
  /**
   * The server encrypts with this key and the client decrypts with it; 16 or 32 bytes, depending on
   * the cipher. Empty below 3.0.
   */
  readonly serverToClient: Uint8Array;
}

/**
 * Derives a session's keys, [MS-SMB2] 3.1.4.2.
 *
 * Signing, application and 128-bit cipher keys come from the first 16 bytes of the session key (a
 * shorter one is padded with zeros, 3.3.5.5.3); the 256-bit ciphers take all of it. Below 3.0 both
 * keys are the session key itself.
 *
 * @param dialect a value of Dialect
 * @param cipherId a value of CipherId, or 0; only 256-bit ciphers make a difference
 * @param sessionKey the whole key that authentication gave
 * @param preauthHash the session's PreauthIntegrityHashValue, 64 bytes; needed for 3.1.1 only
 * @throws RangeError when 3.1.1 comes without a preauthHash
 */
export function deriveKeys(
  dialect: number,
  cipherId: number,
  sessionKey: Uint8Array,
  preauthHash?: Uint8Array,
): DerivedKeys {
  const short = shortKey(sessionKey);
  if (dialect < Dialect.SMB_3_0) {
    return { signingKey: short, applicationKey: short, clientToServer: NOTHING, serverToClient: NOTHING };
  }
  const is256 = cipherId === CipherId.AES_256_CCM || cipherId === CipherId.AES_256_GCM;
  const cipherInput = is256 ? sessionKey : short;
  const cipherBits = is256 ? 256 : 128;
  if (dialect < Dialect.SMB_3_1_1) {
    return {
      signingKey: kdf(short, 'SMB2AESCMAC', text('SmbSign'), 128),
      applicationKey: kdf(short, 'SMB2APP', text('SmbRpc'), 128),
      clientToServer: kdf(cipherInput, 'SMB2AESCCM', text('ServerIn '), cipherBits),
      serverToClient: kdf(cipherInput, 'SMB2AESCCM', text('ServerOut'), cipherBits),
    };
  }
  if (preauthHash?.length !== 64) throw new RangeError('3.1.1 derives keys from a preauth hash of 64 bytes');
  return {
    signingKey: kdf(short, 'SMBSigningKey', preauthHash, 128),
    applicationKey: kdf(short, 'SMBAppKey', preauthHash, 128),
    clientToServer: kdf(cipherInput, 'SMBC2SCipherKey', preauthHash, cipherBits),
    serverToClient: kdf(cipherInput, 'SMBS2CCipherKey', preauthHash, cipherBits),
  };
}

/**
 * SP800-108 5.1 in counter mode with HMAC-SHA256, r = 32, as [MS-SMB2] 3.1.4.2 uses it. The label's
 * terminating NUL is added here.
 *
 * @param key the key derivation key
 * @param label text, without its NUL
 * @param context bytes, with their NUL where the specification's string has one
 * @param bits length of the derived key, at most 256
 */
export function kdf(key: Uint8Array, label: string, context: Uint8Array, bits: number): Uint8Array {
  const fixed = [COUNTER_ONE, text(label), SEPARATOR, context, new Uint8Array([0, 0, bits >> 8, bits & 0xff])];
  return hmacSha256(importKey(key), fixed).slice(0, bits / 8);
}

/** Session.SessionKey: 16 bytes of the key that authentication produced, [MS-SMB2] 3.3.5.5.3. */
function shortKey(sessionKey: Uint8Array): Uint8Array {
  const key = new Uint8Array(16);
  key.set(sessionKey.subarray(0, 16));
  return key;
}

/** The text's bytes and a NUL. */
function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

const NOTHING = new Uint8Array(0);
const COUNTER_ONE = new Uint8Array([0, 0, 0, 1]);
const SEPARATOR = new Uint8Array(1);
