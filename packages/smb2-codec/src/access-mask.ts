import { FileAccess, AccessMask as Standard } from '@tsmbd/ms-dtyp';

/**
 * ACCESS_MASK bits of files and directories, [MS-SMB2] 2.2.13.1, under the names of that section.
 * The numbers are in `@tsmbd/ms-dtyp`, which also has the rights of all kinds of objects ([MS-DTYP]
 * 2.4.3).
 */
export const AccessMask = {
  ...Standard,
  FILE_READ_DATA: FileAccess.READ_DATA,
  FILE_LIST_DIRECTORY: FileAccess.LIST_DIRECTORY,
  FILE_WRITE_DATA: FileAccess.WRITE_DATA,
  FILE_ADD_FILE: FileAccess.ADD_FILE,
  FILE_APPEND_DATA: FileAccess.APPEND_DATA,
  FILE_ADD_SUBDIRECTORY: FileAccess.ADD_SUBDIRECTORY,
  FILE_READ_EA: FileAccess.READ_EA,
  FILE_WRITE_EA: FileAccess.WRITE_EA,
  FILE_EXECUTE: FileAccess.EXECUTE,
  FILE_TRAVERSE: FileAccess.TRAVERSE,
  FILE_DELETE_CHILD: FileAccess.DELETE_CHILD,
  FILE_READ_ATTRIBUTES: FileAccess.READ_ATTRIBUTES,
  FILE_WRITE_ATTRIBUTES: FileAccess.WRITE_ATTRIBUTES,
  /** What GENERIC_ALL of a file stands for. */
  FILE_ALL_ACCESS: FileAccess.ALL,
  /** What GENERIC_READ of a file stands for. */
  FILE_GENERIC_READ: FileAccess.GENERIC_READ,
  /** What GENERIC_WRITE of a file stands for. */
  FILE_GENERIC_WRITE: FileAccess.GENERIC_WRITE,
  /** What GENERIC_EXECUTE of a file stands for. */
  FILE_GENERIC_EXECUTE: FileAccess.GENERIC_EXECUTE,
} as const;
