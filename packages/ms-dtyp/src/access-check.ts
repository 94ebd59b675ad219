import { AccessMask, FILE_GENERIC_MAPPING, type GenericMapping, mapGenericBits } from './access-mask.ts';
import { type Ace, AceFlags, AceType } from './ace.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import type { Sid } from './sid.ts';
import { WellKnownSid } from './well-known-sids.ts';

/** Rights that a token has in addition to what descriptors grant, [MS-LSAD] 3.1.1.2.1. */
export type Privilege = 'SeSecurityPrivilege' | 'SeTakeOwnershipPrivilege' | 'SeBackupPrivilege' | 'SeRestorePrivilege';

/**
 * The user whose access is checked. `groups` has all SIDs except the user's, including Everyone and
 * Authenticated Users if they apply.
 */
export interface SecurityToken {
  readonly user: Sid;
  readonly groups: ReadonlySet<Sid> | readonly Sid[];
  readonly privileges?: ReadonlySet<Privilege> | readonly Privilege[];
}

/** Which part of the desired access is granted. Everything is granted if `denied` is 0. */
export interface AccessCheckResult {
  /**
   * The bits that may be used, with generic bits mapped. With MAXIMUM_ALLOWED: all bits that can be
   * granted.
   */
  readonly granted: number;
  /** The bits that were requested by name and may not be used. */
  readonly denied: number;
}

/**
 * Told of each entry that decides about some rights, in order: its index, those rights, and whether
 * it grants or denies them.
 */
export type EntryListener = (entry: Ace, index: number, rights: number, grants: boolean) => void;

/**
 * The access check algorithm, [MS-DTYP] 2.5.3.2. Entries with a condition or an object type, for
 * which files have no use, do refuse if they deny, but grant nothing if they allow.
 *
 * @param desired an ACCESS_MASK; generic bits and MAXIMUM_ALLOWED may be in it
 */
export function accessCheck(
  sd: SecurityDescriptor,
  token: SecurityToken,
  desired: number,
  mapping: GenericMapping = FILE_GENERIC_MAPPING,
  onEntry?: EntryListener,
): AccessCheckResult {
  const wantsMaximum = (desired & AccessMask.MAXIMUM_ALLOWED) !== 0;
  const wanted = mapGenericBits(desired & ~AccessMask.MAXIMUM_ALLOWED, mapping);
  const possible = grantedBits(sd, token, mapping, onEntry);
  // ACCESS_SYSTEM_SECURITY is granted only if it is requested by name.
  const granted = (wantsMaximum ? possible & ~AccessMask.ACCESS_SYSTEM_SECURITY : 0) | (possible & wanted);
  return { granted: granted >>> 0, denied: (wanted & ~possible) >>> 0 };
}

/** All rights that the token has. */
function grantedBits(
  sd: SecurityDescriptor,
  token: SecurityToken,
  mapping: GenericMapping,
  onEntry: EntryListener | undefined,
): number {
  let granted = 0;
  if (hasPrivilege(token, 'SeSecurityPrivilege')) granted |= AccessMask.ACCESS_SYSTEM_SECURITY;
  if (hasPrivilege(token, 'SeTakeOwnershipPrivilege')) granted |= AccessMask.WRITE_OWNER;
  if (sd.dacl === undefined || sd.dacl === null) return granted | mapping.all;

  const isOwner = sd.owner !== undefined && tokenHas(token, sd.owner);
  const applies = (ace: Ace): boolean =>
    (ace.flags & AceFlags.INHERIT_ONLY) === 0 &&
    (ace.sid === WellKnownSid.OWNER_RIGHTS ? isOwner : tokenHas(token, ace.sid));
  // An entry for OWNER RIGHTS replaces the rights that an owner always has.
  const ownerRightsGiven = sd.dacl.aces.some(
    (ace) => ace.sid === WellKnownSid.OWNER_RIGHTS && (ace.flags & AceFlags.INHERIT_ONLY) === 0,
  );
  if (isOwner && !ownerRightsGiven) granted |= AccessMask.READ_CONTROL | AccessMask.WRITE_DAC;

  // For each bit the first entry that contains it decides.
  let denied = 0;
  for (const [index, ace] of sd.dacl.aces.entries()) {
    if (!applies(ace)) continue;
    const mask = mapGenericBits(ace.mask, mapping);
    const grants = allows(ace);
    if (!grants && !DENYING.has(ace.type)) continue;
    onEntry?.(ace, index, mask & ~(granted | denied), grants);
    if (grants) granted |= mask & ~denied;
    else denied |= mask & ~granted;
  }
  return granted;
}

/** Whether the SID is that of the user or of one of the token's groups. */
export function tokenHas(token: SecurityToken, sid: Sid): boolean {
  if (token.user === sid) return true;
  return token.groups instanceof Set ? token.groups.has(sid) : (token.groups as readonly Sid[]).includes(sid);
}

/** Whether the token has a privilege. */
export function hasPrivilege(token: SecurityToken, privilege: Privilege): boolean {
  const { privileges } = token;
  if (privileges === undefined) return false;
  return privileges instanceof Set
    ? privileges.has(privilege)
    : (privileges as readonly Privilege[]).includes(privilege);
}

function allows(ace: Ace): boolean {
  return (
    ace.type === AceType.ACCESS_ALLOWED || (ace.type === AceType.ACCESS_ALLOWED_OBJECT && ace.objectType === undefined)
  );
}

const DENYING: ReadonlySet<number> = new Set([
  AceType.ACCESS_DENIED,
  AceType.ACCESS_DENIED_OBJECT,
  AceType.ACCESS_DENIED_CALLBACK,
  AceType.ACCESS_DENIED_CALLBACK_OBJECT,
]);
