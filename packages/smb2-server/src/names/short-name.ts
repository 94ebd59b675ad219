import { foldName } from '@tsmbd/vfs-adapter';

/**
 * The 8.3 name of a file, [MS-FSCC] 2.1.5.2.1: the file's own name if that is an 8.3 name, and
 * otherwise a name made of the first characters of the name, a hash of it, and its extension. It
 * is the same name that Samba makes (`mangling method = hash2`), so that a program that kept a
 * short name finds its file again when the share moves from one server to the other.
 *
 * The name depends on nothing but the long name, so it stays the same whatever else comes and goes
 * in the directory. Two long names may have the same short name; then the short name leads to the
 * first of them that the directory lists.
 *
 * @param prefix how many characters of the long name are kept, 1 to 6; Samba's `mangle prefix`
 */
export function shortName(name: string, prefix = 1): string {
  if (isShort(name)) return name;
  const { stem, extension } = partsOf(name);
  let rest = hash(stem);
  const last = DIGITS[rest % 36]!;
  let middle = '';
  for (let i = prefix; i < 6; i++) {
    rest = Math.floor(rest / 36);
    middle = DIGITS[rest % 36]! + middle;
  }
  return `${leading(name, prefix)}${middle}~${last}${extension === '' ? '' : `.${extension}`}`;
}

/** Whether the name is an 8.3 name itself, so that it has no other short name. */
export function isShort(name: string): boolean {
  return name.length <= 12 && PLAIN.test(name) && !isReserved(name);
}

/** A device's name, with whatever extension. */
function isReserved(name: string): boolean {
  if (!RESERVED_START.test(name)) return false;
  const dot = name.indexOf('.');
  return RESERVED.has((dot < 0 ? name : name.slice(0, dot)).toUpperCase());
}

/** Whether a name can be a short name that was made of a long one. */
export function looksShort(name: string): boolean {
  return name.charCodeAt(6) === TILDE && MADE.test(name);
}

const TILDE = 0x7e;
/** What an 8.3 name consists of: eight characters, and three behind a dot. */
const PLAIN = /^(?:[\w!#$%&'()@^`{}~-]{1,8}|[\w!#$%&'()@^`{}~-]{0,8}\.[\w!#$%&'()@^`{}~-]{1,3}|\.\.?)$/;
const MADE = /^[\w$~-]{6}~[\dA-Za-z](?:\.[\w$~-]{1,3})?$/;
/** What is taken over from a long name. */
const EXTENSION = /^[\w$~-]{1,3}$/;
const MARK = /[\w$~-]/;
/** Names of devices of DOS. A file of that name could not be opened by a program of that time. */
const RESERVED: ReadonlySet<string> = new Set('AUX CON COM1 COM2 COM3 COM4 LPT1 LPT2 LPT3 NUL PRN'.split(' '));
const RESERVED_START = /^[ACLNP]/i;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The part that is hashed, and the extension in upper case. */
function partsOf(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1);
  // An extension that is too long, or has other characters, is a part of the name.
  if (!EXTENSION.test(extension)) return { stem: name, extension: '' };
  return { stem: name.slice(0, dot), extension: extension.toUpperCase() };
}

/** The characters that the short name begins with; `_` stands for what 8.3 names do not have. */
function leading(name: string, count: number): string {
  let text = '';
  // Each byte of the name in UTF-8 counts, as in Samba.
  const bytes = encoder.encode(name.slice(0, count));
  for (let i = 0; i < count; i++) {
    const char = String.fromCharCode(bytes[i] ?? 0);
    text += MARK.test(char) ? char.toUpperCase() : '_';
  }
  return text;
}

/**
 * FNV-1 over the bytes of the name in upper case and UTF-8, 31 bits, with Samba's start value. A
 * byte above 0x7f counts as a negative number, as on the x86 machines for which it was written.
 */
function hash(stem: string): number {
  let value = FNV_START;
  for (const byte of encoder.encode(foldName(stem))) {
    value = Math.imul(value, FNV_PRIME) ^ ((byte << 24) >> 24);
  }
  return value & 0x7fff_ffff;
}

const FNV_START = 0xa6b9_3095;
const FNV_PRIME = 0x0100_0193;
const encoder = new TextEncoder();
