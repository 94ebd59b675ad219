import { fromDiskName } from './disk-names.ts';

/** Bytes of one getdents64 buffer: about two thousand names. */
export const DIRENTS_SIZE = 65_536;

// struct linux_dirent64: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name.
const RECORD_LENGTH = 16;
/** Where the name begins in a record. */
export const NAME = 19;

/** The length of the record that begins at `at`. */
export function recordLength(buffer: Buffer, at: number): number {
  return buffer[at + RECORD_LENGTH]! | (buffer[at + RECORD_LENGTH + 1]! << 8);
}

/** True for `.` and `..`. */
export function isDots(buffer: Buffer, at: number): boolean {
  if (buffer[at + NAME] !== 0x2e) return false;
  const second = buffer[at + NAME + 1];
  return second === 0 || (second === 0x2e && buffer[at + NAME + 2] === 0);
}

/** The client's spelling of the name in the record that begins at `at`. */
export function recordName(buffer: Buffer, at: number): string {
  const start = at + NAME;
  let end = start;
  while (buffer[end] !== 0) end += 1;
  return fromDiskName(buffer, start, end);
}
