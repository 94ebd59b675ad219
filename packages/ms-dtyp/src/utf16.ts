/**
 * The decoder keeps a byte order mark, because it is a character of the name that begins with it.
 */
const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
/** The decoder puts this character in place of a lone surrogate. */
const REPLACEMENT = '\ufffd';
/** How many units are made into text at once. */
const PART = 1024;
/** Bytes up to which the decoder takes longer to begin than this file takes to decode. */
const SHORT = 128;

/**
 * The text of UTF-16LE bytes, unit by unit without changes. A lone surrogate and a byte order mark
 * are kept, because names that differ in them are different names. If the number of bytes is odd,
 * the last byte is left out. [MS-FSCC] 2.1.5
 */
export function textFromUtf16(bytes: Uint8Array): string {
  if (bytes.length <= SHORT) return unitsOf(bytes);
  const text = decoder.decode(bytes);
  // The decoder is faster, and its result is right unless it replaced something.
  return text.includes(REPLACEMENT) ? unitsOf(bytes) : text;
}

function unitsOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  const units: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    units.push(bytes[at]! | (bytes[at + 1]! << 8));
    if (units.length < PART) continue;
    parts.push(String.fromCharCode(...units));
    units.length = 0;
  }
  parts.push(String.fromCharCode(...units));
  return parts.join('');
}
