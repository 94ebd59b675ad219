import type { Codec } from '@tsmbd/ms-dtyp';

/** The new end of a file; set only, [MS-FSCC] 2.4.13. */
export interface FileEndOfFileInformation {
  /** Bytes. */
  readonly endOfFile: bigint;
}

/** FileEndOfFileInformation, [MS-FSCC] 2.4.13. */
export const fileEndOfFileInformation: Codec<FileEndOfFileInformation> = {
  name: 'FileEndOfFileInformation',
  section: '[MS-FSCC] 2.4.13',
  decode: (r) => ({ endOfFile: r.u64('EndOfFile') }),
  encode: (w, m) => w.u64(m.endOfFile),
};
