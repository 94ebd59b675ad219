import { type Sid, WellKnownSid } from '@tsmbd/ms-dtyp';
import { type AccountInfo, SidType } from '../management.ts';

const NT_AUTHORITY = 'NT AUTHORITY';
const BUILTIN = 'BUILTIN';
/** Samba's domains for POSIX users and groups that have no account, and the SID prefix of each. */
const POSIX: readonly (readonly [prefix: string, domain: string, type: number])[] = [
  ['S-1-22-1-', 'Unix User', SidType.USER],
  ['S-1-22-2-', 'Unix Group', SidType.GROUP],
];

/** SIDs that have the same name everywhere, [MS-DTYP] 2.4.2.4 and [MS-LSAT] 3.1.1.1.1. */
const NAMES: readonly (readonly [sid: Sid, domain: string, name: string])[] = [
  [WellKnownSid.EVERYONE, '', 'Everyone'],
  [WellKnownSid.LOCAL, '', 'LOCAL'],
  [WellKnownSid.CREATOR_OWNER, '', 'CREATOR OWNER'],
  [WellKnownSid.CREATOR_GROUP, '', 'CREATOR GROUP'],
  [WellKnownSid.OWNER_RIGHTS, '', 'OWNER RIGHTS'],
  [WellKnownSid.DIALUP, NT_AUTHORITY, 'DIALUP'],
  [WellKnownSid.NETWORK, NT_AUTHORITY, 'NETWORK'],
  [WellKnownSid.BATCH, NT_AUTHORITY, 'BATCH'],
  [WellKnownSid.INTERACTIVE, NT_AUTHORITY, 'INTERACTIVE'],
  [WellKnownSid.SERVICE, NT_AUTHORITY, 'SERVICE'],
  [WellKnownSid.ANONYMOUS, NT_AUTHORITY, 'ANONYMOUS LOGON'],
  [WellKnownSid.PRINCIPAL_SELF, NT_AUTHORITY, 'SELF'],
  [WellKnownSid.AUTHENTICATED_USERS, NT_AUTHORITY, 'Authenticated Users'],
  [WellKnownSid.RESTRICTED_CODE, NT_AUTHORITY, 'RESTRICTED'],
  [WellKnownSid.REMOTE_INTERACTIVE_LOGON, NT_AUTHORITY, 'REMOTE INTERACTIVE LOGON'],
  [WellKnownSid.LOCAL_SYSTEM, NT_AUTHORITY, 'SYSTEM'],
  [WellKnownSid.LOCAL_SERVICE, NT_AUTHORITY, 'LOCAL SERVICE'],
  [WellKnownSid.NETWORK_SERVICE, NT_AUTHORITY, 'NETWORK SERVICE'],
  [WellKnownSid.BUILTIN_ADMINISTRATORS, BUILTIN, 'Administrators'],
  [WellKnownSid.BUILTIN_USERS, BUILTIN, 'Users'],
  [WellKnownSid.BUILTIN_GUESTS, BUILTIN, 'Guests'],
  [WellKnownSid.BUILTIN_POWER_USERS, BUILTIN, 'Power Users'],
  [WellKnownSid.BUILTIN_ACCOUNT_OPERATORS, BUILTIN, 'Account Operators'],
  [WellKnownSid.BUILTIN_SERVER_OPERATORS, BUILTIN, 'Server Operators'],
  [WellKnownSid.BUILTIN_PRINT_OPERATORS, BUILTIN, 'Print Operators'],
  [WellKnownSid.BUILTIN_BACKUP_OPERATORS, BUILTIN, 'Backup Operators'],
];

const ACCOUNTS: readonly AccountInfo[] = [
  { sid: WellKnownSid.BUILTIN_DOMAIN, domain: BUILTIN, name: BUILTIN, type: SidType.DOMAIN },
  ...NAMES.map(([sid, domain, name]) => ({
    sid,
    domain,
    name,
    type: domain === BUILTIN ? SidType.ALIAS : SidType.WELL_KNOWN_GROUP,
  })),
];

/**
 * The name of a SID that is the same everywhere or that stands for a POSIX id; undefined for other
 * SIDs.
 */
export function wellKnownSid(sid: Sid): AccountInfo | undefined {
  for (const [prefix, domain, type] of POSIX) {
    if (sid.startsWith(prefix)) return { sid, domain, name: sid.slice(prefix.length), type };
  }
  return ACCOUNTS.find((account) => account.sid === sid);
}

/** The same by `name` or `domain\name`. Letter case is ignored. */
export function wellKnownName(text: string): AccountInfo | undefined {
  const at = text.lastIndexOf('\\');
  const wanted = text.slice(at + 1).toUpperCase();
  const domain = at < 0 ? undefined : text.slice(0, at).toUpperCase();
  for (const [prefix, posix, type] of POSIX) {
    if (domain === posix.toUpperCase() && /^\d{1,10}$/.test(wanted)) {
      return { sid: prefix + Number(wanted), domain: posix, name: wanted, type };
    }
  }
  return ACCOUNTS.find(
    (account) =>
      account.name.toUpperCase() === wanted && (domain === undefined || account.domain.toUpperCase() === domain),
  );
}
