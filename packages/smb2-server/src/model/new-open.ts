import type { FileOpen } from './open.ts';

/** What an Open has that nothing has been done through yet. */
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

/** The fields that whoever makes an Open may leave out. */
type Fresh = keyof typeof FRESH;

/**
 * An Open of a file: what a CREATE, or the record of one, says of it, and else as it begins.
 * [MS-SMB2] 3.3.5.9
 */
export function newFileOpen(fields: Omit<FileOpen, Fresh | 'key'> & Partial<Pick<FileOpen, Fresh>>): FileOpen {
  return { ...FRESH, key: fields.handle.identity, ...fields };
}
