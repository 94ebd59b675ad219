import type { Codec } from '@tsmbd/ms-dtyp';

/** Hash algorithms of the preauthentication integrity, [MS-SMB2] 2.2.3.1.1. */
export const HashAlgorithmId = { SHA_512: 0x0001 } as const;

/**
 * SMB2_PREAUTH_INTEGRITY_CAPABILITIES, [MS-SMB2] 2.2.3.1.1; in a response there is one algorithm.
 */
export interface PreauthIntegrityCapabilities {
  /** Values of HashAlgorithmId, or unknown ones. */
  readonly hashAlgorithms: readonly number[];
  readonly salt: Uint8Array;
}

/** SMB2_PREAUTH_INTEGRITY_CAPABILITIES, [MS-SMB2] 2.2.3.1.1. */
export const preauthIntegrityCapabilities: Codec<PreauthIntegrityCapabilities> = {
  name: 'PREAUTH_INTEGRITY_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.1',
  decode(r) {
    const count = r.u16('HashAlgorithmCount');
    const saltLength = r.u16('SaltLength');
    const hashAlgorithms = r.u16s(count, 'HashAlgorithms');
    return { hashAlgorithms, salt: r.take(saltLength, 'Salt') };
  },
  encode(w, m) {
    w.u16(m.hashAlgorithms.length);
    w.u16(m.salt.length);
    for (const id of m.hashAlgorithms) w.u16(id);
    w.bytes(m.salt);
  },
};
