import { VfsError, type VfsPath } from '../vfs.ts';

/**
 * Names as the disk has them: text, or bytes with a NUL behind them if they are not UTF-8.
 *
 * Characters that Windows forbids in a name are mapped to the private-use range that macOS, cifs.ko
 * (`mapposix`) and Samba's catia/fruit use, so that clients can list and open such names: control
 * characters at U+F001–U+F01F, `"*:<>?\|` at U+F020–U+F027, a space or dot at the end at U+F028 and
 * U+F029. A byte that belongs to no UTF-8 character is mapped to U+F700 + byte. If the disk really
 * has one of those private-use characters, its three bytes are mapped in the same way, which keeps
 * the mapping reversible. Lone surrogates, which Windows allows, are stored as in WTF-8.
 */
export type DiskName = string | Buffer;

/** The longest path that one system call takes, with its NUL (PATH_MAX). */
const PATH_MAX = 4096;
const FORBIDDEN = '"*:<>?\\|';
const CONTROLS = 0xf000;
const LAST_CONTROL = 0xf01f;
const PUNCTUATION = 0xf020;
const SPACE_AT_END = 0xf028;
const DOT_AT_END = 0xf029;
const BYTES = 0xf700;

/**
 * 1 for bytes that must be looked at: forbidden characters, controls, and everything outside ASCII.
 */
const SPECIAL = new Uint8Array(256).fill(1, 0x80).fill(1, 0, 0x20);
for (const character of FORBIDDEN) SPECIAL[character.charCodeAt(0)] = 1;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const SPELLED_OTHERWISE = /[\u0001-\u001f"*:<>?\\|\ud800-\udfff\uf000-\uf7ff]|[. ]$/;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The disk's spelling of one name. The name has passed checkName. Throws `invalid-name` if the
 * result would be `.` or `..`.
 */
export function toDiskName(name: string): DiskName {
  return isPlain(name) ? name : encodeSlowly([name]);
}

/**
 * The path for a system call, relative to the root; '.' for the root itself. Throws `name-too-long`
 * if it is longer than PATH_MAX.
 */
export function toDiskPath(path: VfsPath): DiskName {
  if (path.length === 0) return '.';
  const joined = path.length === 1 ? path[0]! : path.join('/');
  // One UTF-16 unit becomes three bytes at most.
  if (joined.length * 3 >= PATH_MAX && Buffer.byteLength(joined) >= PATH_MAX) throw new VfsError('name-too-long');
  return isPlain(joined) ? joined : encodeSlowly(path);
}

/** The client's spelling of the bytes [start, end) of a directory entry. */
export function fromDiskName(bytes: Buffer, start: number, end: number): string {
  let special = 0;
  for (let i = start; i < end; i++) special |= SPECIAL[bytes[i]!]!;
  const last = bytes[end - 1];
  if (special === 0 && last !== 0x20 && last !== 0x2e) return bytes.toString('latin1', start, end);
  return decodeSlowly(bytes.subarray(start, end));
}

/**
 * The spelling that a listing would give of a name that a client sent: `a:b` and `a\uF022b` are the
 * same name on disk.
 */
export function listedName(name: string): string {
  if (!SPELLED_OTHERWISE.test(name)) return name;
  const disk = toDiskName(name);
  const bytes = typeof disk === 'string' ? Buffer.from(disk) : disk.subarray(0, -1);
  return fromDiskName(bytes, 0, bytes.length);
}

/** The client's spelling of a path's bytes, without the slashes. */
export function fromDiskPath(bytes: Buffer): string[] {
  const names: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const slash = bytes.indexOf(0x2f, start);
    const end = slash < 0 ? bytes.length : slash;
    if (end > start) names.push(fromDiskName(bytes, start, end));
    start = end + 1;
  }
  return names;
}

/**
 * True if the disk's spelling is the same text: no character from the private ranges and no
 * surrogate.
 */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && (unit < 0xe000 || (unit >= CONTROLS && unit <= 0xf7ff))) return false;
  }
  return true;
}

