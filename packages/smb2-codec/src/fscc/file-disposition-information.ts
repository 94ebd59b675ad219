import type { Codec } from '@tsmbd/ms-dtyp';

/** Whether the file is deleted when its last handle closes; set only, [MS-FSCC] 2.4.11. */
export interface FileDispositionInformation {
  readonly deletePending: boolean;
}

/** FileDispositionInformation, [MS-FSCC] 2.4.11. */
export const fileDispositionInformation: Codec<FileDispositionInformation> = {
  name: 'FileDispositionInformation',
  section: '[MS-FSCC] 2.4.11',
  decode: (r) => ({ deletePending: r.u8('DeletePending') !== 0 }),
  encode: (w, m) => w.u8(m.deletePending ? 1 : 0),
};
