import type { Codec } from '@tsmbd/ms-dtyp';

/** Ciphers, [MS-SMB2] 2.2.3.1.2. NONE in a response: client and server have no cipher in common. */
export const CipherId = {
  NONE: 0x0000,
  AES_128_CCM: 0x0001,
  AES_128_GCM: 0x0002,
  AES_256_CCM: 0x0003,
  AES_256_GCM: 0x0004,
} as const;

/** SMB2_ENCRYPTION_CAPABILITIES, [MS-SMB2] 2.2.3.1.2; in a response there is one cipher. */
export interface EncryptionCapabilities {
  /** Values of CipherId, most preferred first. */
  readonly ciphers: readonly number[];
}

/** SMB2_ENCRYPTION_CAPABILITIES, [MS-SMB2] 2.2.3.1.2. */
export const encryptionCapabilities: Codec<EncryptionCapabilities> = {
  name: 'ENCRYPTION_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.2',
  decode(r) {
    const count = r.u16('CipherCount');
    const ciphers = r.u16s(count, 'Ciphers');
    return { ciphers };
  },
  encode(w, m) {
    w.u16(m.ciphers.length);
    for (const id of m.ciphers) w.u16(id);
  },
};
