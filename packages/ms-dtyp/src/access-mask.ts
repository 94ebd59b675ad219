/** Bits of an ACCESS_MASK that every object has, [MS-DTYP] 2.4.3. */
export const AccessMask = {
  DELETE: 0x00010000,
  READ_CONTROL: 0x00020000,
  WRITE_DAC: 0x00040000,
  WRITE_OWNER: 0x00080000,
  SYNCHRONIZE: 0x00100000,
  ACCESS_SYSTEM_SECURITY: 0x01000000,
  MAXIMUM_ALLOWED: 0x02000000,
  GENERIC_ALL: 0x10000000,
  GENERIC_EXECUTE: 0x20000000,
  GENERIC_WRITE: 0x40000000,
  GENERIC_READ: 0x80000000,
  STANDARD_RIGHTS_REQUIRED: 0x000f0000,
  STANDARD_RIGHTS_ALL: 0x001f0000,
} as const;

/** Bits of a file's or directory's ACCESS_MASK, [MS-SMB2] 2.2.13.1. */
export const FileAccess = {
  READ_DATA: 0x00000001,
  LIST_DIRECTORY: 0x00000001,
  WRITE_DATA: 0x00000002,
  ADD_FILE: 0x00000002,
  APPEND_DATA: 0x00000004,
  ADD_SUBDIRECTORY: 0x00000004,
  READ_EA: 0x00000008,
  WRITE_EA: 0x00000010,
  EXECUTE: 0x00000020,
  TRAVERSE: 0x00000020,
  DELETE_CHILD: 0x00000040,
  READ_ATTRIBUTES: 0x00000080,
  WRITE_ATTRIBUTES: 0x00000100,
  GENERIC_READ: 0x00120089,
  GENERIC_WRITE: 0x00120116,
  GENERIC_EXECUTE: 0x001200a0,
  ALL: 0x001f01ff,
} as const;

/** What the generic bits of a mask stand for, [MS-DTYP] 2.4.3 (GENERIC_MAPPING). */
export interface GenericMapping {
  readonly read: number;
  readonly write: number;
  readonly execute: number;
  readonly all: number;
}

/** The mapping of files and directories, [MS-FSA] 2.1.1.4. */
export const FILE_GENERIC_MAPPING: GenericMapping = {
  read: FileAccess.GENERIC_READ,
  write: FileAccess.GENERIC_WRITE,
  execute: FileAccess.GENERIC_EXECUTE,
  all: FileAccess.ALL,
};

/** All generic bits. */
export const GENERIC_BITS = 0xf0000000;

/** A mask with its generic bits replaced by what they stand for. */
export function mapGenericBits(mask: number, mapping: GenericMapping): number {
  let mapped = mask & ~GENERIC_BITS;
  if (mask & AccessMask.GENERIC_READ) mapped |= mapping.read;
  if (mask & AccessMask.GENERIC_WRITE) mapped |= mapping.write;
  if (mask & AccessMask.GENERIC_EXECUTE) mapped |= mapping.execute;
  if (mask & AccessMask.GENERIC_ALL) mapped |= mapping.all;
  return mapped >>> 0;
}
