import type { Codec } from '@tsmbd/ms-dtyp';

/** Signing algorithms, [MS-SMB2] 2.2.3.1.7. */
export const SigningAlgorithmId = { HMAC_SHA256: 0x0000, AES_CMAC: 0x0001, AES_GMAC: 0x0002 } as const;

/** SMB2_SIGNING_CAPABILITIES, [MS-SMB2] 2.2.3.1.7; in a response there is one algorithm. */
export interface SigningCapabilities {
  /** Values of SigningAlgorithmId, most preferred first. */
  readonly signingAlgorithms: readonly number[];
}

/** SMB2_SIGNING_CAPABILITIES, [MS-SMB2] 2.2.3.1.7. */
export const signingCapabilities: Codec<SigningCapabilities> = {
  name: 'SIGNING_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.7',
  decode(r) {
    const count = r.u16('SigningAlgorithmCount');
    const signingAlgorithms = r.u16s(count, 'SigningAlgorithms');
    return { signingAlgorithms };
  },
  encode(w, m) {
    w.u16(m.signingAlgorithms.length);
    for (const id of m.signingAlgorithms) w.u16(id);
  },
};
