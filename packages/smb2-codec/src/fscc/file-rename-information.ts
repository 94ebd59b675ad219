import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * FILE_RENAME_* of FileRenameInformationEx, [MS-FSCC] 2.4; FileLinkInformationEx uses the first
 * two.
 */
export const RenameFlags = {
  REPLACE_IF_EXISTS: 0x0000_0001,
  POSIX_SEMANTICS: 0x0000_0002,
  SUPPRESS_PIN_STATE_INHERITANCE: 0x0000_0004,
  SUPPRESS_STORAGE_RESERVE_INHERITANCE: 0x0000_0008,
  NO_INCREASE_AVAILABLE_SPACE: 0x0000_0010,
  NO_DECREASE_AVAILABLE_SPACE: 0x0000_0020,
  IGNORE_READONLY_ATTRIBUTE: 0x0000_0040,
} as const;

/** FileRenameInformation and FileLinkInformation in the form that SMB2 uses, [MS-FSCC] 2.4. */
export interface FileRenameInformation {
  readonly replaceIfExists: boolean;
  /** 0n over the network. */
  readonly rootDirectory: bigint;
  /** The path from the share's root without a leading backslash, or `:stream` for a stream. */
  readonly fileName: string;
}

/** FileRenameInformationEx and FileLinkInformationEx, [MS-FSCC] 2.4. */
export interface FileRenameInformationEx {
  /** Bits of RenameFlags. */
  readonly flags: number;
  /** 0n over the network. */
  readonly rootDirectory: bigint;
  /** The path from the share's root without a leading backslash. */
  readonly fileName: string;
}

function renameInformation(name: string): Codec<FileRenameInformation> {
  return {
    name,
    section: '[MS-FSCC] 2.4',
    decode(r) {
      const replaceIfExists = r.u8('ReplaceIfExists') !== 0;
      r.skip(7, 'Reserved');
      const rootDirectory = r.u64('RootDirectory');
      return { replaceIfExists, rootDirectory, fileName: r.utf16(r.u32('FileNameLength'), 'FileName') };
    },
    encode(w, m) {
      w.u8(m.replaceIfExists ? 1 : 0);
      w.zero(7);
      w.u64(m.rootDirectory);
      w.u32(m.fileName.length * 2);
      w.utf16(m.fileName);
    },
  };
}

function renameInformationEx(name: string): Codec<FileRenameInformationEx> {
  return {
    name,
    section: '[MS-FSCC] 2.4',
    decode(r) {
      const flags = r.u32('Flags');
      r.skip(4, 'Reserved');
      const rootDirectory = r.u64('RootDirectory');
      return { flags, rootDirectory, fileName: r.utf16(r.u32('FileNameLength'), 'FileName') };
    },
    encode(w, m) {
      w.u32(m.flags);
      w.zero(4);
      w.u64(m.rootDirectory);
      w.u32(m.fileName.length * 2);
      w.utf16(m.fileName);
    },
  };
}

/** FileRenameInformation for SMB2, [MS-FSCC] 2.4; set only. */
export const fileRenameInformation = renameInformation('FileRenameInformation');

/** FileLinkInformation for SMB2, [MS-FSCC] 2.4; set only. */
export const fileLinkInformation = renameInformation('FileLinkInformation');

/** FileRenameInformationEx, [MS-FSCC] 2.4; set only. */
export const fileRenameInformationEx = renameInformationEx('FileRenameInformationEx');

/** FileLinkInformationEx, [MS-FSCC] 2.4; set only. */
export const fileLinkInformationEx = renameInformationEx('FileLinkInformationEx');
