import { upcase } from '@tsmbd/ms-dtyp';

/** Only ASCII characters: all tables agree on their capitals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * The form of a name that is compared if case does not matter: every UTF-16 unit in Windows' upper
 * case, one to one. These stay distinct: a character without a capital of one unit (ß), one whose
 * capital does not lead back to it (ı, ſ, µ, ς), and other normalization forms. This function is
 * the only folding of names, be they names of files, streams or shares, or patterns. [MS-UCODEREF]
 * 3.1.5.3
 */
export function foldName(name: string): string {
  return ASCII.test(name) ? name.toUpperCase() : upcase(name);
}

/** True if both are the same name when case does not matter. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}
