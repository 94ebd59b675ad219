import type { Codec } from '@tsmbd/ms-dtyp';

/** The 64-bit id of a file, [MS-FSCC] 2.4. */
export interface FileInternalInformation {
  readonly indexNumber: bigint;
}

/** FileInternalInformation, [MS-FSCC] 2.4. */
export const fileInternalInformation: Codec<FileInternalInformation> = {
  name: 'FileInternalInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ indexNumber: r.u64('IndexNumber') }),
  encode: (w, m) => w.u64(m.indexNumber),
};
