import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';

/** Characters that no name of an extended attribute has, [MS-FSCC] 2.4.16. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is forbidden here
const FORBIDDEN = /[\u0000-\u001f"*+,/:;<=>?[\\\]|]/;

/**
 * Throws STATUS_INVALID_EA_NAME if `name` cannot be the name of an extended attribute. [MS-FSA]
 * 2.1.5.15.5
 */
export function requireEaName(name: string): void {
  if (name !== '' && !FORBIDDEN.test(name)) return;
  throw new StatusError(
    NtStatus.STATUS_INVALID_EA_NAME,
    `no name of an attribute: ${JSON.stringify(name.slice(0, 80))}`,
  );
}
