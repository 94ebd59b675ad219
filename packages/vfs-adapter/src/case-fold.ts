import { upcase } from '@tsmbd/ms-dtyp';

/** Nothing but ASCII, whose capitals every table has alike. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * The name by which names are compared where case does not matter: every UTF-16 unit in Windows'
 * upper case, one to one. What has no capital of one unit (ß), none that leads back (ı, ſ, µ, ς),
 * or another normalization form stays apart. The one folding of names: of files, streams, shares
 * and patterns. [MS-UCODEREF] 3.1.5.3
 */
export function foldName(name: string): string {
  return ASCII.test(name) ? name.toUpperCase() : upcase(name);
}

/** True when both names are one where case does not matter. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}
