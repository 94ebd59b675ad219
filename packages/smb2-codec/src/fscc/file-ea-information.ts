import type { Codec } from '@tsmbd/ms-dtyp';

/** The size of the extended attributes, [MS-FSCC] 2.4.12. */
export interface FileEaInformation {
  /** Bytes, as a list of FILE_FULL_EA_INFORMATION. */
  readonly eaSize: number;
}

/** FileEaInformation, [MS-FSCC] 2.4.12. */
export const fileEaInformation: Codec<FileEaInformation> = {
  name: 'FileEaInformation',
  section: '[MS-FSCC] 2.4.12',
  decode: (r) => ({ eaSize: r.u32('EaSize') }),
  encode: (w, m) => w.u32(m.eaSize),
};
