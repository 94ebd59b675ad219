import type { Codec } from '@tsmbd/ms-dtyp';

/** SVHDX_OPEN_DEVICE_CONTEXT and its V2, [MS-SMB2] 2.2.13.2.14: data of [MS-RSVD] 2.2.4.12 and 2.2.4.32. */
export interface SvhdxOpenDevice {
  /** 1 or 2. */
  readonly version: number;
  /** Everything behind the version, still encoded. */
  readonly body: Uint8Array;
}

/** SVHDX_OPEN_DEVICE_CONTEXT, [MS-SMB2] 2.2.13.2.14; the body stays bytes. */
export const svhdxOpenDevice: Codec<SvhdxOpenDevice> = {
  name: 'SVHDX_OPEN_DEVICE_CONTEXT',
  section: '[MS-SMB2] 2.2.13.2.14',
  decode: (r) => ({ version: r.u32('Version'), body: r.rest('Body') }),
  encode(w, m) {
    w.u32(m.version);
    w.bytes(m.body);
  },
};
