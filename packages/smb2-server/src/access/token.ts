import { type Privilege, type SecurityToken, WellKnownSid } from '@tsmbd/ms-dtyp';
import type { Identity } from '../config.ts';

/**
 * The identity as the access check takes it. Its groups are a set: a list of 1,000 entries is held
 * against each of 1,000 groups only once.
 */
export function tokenOf(identity: Identity): SecurityToken {
  let token = tokens.get(identity);
  if (token === undefined) {
    const { sid, groups } = identity;
    token = { user: sid, groups: new Set(groups), privileges: privilegesOf(identity) };
    tokens.set(identity, token);
  }
  return token;
}

const tokens = new WeakMap<Identity, SecurityToken>();

/** Those that the identity names, or all, as administrators have them by default on Windows. */
function privilegesOf({ groups, privileges }: Identity): readonly Privilege[] {
  return privileges ?? (groups.includes(WellKnownSid.BUILTIN_ADMINISTRATORS) ? OF_ADMINISTRATORS : []);
}

const OF_ADMINISTRATORS: readonly Privilege[] = [
  'SeBackupPrivilege',
  'SeRestorePrivilege',
  'SeSecurityPrivilege',
  'SeTakeOwnershipPrivilege',
];
