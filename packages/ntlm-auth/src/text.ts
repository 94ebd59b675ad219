import { textFromUtf16 } from '@tsmbd/ms-dtyp';

const oemDecoder = new TextDecoder('latin1');

/** UTF-16LE bytes of a text, without a terminator. */
export function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}

/** The text of UTF-16LE bytes, or of bytes in the OEM character set, which are read as Latin-1. */
export function textOf(bytes: Uint8Array, unicode = true): string {
  return unicode ? textFromUtf16(bytes) : oemDecoder.decode(bytes);
}
