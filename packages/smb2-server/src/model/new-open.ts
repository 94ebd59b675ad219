import type { FileOpen } from './open.ts';

/** The fields of an Open that has not been used yet. */
const FRESH = {
  kind: 'file',
  closed: false,
  replayEligible: false,
  posixDelete: false,
  position: 0n,
  enumeration: undefined,
  listing: undefined,
  watch: undefined,
  markedDeleted: false,
  reserved: 0n,
  durable: undefined,
  lockSequences: undefined,
  stickyWriteTime: false,
  changeTimeOf: undefined,
  modified: false,
} as const;

/** The fields that the maker of an Open may leave out. */
type Fresh = keyof typeof FRESH;

/**
 * Makes an Open of a file. `fields` has what the CREATE, or its stored record, says; all other
 * fields have their initial values. [MS-SMB2] 3.3.5.9
 */
export function newFileOpen(fields: Omit<FileOpen, Fresh | 'key'> & Partial<Pick<FileOpen, Fresh>>): FileOpen {
  return { ...FRESH, key: fields.handle.identity, ...fields };
}
