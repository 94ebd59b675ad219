import type { Codec } from '@tsmbd/ms-dtyp';

/** Flags of SMB2_TRANSPORT_CAPABILITIES, [MS-SMB2] 2.2.3.1.5. */
export const TransportCapabilitiesFlags = { ACCEPT_TRANSPORT_LEVEL_SECURITY: 0x0000_0001 } as const;

/** SMB2_TRANSPORT_CAPABILITIES, [MS-SMB2] 2.2.3.1.5. */
export interface TransportCapabilities {
  /** Bits of TransportCapabilitiesFlags. */
  readonly flags: number;
}

/** SMB2_TRANSPORT_CAPABILITIES, [MS-SMB2] 2.2.3.1.5. */
export const transportCapabilities: Codec<TransportCapabilities> = {
  name: 'TRANSPORT_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.5',
  decode: (r) => ({ flags: r.u32('Flags') }),
  encode: (w, m) => w.u32(m.flags),
};
