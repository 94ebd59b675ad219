/**
 * Rights of the model, written out here, so that the test also finds a wrong constant in the tree.
 * [MS-SMB2] 2.2.13.1
 */
export const Right = {
  READ_DATA: 0x1,
  WRITE_DATA: 0x2,
  /** For a folder the same bit means that files may be made in it. */
  ADD_FILE: 0x2,
  APPEND_DATA: 0x4,
  ADD_SUBDIRECTORY: 0x4,
  READ_EA: 0x8,
  WRITE_EA: 0x10,
  EXECUTE: 0x20,
  DELETE_CHILD: 0x40,
  READ_ATTRIBUTES: 0x80,
  WRITE_ATTRIBUTES: 0x100,
  DELETE: 0x1_0000,
  READ_CONTROL: 0x2_0000,
  WRITE_DAC: 0x4_0000,
  WRITE_OWNER: 0x8_0000,
  SYNCHRONIZE: 0x10_0000,
  SYSTEM_SECURITY: 0x100_0000,
  MAXIMUM_ALLOWED: 0x200_0000,
} as const;

export const READ = 0x12_0089;
export const WRITE = 0x12_0116;
export const EXECUTE = 0x12_00a0;
export const ALL = 0x1f_01ff;

/** Rights with which something on disk can be changed. */
export const CHANGING =
  Right.WRITE_DATA |
  Right.APPEND_DATA |
  Right.WRITE_EA |
  Right.DELETE_CHILD |
  Right.WRITE_ATTRIBUTES |
  Right.DELETE |
  Right.WRITE_DAC |
  Right.WRITE_OWNER;

const GENERIC: readonly (readonly [bit: number, rights: number])[] = [
  [0x8000_0000, READ],
  [0x4000_0000, WRITE],
  [0x2000_0000, EXECUTE],
  [0x1000_0000, ALL],
];

/** A mask with its generic bits replaced by what they stand for, [MS-DTYP] 2.4.3. */
export function spelledOut(mask: number): number {
  let all = mask & 0x0fff_ffff;
  for (const [bit, rights] of GENERIC) if ((mask & bit) !== 0) all |= rights;
  return all;
}

/** The names of a mask's rights, for people. */
export function rightNames(mask: number): string {
  const names: string[] = [];
  let left = mask;
  for (const [name, bit] of Object.entries(Right)) {
    if ((left & bit) === 0) continue;
    names.push(name);
    left &= ~bit;
  }
  if (left !== 0) names.push(`0x${(left >>> 0).toString(16)}`);
  return names.length === 0 ? 'nothing' : names.join('|');
}

/** FILE_ATTRIBUTE_*, [MS-FSCC] 2.6. */
export const Attribute = {
  READONLY: 0x1,
  HIDDEN: 0x2,
  SYSTEM: 0x4,
  DIRECTORY: 0x10,
  ARCHIVE: 0x20,
  TEMPORARY: 0x100,
  SPARSE: 0x200,
} as const;

/** CreateDisposition, [MS-SMB2] 2.2.13. */
export const Disposition = { SUPERSEDE: 0, OPEN: 1, CREATE: 2, OPEN_IF: 3, OVERWRITE: 4, OVERWRITE_IF: 5 } as const;

/** CreateOptions, [MS-SMB2] 2.2.13. */
export const Option = { DIRECTORY_FILE: 0x1, NON_DIRECTORY_FILE: 0x40, DELETE_ON_CLOSE: 0x1000 } as const;

/** SECURITY_INFORMATION, [MS-DTYP] 2.4.7. */
export const Part = {
  OWNER: 0x1,
  GROUP: 0x2,
  DACL: 0x4,
  SACL: 0x8,
  LABEL: 0x10,
  ATTRIBUTE: 0x20,
  SCOPE: 0x40,
  BACKUP: 0x1_0000,
  UNPROTECTED_DACL: 0x2000_0000,
  PROTECTED_DACL: 0x8000_0000,
} as const;
