import { type Ace, accessCheck, FILE_GENERIC_MAPPING, WellKnownSid } from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import type { Denial, DeniedPlace } from '../errors.ts';
import type { TreeConnect } from '../model/index.ts';
import type { FileRights } from './file-rights.ts';
import { descriptorLeaves, identityIn } from './share-rights.ts';
import { tokenOf } from './token.ts';

/**
 * Which rule keeps these rights from the tree's user: asks the rules themselves once more. Called
 * only for rights that were denied.
 */
export function whyNot(tree: TreeConnect, rights: FileRights, missing: number): Denial | undefined {
  const lost = missing & ~tree.maximalAccess;
  if (lost !== 0) return shareDenial(tree, lost);
  const { judged, origin, stat } = rights;
  if (stat === undefined) return undefined;
  const identity = identityIn(tree.share, tree.session);
  if (judged === undefined) return bySystem(identity, stat, missing);
  let denying: { readonly entry: Ace; readonly index: number; readonly rights: number } | undefined;
  const given = new Set<string>();
  accessCheck(
    judged,
    tokenOf(identity),
    AccessMask.MAXIMUM_ALLOWED,
    FILE_GENERIC_MAPPING,
    (entry, index, decided, grants) => {
      if (grants) given.add(`${nameOf(entry.sid, identity)} ${rightsText(decided)}`);
      else if ((decided & missing) !== 0) denying ??= { entry, index, rights: decided & missing };
    },
  );
  if (origin === 'stored') {
    return {
      rule: 'security descriptor',
      because:
        denying === undefined
          ? `no entry of the security descriptor gives ${identity.name} or a group of theirs ${rightsText(missing)} (${givenText(given)})`
          : `entry ${denying.index + 1} of the security descriptor denies ${nameOf(denying.entry.sid, identity)} ${rightsText(denying.rights)}`,
      remedy: ({ share, remote, user }) =>
        `smbcacls //SERVER/${share} '${remote}' -U OWNER ${denying === undefined ? `-a 'ACL:${user}:ALLOWED/0x0/CHANGE'` : `-D 'ACL:${denying.entry.sid}:DENIED/0x${denying.entry.flags.toString(16)}/0x${(denying.entry.mask >>> 0).toString(16)}'`}`,
    };
  }
  const acl = origin === 'acl';
  return {
    rule: acl ? 'POSIX ACL' : 'permission bits',
    because: `${acl ? 'the POSIX ACL' : `the mode ${modeText(stat)}`} (owner uid ${stat.uid}, group gid ${stat.gid}) does not give ${identity.name} ${rightsText(missing)} (${givenText(given)})`,
    remedy: (place) => modeRemedy(place, missing),
  };
}

/** The system was asked, and does not let the user do it. */
function bySystem({ name, unix }: Identity, stat: VfsStat, missing: number): Denial {
  return {
    rule: 'permission bits',
    because: `the mode ${modeText(stat)} (owner uid ${stat.uid}, group gid ${stat.gid}), or the POSIX ACL, does not give ${name} (uid ${unix?.uid}) ${rightsText(missing)}`,
    remedy: (place) => modeRemedy(place, missing),
  };
}

/** The share leaves nobody, or not this user, these rights. */
function shareDenial({ share, session }: TreeConnect, lost: number): Denial {
  const identity = identityIn(share, session);
  const { securityDescriptor } = share;
  if (securityDescriptor !== undefined && (lost & descriptorLeaves(securityDescriptor, identity)) === 0) {
    return {
      rule: 'share descriptor',
      because: `the share's own security descriptor does not give ${identity.name} ${rightsText(lost)}`,
      remedy: () => `tsmbd share acl ${share.name} shows it, tsmbd share acl ${share.name} SDDL sets another`,
    };
  }
  if (share.readOnly) {
    return {
      rule: 'read-only share',
      because: `the share is read-only for everybody (no ${rightsText(lost)})`,
      remedy: () => `read only = no in [${share.name}] of the configuration, then: tsmbd reload`,
    };
  }
  return {
    rule: 'user lists',
    because: `the share leaves this user only reading (read only, read list, write list; no ${rightsText(lost)})`,
    remedy: ({ user }) => `write list = ${user} in [${share.name}] of the configuration, then: tsmbd reload`,
  };
}

