import type { Codec } from '@tsmbd/ms-dtyp';

/** Attributes and reparse tag, [MS-FSCC] 2.4.6. */
export interface FileAttributeTagInformation {
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
  /** One of ReparseTag, or 0. */
  readonly reparseTag: number;
}

/** FileAttributeTagInformation, [MS-FSCC] 2.4.6. */
export const fileAttributeTagInformation: Codec<FileAttributeTagInformation> = {
  name: 'FileAttributeTagInformation',
  section: '[MS-FSCC] 2.4.6',
  decode: (r) => ({ fileAttributes: r.u32('FileAttributes'), reparseTag: r.u32('ReparseTag') }),
  encode(w, m) {
    w.u32(m.fileAttributes);
    w.u32(m.reparseTag);
  },
};
