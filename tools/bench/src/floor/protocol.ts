/**
 * What the floor program understands: frames with a prefix of 4 bytes (a zero and the length in 3
 * bytes, as SMB has it over TCP), which begin with 64 bytes of header. Answers come in order.
 */
export const PREFIX = 4;
export const HEADER = 64;

export const Operation = { READ: 1, WRITE: 2 } as const;

/** Where the fields of a request's header are. All are little-endian. */
export const Field = { OPERATION: 0, FILE: 4, LENGTH: 8, OFFSET: 16 } as const;

/** A file's number on the wire: 0 for the file that is read, n + 1 for the one of client n. */
export const READ_FILE = 0;
export function writeFileOf(client: number): number {
  return client + 1;
}
