import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/**
 * SMB2_CREATE_TIMEWARP_TOKEN ('TWrp'), [MS-SMB2] 2.2.13.2.7: asks to open the file as it was in a
 * snapshot. Request only.
 */
export interface TimewarpToken {
  /** The snapshot's time. */
  readonly timestamp: Filetime;
}

/** SMB2_CREATE_TIMEWARP_TOKEN, [MS-SMB2] 2.2.13.2.7. */
export const timewarpToken: Codec<TimewarpToken> = {
  name: 'CREATE_TIMEWARP_TOKEN',
  section: '[MS-SMB2] 2.2.13.2.7',
  decode: (r) => ({ timestamp: r.u64('Timestamp') }),
  encode: (w, m) => w.u64(m.timestamp),
};
