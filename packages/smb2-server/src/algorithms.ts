import type { CipherName, SigningAlgorithm as SigningName } from '@tsmbd/smb-crypto';
import { CipherId, SigningAlgorithmId } from '@tsmbd/smb2-codec';

export type { CipherName, SigningName };

/** Encryption algorithms by their identifier in the negotiate context, [MS-SMB2] 2.2.3.1.2. */
export const CIPHERS: ReadonlyMap<number, CipherName> = new Map([
  [CipherId.AES_128_CCM, 'aes-128-ccm'],
  [CipherId.AES_128_GCM, 'aes-128-gcm'],
  [CipherId.AES_256_CCM, 'aes-256-ccm'],
  [CipherId.AES_256_GCM, 'aes-256-gcm'],
]);

/** Signing algorithms by their identifier, [MS-SMB2] 2.2.3.1.7. */
export const SIGNING_ALGORITHMS: ReadonlyMap<number, SigningName> = new Map([
  [SigningAlgorithmId.HMAC_SHA256, 'hmac-sha256'],
  [SigningAlgorithmId.AES_CMAC, 'aes-cmac'],
  [SigningAlgorithmId.AES_GMAC, 'aes-gmac'],
]);

/** The identifier of an algorithm's name. */
export function idOf<Name>(table: ReadonlyMap<number, Name>, name: Name): number {
  for (const [id, n] of table) if (n === name) return id;
  throw new RangeError(`no identifier for ${String(name)}`);
}
