import { CodecError } from '@tsmbd/ms-dtyp';
import { HEADER_SIZE } from './header.ts';

/**
 * The place of one element of a compound in its message. Header, body and padding are at `[offset,
 * end)`.
 */
export interface CompoundElement {
  readonly offset: number;
  readonly end: number;
}

/** Offset of NextCommand in a header, in bytes. */
const NEXT_COMMAND = 20;

/**
 * Splits a plain message into its elements, [MS-SMB2] 3.3.5.2.7. Every NextCommand must be a
 * multiple of 8, leave room for the header, and be followed by a whole header; otherwise it throws
 * CodecError. No other field is checked.
 */
export function splitCompound(bytes: Uint8Array): readonly CompoundElement[] {
  const elements: CompoundElement[] = [];
  let offset = 0;
  for (;;) {
    const left = bytes.length - offset;
    if (left < HEADER_SIZE)
      throw new CodecError('SMB2 Header', 'bounds', offset, `${left} bytes left, a header has 64`);
    const at = offset + NEXT_COMMAND;
    const next = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    if (next === 0) {
      elements.push({ offset, end: bytes.length });
      return elements;
    }
    if (next % 8 !== 0 || next < HEADER_SIZE || next > left - HEADER_SIZE) {
      throw new CodecError(
        'SMB2 Header',
        'NextCommand',
        at,
        `${next}, the message has ${left} bytes from this header on`,
      );
    }
    elements.push({ offset, end: offset + next });
    offset += next;
  }
}
