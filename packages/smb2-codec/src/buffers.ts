import type { Reader, Structure } from '@tsmbd/ms-dtyp';

/** No bytes. */
export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/**
 * The bytes of an Offset/Length pair. To be called once the fixed part has been read: an offset
 * that points back into it is an error, whatever the sender meant. Length 0 is empty at any offset.
 */
export function bufferAt(r: Reader, offset: number, length: number, field: string): Uint8Array {
  if (length !== 0 && offset < r.offset) {
    r.complain(field, `offset ${offset} lies inside the fixed part, which ends at ${r.offset}`);
  }
  return r.slice(offset, length, field);
}

/** The UTF-16LE text of an Offset/Length pair; the rules of bufferAt. */
export function textAt(r: Reader, offset: number, length: number, field: string): string {
  if (length !== 0 && offset < r.offset) {
    r.complain(field, `offset ${offset} lies inside the fixed part, which ends at ${r.offset}`);
  }
  return r.sliceUtf16(offset, length, field);
}

/**
 * A reader of the bytes of an Offset/Length pair, with its own base at their start; the rules of
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
