import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_SUPPORTS_* and the like, [MS-FSCC] 2.5.1. */
export const FileSystemAttributes = {
  CASE_SENSITIVE_SEARCH: 0x0000_0001,
  CASE_PRESERVED_NAMES: 0x0000_0002,
  UNICODE_ON_DISK: 0x0000_0004,
  PERSISTENT_ACLS: 0x0000_0008,
  FILE_COMPRESSION: 0x0000_0010,
  VOLUME_QUOTAS: 0x0000_0020,
  SUPPORTS_SPARSE_FILES: 0x0000_0040,
  SUPPORTS_REPARSE_POINTS: 0x0000_0080,
  SUPPORTS_REMOTE_STORAGE: 0x0000_0100,
  RETURNS_CLEANUP_RESULT_INFO: 0x0000_0200,
  SUPPORTS_POSIX_UNLINK_RENAME: 0x0000_0400,
  VOLUME_IS_COMPRESSED: 0x0000_8000,
  SUPPORTS_OBJECT_IDS: 0x0001_0000,
  SUPPORTS_ENCRYPTION: 0x0002_0000,
  NAMED_STREAMS: 0x0004_0000,
  READ_ONLY_VOLUME: 0x0008_0000,
  SEQUENTIAL_WRITE_ONCE: 0x0010_0000,
  SUPPORTS_TRANSACTIONS: 0x0020_0000,
  SUPPORTS_HARD_LINKS: 0x0040_0000,
  SUPPORTS_EXTENDED_ATTRIBUTES: 0x0080_0000,
  SUPPORTS_OPEN_BY_FILE_ID: 0x0100_0000,
  SUPPORTS_USN_JOURNAL: 0x0200_0000,
  SUPPORTS_INTEGRITY_STREAMS: 0x0400_0000,
  SUPPORTS_BLOCK_REFCOUNTING: 0x0800_0000,
  SUPPORTS_SPARSE_VDL: 0x1000_0000,
  SUPPORTS_GHOSTING: 0x4000_0000,
} as const;

/** The abilities of a file system, FileFsAttributeInformation, [MS-FSCC] 2.5.1. */
export interface FileFsAttributeInformation {
  /** Bits of FileSystemAttributes. */
  readonly fileSystemAttributes: number;
  /** Characters. */
  readonly maximumComponentNameLength: number;
  /** For example `NTFS`. */
  readonly fileSystemName: string;
}

/**
 * Bytes of a FileFsAttributeInformation before the name. A buffer must hold these for a partial
 * answer.
 */
export const FILE_FS_ATTRIBUTE_INFORMATION_FIXED_SIZE = 12;

/** FileFsAttributeInformation, [MS-FSCC] 2.5.1. */
export const fileFsAttributeInformation: Codec<FileFsAttributeInformation> = {
  name: 'FileFsAttributeInformation',
  section: '[MS-FSCC] 2.5.1',
  decode(r) {
    return {
      fileSystemAttributes: r.u32('FileSystemAttributes'),
      maximumComponentNameLength: r.i32('MaximumComponentNameLength'),
      fileSystemName: r.utf16(r.u32('FileSystemNameLength'), 'FileSystemName'),
    };
  },
  encode(w, m) {
    w.u32(m.fileSystemAttributes);
    w.i32(m.maximumComponentNameLength);
    w.u32(m.fileSystemName.length * 2);
    w.utf16(m.fileSystemName);
  },
};
