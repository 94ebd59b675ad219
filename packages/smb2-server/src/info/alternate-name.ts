/**
 * The 8.3 name of a file, [MS-FSCC] 2.1.5.2.1: the file's own name if that is an 8.3 name,
 * otherwise none. If the server made up short names, they would have to open files too, and would
 * have to stay the same while other files come and go. Listings have no short names either.
 *
 * If there is none, the answer has an empty name. [MS-FSA] 2.1.5.12.4 says
 * STATUS_OBJECT_NAME_NOT_FOUND instead, but smbclient's `allinfo` ends at that status before it has
 * printed anything; smbd always makes a name up.
 */
export function alternateName(name: string): string {
  return SHORT.test(name) ? name : '';
}

/**
 * Up to eight characters, a dot, up to three characters. Letters may have either case, because the
 * file is found by both.
 */
const SHORT = /^[\w!#$%&'()@^`{}~-]{1,8}(?:\.[\w!#$%&'()@^`{}~-]{1,3})?$/;
