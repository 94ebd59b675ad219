/**
 * The 8.3 name of a file, [MS-FSCC] 2.1.5.2.1: its own where that is one, otherwise none. Made-up
 * names would have to open files too, and to stay the same while others come and go; listings have
 * no short names either.
 *
 * None is told as an empty name. [MS-FSA] 2.1.5.12.4 has STATUS_OBJECT_NAME_NOT_FOUND for it, at
 * which smbclient's `allinfo` ends before it has printed anything; smbd always makes a name up.
 */
export function alternateName(name: string): string {
  return SHORT.test(name) ? name : '';
}

/**
 * Up to eight characters, a dot, up to three; letters in either case, as the name is found by both.
 */
const SHORT = /^[\w!#$%&'()@^`{}~-]{1,8}(?:\.[\w!#$%&'()@^`{}~-]{1,3})?$/;
