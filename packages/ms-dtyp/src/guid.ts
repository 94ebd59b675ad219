import type { Codec } from './codec.ts';
import { CodecError } from './codec-error.ts';

/**
 * A GUID as text, lower case, without braces: `00112233-4455-6677-8899-aabbccddeeff`. [MS-DTYP]
 * 2.3.4.3.
 */
export type Guid = string;

export const NULL_GUID: Guid = '00000000-0000-0000-0000-000000000000';

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const ORDER = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];

/** The text of 16 bytes in wire order, [MS-DTYP] 2.3.4.2 (first three fields little-endian). */
export function guidFromBytes(bytes: Uint8Array): Guid {
  if (bytes.length !== 16) throw new CodecError('GUID', 'Data', 0, `${bytes.length} bytes, must be 16`);
  let text = '';
  for (const i of ORDER) text += i < 0 ? '-' : HEX[bytes[i]!];
  return text;
}

/** The 16 bytes, in wire order, of a GUID's text. */
export function guidToBytes(guid: Guid): Uint8Array {
  const bytes = new Uint8Array(16);
  let digits = 0;
  for (let i = 0; i < guid.length; i++) {
    const code = guid.charCodeAt(i);
    if (code === DASH || code === OPEN_BRACE || code === CLOSE_BRACE) continue;
    const digit = DIGITS[code] ?? NO_DIGIT;
    if (digit === NO_DIGIT || digits === 32) throw notGuid(guid);
    const at = BYTES[digits >> 1]!;
    bytes[at] = (bytes[at]! << 4) | digit;
    digits += 1;
  }
  if (digits !== 32) throw notGuid(guid);
  return bytes;
}

function notGuid(text: string): CodecError {
  return new CodecError('GUID', 'Text', 0, `not a GUID: ${text}`);
}

const DASH = 0x2d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NO_DIGIT = 16;
/** The value of a hexadecimal digit by its character code. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (const [i, digit] of [...'0123456789abcdef'].entries()) {
  DIGITS[digit.charCodeAt(0)] = i;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = i;
}
/** The place of each byte of the text. */
const BYTES = ORDER.filter((i) => i >= 0);

/** GUID packet representation, [MS-DTYP] 2.3.4.2. */
export const guid: Codec<Guid> = {
  name: 'GUID',
  section: '[MS-DTYP] 2.3.4.2',
  decode: (r) => r.guid('Guid'),
  encode: (w, value) => w.bytes(guidToBytes(value)),
};
