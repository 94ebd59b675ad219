import type { Codec } from '@tsmbd/ms-dtyp';

/** A file that is a reparse point, [MS-FSCC] 2.4. */
export interface FileReparsePointInformation {
  readonly fileReferenceNumber: bigint;
  /** One of ReparseTag. */
  readonly tag: number;
}

/** FileReparsePointInformation, [MS-FSCC] 2.4. */
export const fileReparsePointInformation: Codec<FileReparsePointInformation> = {
  name: 'FileReparsePointInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ fileReferenceNumber: r.u64('FileReferenceNumber'), tag: r.u32('Tag') }),
  encode(w, m) {
    w.u64(m.fileReferenceNumber);
    w.u32(m.tag);
  },
};
