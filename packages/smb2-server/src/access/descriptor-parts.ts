import {
  AceFlags,
  FILE_GENERIC_MAPPING,
  hasPrivilege,
  mapGenericBits,
  replaceParts,
  type SecurityDescriptor,
  SecurityInformation,
  tokenHas,
} from '@tsmbd/ms-dtyp';
import { AccessMask, NtStatus } from '@tsmbd/smb2-codec';
import type { Identity } from '../config.ts';
import { StatusError } from '../errors.ts';
import type { Open } from '../model/index.ts';
import { type Needs, requireGranted } from './operations.ts';
import { tokenOf } from './token.ts';

const { READ_CONTROL, WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY } = AccessMask;

/**
 * The parts of a descriptor, and the rights that reading and writing each part needs. [MS-SMB2]
 * 3.3.5.20.3, 3.3.5.21.3
 */
export const PARTS: readonly { readonly part: number; readonly read: Needs; readonly write: Needs }[] = [
  { part: SecurityInformation.OWNER, read: [READ_CONTROL], write: [WRITE_OWNER] },
  { part: SecurityInformation.GROUP, read: [READ_CONTROL], write: [WRITE_OWNER] },
  { part: SecurityInformation.DACL, read: [READ_CONTROL], write: [WRITE_DAC] },
  { part: SecurityInformation.SACL, read: [ACCESS_SYSTEM_SECURITY], write: [ACCESS_SYSTEM_SECURITY] },
  { part: SecurityInformation.LABEL, read: [READ_CONTROL], write: [WRITE_OWNER] },
  { part: SecurityInformation.ATTRIBUTE, read: [READ_CONTROL], write: [WRITE_DAC] },
  { part: SecurityInformation.SCOPE, read: [READ_CONTROL], write: [ACCESS_SYSTEM_SECURITY] },
  {
    part: SecurityInformation.BACKUP,
    read: [READ_CONTROL, ACCESS_SYSTEM_SECURITY],
    write: [WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY],
  },
];

/**
 * Throws STATUS_ACCESS_DENIED unless the Open was granted the rights that each named part needs.
 */
export function requireParts(open: Open, parts: number, action: 'read' | 'write'): void {
  for (const row of PARTS) if ((parts & row.part) !== 0) requireGranted(open, row[action]);
}

/**
 * The descriptor after `parts` of it were set to the values in `given`. Parts that are not named
 * stay as they are. Undefined when none of the named parts is stored here, so that nothing changes.
 * Labels, resource attributes and central policies are not stored. Throws STATUS_INVALID_OWNER.
 * [MS-FSA] 2.1.5.17
 */
export function changedDescriptor(
  before: SecurityDescriptor,
  given: SecurityDescriptor,
  parts: number,
  who: Identity,
  keepsAutoInherited = false,
): SecurityDescriptor | undefined {
  let kept = parts & KEPT_PARTS;
  if (kept === 0) return undefined;
  // The protection bits say whether a list that is being set inherits entries. Without that list
  // they name no part. [MS-SMB2] 2.2.39
  if ((kept & SecurityInformation.DACL) !== 0) kept |= parts & DACL_PROTECTION;
  if ((kept & SecurityInformation.SACL) !== 0) kept |= parts & SACL_PROTECTION;
  if ((kept & SecurityInformation.OWNER) !== 0 && given.owner !== before.owner) requireOwner(given.owner, who);
  // If a DACL is set but not given, it becomes a NULL DACL, as on Windows: everybody may do
  // everything.
  const setsDacl = (kept & SecurityInformation.DACL) !== 0;
  const settled = withoutGenericBits(setsDacl ? { ...given, dacl: given.dacl ?? null } : given);
  return replaceParts(before, settled, kept, keepsAutoInherited);
}

/**
 * A user who creates a file may set its owner, within the rule of `requireOwner`, and may set who
 * may use it. Only an administrator may set auditing. Throws STATUS_INVALID_OWNER and
 * STATUS_ACCESS_DENIED. [MS-SMB2] 2.2.13.2.2, [MS-DTYP] 2.5.3.4.1
 */
export function checkNewDescriptor(given: SecurityDescriptor, who: Identity): void {
  if (given.owner !== undefined) requireOwner(given.owner, who);
  if (given.sacl !== undefined && given.sacl !== null && !hasPrivilege(tokenOf(who), 'SeSecurityPrivilege')) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'a SACL without ACCESS_SYSTEM_SECURITY');
  }
}

/**
 * Users may make themselves, or a group that they are in, the owner of a file; who has the right to
 * restore may make anybody that. Windows does not let Everyone and similar SIDs be owners. smbd
 * does, and so does this server: a user who may set the owner could grant everybody as much in
 * another way.
 */
function requireOwner(owner: string | undefined, who: Identity): void {
  const token = tokenOf(who);
  const restores = hasPrivilege(token, 'SeRestorePrivilege');
  if (owner !== undefined && (tokenHas(token, owner) || restores)) return;
  throw new StatusError(NtStatus.STATUS_INVALID_OWNER, `${who.sid} cannot make ${owner ?? 'nobody'} the owner`);
}

/**
 * Entries that apply to the file itself are stored with file rights instead of generic ones. An
 * entry that applies only to children stays as it is.
 */
function withoutGenericBits(descriptor: SecurityDescriptor): SecurityDescriptor {
  const { dacl } = descriptor;
  if (dacl === undefined || dacl === null) return descriptor;
  const aces = dacl.aces.map((ace) => ({
    ...ace,
    mask: (ace.flags & AceFlags.INHERIT_ONLY) !== 0 ? ace.mask : mapGenericBits(ace.mask, FILE_GENERIC_MAPPING),
  }));
  return { ...descriptor, dacl: { ...dacl, aces } };
}

const KEPT_PARTS =
  SecurityInformation.OWNER | SecurityInformation.GROUP | SecurityInformation.DACL | SecurityInformation.SACL;
const DACL_PROTECTION = SecurityInformation.PROTECTED_DACL | SecurityInformation.UNPROTECTED_DACL;
const SACL_PROTECTION = SecurityInformation.PROTECTED_SACL | SecurityInformation.UNPROTECTED_SACL;
