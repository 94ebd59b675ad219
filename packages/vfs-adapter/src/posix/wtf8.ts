import type { DiskName } from './disk-names.ts';

/** Decoding puts this character in place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * UTF-8 of a text; a lone surrogate becomes its three bytes, as in WTF-8. If the result is not
 * text, it is bytes with a NUL behind them.
 */
export function toWtf8(text: string): DiskName {
  if (text.isWellFormed()) return text;
  const parts: Buffer[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    const isLone = character.length === 1 && unit >= 0xd800 && unit < 0xe000;
    parts.push(isLone ? Buffer.of(0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)) : Buffer.from(character));
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** The text of such bytes. Bytes that are neither UTF-8 nor a surrogate become U+FFFD. */
export function fromWtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes(REPLACEMENT)) return text;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    const [first, second, third] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
    if (first !== 0xed || (second & 0xe0) !== 0xa0 || (third & 0xc0) !== 0x80) continue;
    parts.push(bytes.toString('utf8', from, at), String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)));
    from = at + 3;
  }
  return parts.join('') + bytes.toString('utf8', from);
}