function encodeSlowly(names: VfsPath): DiskName {
  const bytes: number[] = [];
  for (const name of names) {
    if (bytes.length > 0) bytes.push(0x2f);
    const start = bytes.length;
    for (let i = 0; i < name.length; i++) {
      const unit = name.codePointAt(i)!;
      if (unit > 0xffff) i += 1;
      encodeUnit(unit, i === name.length - 1, bytes);
    }
    const length = bytes.length - start;
    if (length <= 2 && bytes.slice(start).every((byte) => byte === 0x2e)) throw new VfsError('invalid-name', 'dots');
  }
  if (bytes.length >= PATH_MAX) throw new VfsError('name-too-long');
  const encoded = Buffer.from(bytes);
  const text = decodeUtf8(encoded);
  return text ?? Buffer.concat([encoded, Buffer.of(0)]);
}

function encodeUnit(unit: number, atEnd: boolean, bytes: number[]): void {
  if (unit > CONTROLS && unit <= LAST_CONTROL) bytes.push(unit - CONTROLS);
  else if (unit >= PUNCTUATION && unit < SPACE_AT_END) bytes.push(FORBIDDEN.charCodeAt(unit - PUNCTUATION));
  else if (unit === SPACE_AT_END && atEnd) bytes.push(0x20);
  else if (unit === DOT_AT_END && atEnd) bytes.push(0x2e);
  else if (unit >= BYTES + 0x80 && unit <= BYTES + 0xff) bytes.push(unit - BYTES);
  else if (unit < 0x80) bytes.push(unit);
  else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
  else if (unit <= 0xffff) bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  else {
    bytes.push(0xf0 | (unit >> 18), 0x80 | ((unit >> 12) & 0x3f), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}

function decodeSlowly(bytes: Buffer): string {
  const units: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const atEnd = at + length === bytes.length;
    const text = length === 0 ? undefined : decodeCharacter(bytes, at, length, atEnd, units.at(-1));
    if (text === undefined) {
      const count = Math.max(1, length);
      for (let i = 0; i < count; i++) units.push(String.fromCharCode(BYTES + bytes[at + i]!));
      at += count;
    } else {
      units.push(text);
      at += length;
    }
  }
  return units.join('');
}

/**
 * Bytes of the UTF-8 character at `at`, or the three bytes of a surrogate; 0 if there is neither.
 */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (at + length > bytes.length) return 0;
  const part = bytes.subarray(at, at + length);
  if (decodeUtf8(part) !== undefined) return length;
  const surrogate = first === 0xed && part[1]! >= 0xa0 && part[1]! <= 0xbf && (part[2]! & 0xc0) === 0x80;
  return surrogate ? 3 : 0;
}

/** The client's text for one character, or undefined if its bytes must be mapped one by one. */
function decodeCharacter(
  bytes: Buffer,
  at: number,
  length: number,
  atEnd: boolean,
  before: string | undefined,
): string | undefined {
  if (length === 1) return decodeAscii(bytes[at]!, atEnd);
  if (length !== 3) return bytes.toString('utf8', at, at + length);
  const unit = ((bytes[at]! & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
  const private_ =
    (unit > CONTROLS && unit < SPACE_AT_END) ||
    ((unit === SPACE_AT_END || unit === DOT_AT_END) && atEnd) ||
    (unit >= BYTES + 0x80 && unit <= BYTES + 0xff);
  // A low surrogate after a high one would come back as one character of four bytes.
  const joins = unit >= 0xdc00 && unit < 0xe000 && before !== undefined && /^[\ud800-\udbff]$/.test(before);
  return private_ || joins ? undefined : String.fromCharCode(unit);
}

function decodeAscii(byte: number, atEnd: boolean): string {
  if (byte < 0x20) return String.fromCharCode(CONTROLS + byte);
  if (atEnd && byte === 0x20) return String.fromCharCode(SPACE_AT_END);
  if (atEnd && byte === 0x2e) return String.fromCharCode(DOT_AT_END);
  const character = String.fromCharCode(byte);
  const index = FORBIDDEN.indexOf(character);
  return index < 0 ? character : String.fromCharCode(PUNCTUATION + index);
}
