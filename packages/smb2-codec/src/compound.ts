import { CodecError } from '@tsmbd/ms-dtyp';
import { HEADER_SIZE } from './header.ts';

/**
 * Where one element of a compound lies in its message: header, body and padding are `[offset,
 * end)`.
 */
export interface CompoundElement {
  readonly offset: number;
  readonly end: number;
}

/** Bytes from a header to its NextCommand. */
const NEXT_COMMAND = 20;

/**
 * Splits a plain message into its elements, [MS-SMB2] 3.3.5.2.7. Every NextCommand must be a
 * multiple of 8, leave room for the header, and have a whole header behind it; otherwise
 * CodecError. Nothing but NextCommand is looked at.
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
