import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_DISPOSITION_*, [MS-FSCC] 2.4. */
export const DispositionFlags = {
  DELETE: 0x0000_0001,
  POSIX_SEMANTICS: 0x0000_0002,
  FORCE_IMAGE_SECTION_CHECK: 0x0000_0004,
  ON_CLOSE: 0x0000_0008,
  IGNORE_READONLY_ATTRIBUTE: 0x0000_0010,
} as const;

/** How the file is deleted when its handles close; set only, [MS-FSCC] 2.4. */
export interface FileDispositionInformationEx {
  /** Bits of DispositionFlags. */
  readonly flags: number;
}

/** FileDispositionInformationEx, [MS-FSCC] 2.4. */
export const fileDispositionInformationEx: Codec<FileDispositionInformationEx> = {
  name: 'FileDispositionInformationEx',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ flags: r.u32('Flags') }),
  encode: (w, m) => w.u32(m.flags),
};
