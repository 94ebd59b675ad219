import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * SMB2_CREATE_SD_BUFFER ('SecD'), [MS-SMB2] 2.2.13.2.2: the security descriptor of the file to
 * create. Request only.
 */
export interface SdBuffer {
  /** A self-relative SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6, still encoded. */
  readonly securityDescriptor: Uint8Array;
}

/** SMB2_CREATE_SD_BUFFER, [MS-SMB2] 2.2.13.2.2: the whole data. */
export const sdBuffer: Codec<SdBuffer> = {
  name: 'CREATE_SD_BUFFER',
  section: '[MS-SMB2] 2.2.13.2.2',
  decode: (r) => ({ securityDescriptor: r.rest('SecurityDescriptor') }),
  encode: (w, m) => w.bytes(m.securityDescriptor),
};
