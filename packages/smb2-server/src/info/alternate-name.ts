import type { Share } from '../config.ts';
import { isShort, shortName } from '../names/index.ts';

/**
 * The 8.3 name of a file, [MS-FSCC] 2.1.5.2.1: the file's own name if that is an 8.3 name, and
 * otherwise the one that the share makes, if it makes any.
 *
 * If there is none, the answer has an empty name. [MS-FSA] 2.1.5.12.4 says
 * STATUS_OBJECT_NAME_NOT_FOUND instead, but smbclient's `allinfo` ends at that status before it has
 * printed anything.
 *
 * @param name '' for the share's root, which has no name
 */
export function alternateName(name: string, { shortNamePrefix }: Share): string {
  if (isShort(name)) return name;
  return shortNamePrefix === undefined || name === '' ? '' : shortName(name, shortNamePrefix);
}