function modeRemedy({ local, user }: DeniedPlace, missing: number): string {
  if ((missing & OWNERS) !== 0) return `chown ${user} '${local}'`;
  const bits = `${(missing & FILE_READ_DATA) === 0 ? '' : 'r'}${(missing & WRITES) === 0 ? '' : 'w'}${(missing & AccessMask.FILE_EXECUTE) === 0 ? '' : 'x'}`;
  const where = bits === '' ? `$(dirname '${local}')` : `'${local}'`;
  return `setfacl -m u:${user}:${bits === '' ? 'rwx' : bits} ${where}`;
}

function givenText(given: ReadonlySet<string>): string {
  return given.size === 0 ? 'nothing is given' : `given: ${[...given].slice(0, 8).join('; ')}`;
}

/** `rwxr-x---` */
function modeText({ mode }: VfsStat): string {
  return [6, 3, 0]
    .map((shift) => ['r', 'w', 'x'].map((letter, i) => (((mode >> shift) & (4 >> i)) === 0 ? '-' : letter)).join(''))
    .join('');
}

function nameOf(sid: string, identity: Identity): string {
  if (sid === identity.sid) return identity.name;
  return SID_NAMES.get(sid) ?? sid;
}

/** The rights in words: of those that people ask for together, only the first. */
export function rightsText(mask: number): string {
  if ((mask & AccessMask.FILE_ALL_ACCESS) === AccessMask.FILE_ALL_ACCESS) return 'full control';
  let left = mask;
  for (const [right, also] of TOGETHER) if ((mask & right) !== 0) left &= ~also;
  const words = WORDS.filter(([right]) => (left & right) !== 0).map(([, word]) => word);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

const { FILE_READ_DATA, FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_EXECUTE, DELETE } = AccessMask;
const { READ_CONTROL, WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY } = AccessMask;
const WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA;
const OWNERS = WRITE_DAC | WRITE_OWNER;
const LOOKS = READ_CONTROL | AccessMask.SYNCHRONIZE | AccessMask.FILE_READ_ATTRIBUTES;

/** A right, and those that go without saying beside it. */
const TOGETHER: readonly (readonly [number, number])[] = [
  [FILE_READ_DATA, LOOKS | AccessMask.FILE_READ_EA],
  [FILE_WRITE_DATA, LOOKS | FILE_APPEND_DATA | AccessMask.FILE_WRITE_EA | AccessMask.FILE_WRITE_ATTRIBUTES],
  [FILE_EXECUTE, LOOKS],
  [DELETE | OWNERS, AccessMask.SYNCHRONIZE],
];

/** The rights that people ask for first come first. */
const WORDS: readonly (readonly [number, string])[] = [
  [FILE_WRITE_DATA, 'write'],
  [FILE_READ_DATA, 'read'],
  [DELETE, 'delete'],
  [WRITE_DAC, 'change permissions'],
  [WRITE_OWNER, 'change the owner'],
  [FILE_APPEND_DATA, 'append'],
  [AccessMask.FILE_DELETE_CHILD, 'delete entries'],
  [FILE_EXECUTE, 'execute'],
  [AccessMask.FILE_WRITE_ATTRIBUTES, 'write attributes'],
  [AccessMask.FILE_READ_ATTRIBUTES, 'read attributes'],
  [AccessMask.FILE_WRITE_EA, 'write extended attributes'],
  [AccessMask.FILE_READ_EA, 'read extended attributes'],
  [READ_CONTROL, 'read permissions'],
  [ACCESS_SYSTEM_SECURITY, 'audit'],
  [AccessMask.SYNCHRONIZE, 'wait'],
];

const SID_NAMES: ReadonlyMap<string, string> = new Map([
  [WellKnownSid.EVERYONE, 'Everyone'],
  [WellKnownSid.AUTHENTICATED_USERS, 'Authenticated Users'],
  [WellKnownSid.NETWORK, 'NETWORK'],
  [WellKnownSid.ANONYMOUS, 'ANONYMOUS LOGON'],
  [WellKnownSid.OWNER_RIGHTS, 'OWNER RIGHTS'],
  [WellKnownSid.BUILTIN_ADMINISTRATORS, 'Administrators'],
  [WellKnownSid.BUILTIN_USERS, 'Users'],
  [WellKnownSid.BUILTIN_GUESTS, 'Guests'],
]);
