import {
  type Ace,
  AceFlags,
  AceType,
  FILE_GENERIC_MAPPING,
  mapGenericBits,
  type SecurityDescriptor,
  WellKnownSid,
} from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import type { VfsAclEntry, VfsPosixWish, VfsStat } from '@tsmbd/vfs-adapter';
import { sidOfOwner, type UnixView } from './unix-view.ts';

/**
 * How many users and groups a POSIX ACL names. Those beyond it get what everybody gets: file
 * systems limit the list (ext4 to one block), and each costs a look at every entry.
 */
const MAX_NAMED = 64;

/** Whether the owner and group that the descriptor names become those of the file. */
export type OwnerChange = 'set-owner' | 'keep-owner';

/**
 * The permission bits and POSIX ACLs that come nearest to a descriptor: what local programs may do.
 * Each user and group gets the bits that its own entries and those of Everyone leave, the first
 * entry of each bit deciding. Members of groups are not looked up.
 *
 * The owner can always read (a directory: do everything), as with smbd. If one user of the system
 * stands for all, that user keeps the right to write too, because it acts for everybody.
 */
export function posixWish(
  descriptor: SecurityDescriptor,
  stat: VfsStat,
  view: UnixView,
  change: OwnerChange,
): VfsPosixWish {
  const { sids, actsAsUser } = view;
  const isDirectory = stat.kind === 'directory';
  const [newUid, newGid] = change === 'set-owner' ? newOwner(descriptor, stat, view) : [undefined, undefined];
  const uid = newUid ?? stat.uid;
  const gid = newGid ?? stat.gid;
  const owner = [sidOfOwner(view, uid), sids.sidOfUser(uid)];
  if (descriptor.owner !== undefined) owner.push(descriptor.owner, WellKnownSid.OWNER_RIGHTS);
  const group = [sids.sidOfGroup(gid)];
  if (descriptor.group !== undefined) group.push(descriptor.group);
  const least = isDirectory ? 7 : actsAsUser ? 4 : 6;

  const { dacl } = descriptor;
  const aces = dacl?.aces ?? OPEN_TO_ALL;
  const effective = aces.filter(({ flags }) => (flags & AceFlags.INHERIT_ONLY) === 0);
  const inherited = aces.filter(({ flags }) => (flags & INHERITS) !== 0);
  return {
    access: withoutNewX(listOf(effective, { owner, group, least, uid, gid }, view), stat),
    ...(isDirectory && {
      default:
        inherited.length === 0
          ? []
          : listOf(
              inherited,
              {
                owner: [WellKnownSid.CREATOR_OWNER],
                group: [WellKnownSid.CREATOR_GROUP],
                least: actsAsUser ? 4 : 7,
                uid: undefined,
                gid: undefined,
              },
              view,
            ),
    }),
    uid: newUid,
    gid: newGid,
    isRequired: actsAsUser,
  };
}

/**
 * An owner who may do everything with a file is given x only if the file had it: full control,
 * which every owner has who may read and write, does not make a program of it.
 */
function withoutNewX(entries: readonly VfsAclEntry[], { kind, mode }: VfsStat): readonly VfsAclEntry[] {
  if (kind === 'directory' || (mode & 0o100) !== 0) return entries;
  return entries.map((entry) => (entry.tag === 'user-obj' && entry.perms === 7 ? { ...entry, perms: 6 } : entry));
}

/** The uid and gid of an owner and group that the file does not have yet. */
function newOwner(
  { owner, group }: SecurityDescriptor,
  stat: VfsStat,
  view: UnixView,
): [number | undefined, number | undefined] {
  const { uid } = (owner !== undefined && view.sids.idOf(owner)) || {};
  const { gid } = (group !== undefined && view.sids.idOf(group)) || {};
  const isOwn = owner === sidOfOwner(view, stat.uid);
  return [isOwn || uid === stat.uid ? undefined : uid, gid === stat.gid ? undefined : gid];
}

interface Principals {
  readonly owner: readonly string[];
  readonly group: readonly string[];
  /** The least that the owner can do. */
  readonly least: number;
  /** The file's own owner and group, which need no entry by name. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

function listOf(
  aces: readonly Ace[],
  { owner, group, least, uid, gid }: Principals,
  { sids }: UnixView,
): VfsAclEntry[] {
  const named = new Map<string, VfsAclEntry>();
  // Each once: a list may have a thousand entries of one user.
  for (const sid of new Set(aces.map((ace) => ace.sid))) {
    if (named.size >= MAX_NAMED) break;
    if (owner.includes(sid) || group.includes(sid) || sid === WellKnownSid.EVERYONE) continue;
    const id = sids.idOf(sid);
    const perms = id === undefined ? 0 : permsOf(aces, [sid]);
    if (id?.uid !== undefined && id.uid !== uid) named.set(`u${id.uid}`, { tag: 'user', id: id.uid, perms });
    if (id?.gid !== undefined && id.gid !== gid) named.set(`g${id.gid}`, { tag: 'group', id: id.gid, perms });
  }
  const ofGroup = permsOf(aces, group);
  const entries: VfsAclEntry[] = [
    { tag: 'user-obj', perms: permsOf(aces, owner) | least },
    { tag: 'group-obj', perms: ofGroup },
    { tag: 'other', perms: permsOf(aces, []) },
  ];
  if (named.size === 0) return entries;
  const mask = [...named.values()].reduce((bits, { perms }) => bits | perms, ofGroup);
  return [...entries, ...named.values(), { tag: 'mask', perms: mask }];
}

/** The bits rwx that the entries leave to somebody who is these SIDs and Everyone. */
function permsOf(aces: readonly Ace[], sids: readonly string[]): number {
  let granted = 0;
  let denied = 0;
  for (const { type, mask, sid } of aces) {
    if (sid !== WellKnownSid.EVERYONE && !sids.includes(sid)) continue;
    const rights = mapGenericBits(mask, FILE_GENERIC_MAPPING);
    if (type === AceType.ACCESS_ALLOWED) granted |= rights & ~denied;
    else if (type === AceType.ACCESS_DENIED) denied |= rights & ~granted;
  }
  const bit = (right: number, perm: number): number => ((granted & right) === 0 ? 0 : perm);
  return bit(AccessMask.FILE_READ_DATA, 4) | bit(AccessMask.FILE_WRITE_DATA, 2) | bit(AccessMask.FILE_EXECUTE, 1);
}

const INHERITS = AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT;
/** A NULL DACL allows everything to everybody. */
const OPEN_TO_ALL: readonly Ace[] = [
  { type: AceType.ACCESS_ALLOWED, flags: 0, mask: AccessMask.FILE_ALL_ACCESS, sid: WellKnownSid.EVERYONE },
];
