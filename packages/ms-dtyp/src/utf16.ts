/** Keeps a byte order mark: it is a character of the name that begins with it. */
const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
/** What the decoder makes of a lone surrogate. */
const REPLACEMENT = '\ufffd';
/** Units that are made text at once. */
const PART = 1024;

/**
 * The text of UTF-16LE bytes, unit by unit as they are: a lone surrogate stays one, and a byte
 * order mark stays, since names that differ by them are different names. Of an odd count of bytes
 * the last is left out. [MS-FSCC] 2.1.5
 */
export function textFromUtf16(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  // The decoder is faster, and right unless it replaced something.
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
