import type { Codec } from '@tsmbd/ms-dtyp';

/** The access that the handle was granted, [MS-FSCC] 2.4.1. */
export interface FileAccessInformation {
  /** Bits of AccessMask. */
  readonly accessFlags: number;
}

/** FileAccessInformation, [MS-FSCC] 2.4.1. */
export const fileAccessInformation: Codec<FileAccessInformation> = {
  name: 'FileAccessInformation',
  section: '[MS-FSCC] 2.4.1',
  decode: (r) => ({ accessFlags: r.u32('AccessFlags') }),
  encode: (w, m) => w.u32(m.accessFlags),
};
