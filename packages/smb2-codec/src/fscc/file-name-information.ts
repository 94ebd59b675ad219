import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * A name preceded by its length: FileNameInformation, FileAlternateNameInformation,
 * FileNormalizedNameInformation and FileShortNameInformation, [MS-FSCC] 2.1.7 and 2.4.
 */
export interface FileNameInformation {
  readonly fileName: string;
}

/** The layout that the four classes share, under the name of one class. */
function nameInformation(name: string): Codec<FileNameInformation> {
  return {
    name,
    section: '[MS-FSCC] 2.4',
    decode: (r) => ({ fileName: r.utf16(r.u32('FileNameLength'), 'FileName') }),
    encode(w, m) {
      w.u32(m.fileName.length * 2);
      w.utf16(m.fileName);
    },
  };
}

/**
 * FileNameInformation, [MS-FSCC] 2.1.7: the path from the share's root, with a leading backslash.
 */
export const fileNameInformation = nameInformation('FileNameInformation');

/** FileAlternateNameInformation, [MS-FSCC] 2.4.5: the 8.3 name. */
export const fileAlternateNameInformation = nameInformation('FileAlternateNameInformation');

/**
 * FileNormalizedNameInformation, [MS-FSCC] 2.4: the path from the share's root, every name in its
 * long form.
 */
export const fileNormalizedNameInformation = nameInformation('FileNormalizedNameInformation');

/** FileShortNameInformation, [MS-FSCC] 2.4: the 8.3 name that the file is to get; set only. */
export const fileShortNameInformation = nameInformation('FileShortNameInformation');
