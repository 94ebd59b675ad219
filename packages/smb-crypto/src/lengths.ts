/**
 * The caller passed something unusable: an unknown algorithm, or a key, nonce or tag of the wrong
 * length.
 */
export class CryptoError extends RangeError {
  override readonly name = 'CryptoError';
}

/**
 * Returns the same bytes after checking their length: OpenSSL reads and writes as many bytes as it
 * is told to, no matter how many there are.
 *
 * @throws CryptoError when the length is none of `lengths`
 */
export function ofLength(what: 'key' | 'nonce' | 'tag', bytes: Uint8Array, ...lengths: number[]): Uint8Array {
  if (lengths.includes(bytes.length)) return bytes;
  throw new CryptoError(`a ${what} of ${bytes.length} bytes where ${lengths.join(' or ')} are wanted`);
}

/** Length of every AEAD tag and signature in SMB3, in bytes. */
export const TAG_LENGTH = 16;

/** Length of a signing key, in bytes, [MS-SMB2] 3.1.4.1. */
export const SIGNING_KEY_LENGTH = 16;

/** Key lengths, in bytes, for which AES-CMAC has known answers here, NIST SP 800-38B. */
export const CMAC_KEY_LENGTHS: readonly number[] = [16, 32];

/** Length of the nonces that SMB3 uses, in bytes, [MS-SMB2] 2.2.41. */
export const CCM_NONCE_LENGTH = 11;
export const GCM_NONCE_LENGTH = 12;

const AEADS = {
  'aes-128-ccm': { key: 16, nonce: CCM_NONCE_LENGTH },
  'aes-128-gcm': { key: 16, nonce: GCM_NONCE_LENGTH },
  'aes-256-ccm': { key: 32, nonce: CCM_NONCE_LENGTH },
  'aes-256-gcm': { key: 32, nonce: GCM_NONCE_LENGTH },
} as const;

/**
 * The length of the key and of the nonce of a cipher, in bytes.
 *
 * @throws CryptoError when the name is not the name of a cipher
 */
export function aeadLengths(name: keyof typeof AEADS): { readonly key: number; readonly nonce: number } {
  if (!Object.hasOwn(AEADS, name)) throw new CryptoError(`no cipher has the name ${JSON.stringify(name)}`);
  return AEADS[name];
}
