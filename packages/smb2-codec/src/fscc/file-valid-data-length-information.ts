import type { Codec } from '@tsmbd/ms-dtyp';

/** How much of a file has valid data; set only, [MS-FSCC] 2.4. */
export interface FileValidDataLengthInformation {
  /** Bytes. */
  readonly validDataLength: bigint;
}

/** FileValidDataLengthInformation, [MS-FSCC] 2.4. */
export const fileValidDataLengthInformation: Codec<FileValidDataLengthInformation> = {
  name: 'FileValidDataLengthInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ validDataLength: r.u64('ValidDataLength') }),
  encode: (w, m) => w.u64(m.validDataLength),
};
