import type { Reader, Structure } from '@tsmbd/ms-dtyp';

/** No bytes. */
export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/**
 * The bytes of an Offset/Length pair. Call this once the fixed part has been read: an offset that
 * points back into the fixed part is an error, whatever the sender meant. If the length is 0, the
 * result is empty whatever the offset.
 */
export function bufferAt(r: Reader, offset: number, length: number, field: string): Uint8Array {
  if (length !== 0 && offset < r.offset) {
    r.complain(field, `offset ${offset} lies inside the fixed part, which ends at ${r.offset}`);
  }
  return r.slice(offset, length, field);
}

/** The UTF-16LE text of an Offset/Length pair, with the rules of bufferAt. */
export function textAt(r: Reader, offset: number, length: number, field: string): string {
  if (length !== 0 && offset < r.offset) {
    r.complain(field, `offset ${offset} lies inside the fixed part, which ends at ${r.offset}`);
  }
  return r.sliceUtf16(offset, length, field);
}

/**
 * A reader of the bytes of an Offset/Length pair, whose base is their start, with the rules of
 * bufferAt.
 */
export function readerAt(
  r: Reader,
  structure: string | Structure,
  offset: number,
  length: number,
  field: string,
): Reader {
  if (length !== 0 && offset < r.offset) {
    r.complain(field, `offset ${offset} lies inside the fixed part, which ends at ${r.offset}`);
  }
  return r.sub(structure, length === 0 ? r.offset : offset, length, field);
}
