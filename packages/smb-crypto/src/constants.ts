/** Dialect revisions, [MS-SMB2] 2.2.4. */
export const Dialect = {
  SMB_2_0_2: 0x0202,
  SMB_2_1: 0x0210,
  SMB_3_0: 0x0300,
  SMB_3_0_2: 0x0302,
  SMB_3_1_1: 0x0311,
} as const;

/** Cipher ids of SMB2_ENCRYPTION_CAPABILITIES, [MS-SMB2] 2.2.3.1.2. 0 means none. */
export const CipherId = {
  NONE: 0x0000,
  AES_128_CCM: 0x0001,
  AES_128_GCM: 0x0002,
  AES_256_CCM: 0x0003,
  AES_256_GCM: 0x0004,
} as const;

/** Signing algorithm ids of SMB2_SIGNING_CAPABILITIES, [MS-SMB2] 2.2.3.1.7. */
export const SigningAlgorithmId = { HMAC_SHA256: 0x0000, AES_CMAC: 0x0001, AES_GMAC: 0x0002 } as const;

/** Hash algorithm ids of SMB2_PREAUTH_INTEGRITY_CAPABILITIES, [MS-SMB2] 2.2.3.1.1. */
export const HashAlgorithmId = { SHA_512: 0x0001 } as const;

/** Names of the ciphers, as node:crypto uses them. */
export type CipherName = 'aes-128-ccm' | 'aes-128-gcm' | 'aes-256-ccm' | 'aes-256-gcm';

/** Names of the signing algorithms. */
export type SigningAlgorithm = 'hmac-sha256' | 'aes-cmac' | 'aes-gmac';

const CIPHERS: Readonly<Record<number, CipherName>> = {
  [CipherId.AES_128_CCM]: 'aes-128-ccm',
  [CipherId.AES_128_GCM]: 'aes-128-gcm',
  [CipherId.AES_256_CCM]: 'aes-256-ccm',
  [CipherId.AES_256_GCM]: 'aes-256-gcm',
};

const SIGNING: Readonly<Record<number, SigningAlgorithm>> = {
  [SigningAlgorithmId.HMAC_SHA256]: 'hmac-sha256',
  [SigningAlgorithmId.AES_CMAC]: 'aes-cmac',
  [SigningAlgorithmId.AES_GMAC]: 'aes-gmac',
};

/** The cipher of a CipherId; undefined for 0 and for unknown ids. */
export function cipherName(cipherId: number): CipherName | undefined {
  return CIPHERS[cipherId];
}

/** The algorithm of a SigningAlgorithmId; undefined for unknown ids. */
export function signingAlgorithm(id: number): SigningAlgorithm | undefined {
  return SIGNING[id];
}
