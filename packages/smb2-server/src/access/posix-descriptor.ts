import {
  type Ace,
  AceFlags,
  AceType,
  FILE_GENERIC_MAPPING,
  SdControl,
  type SecurityDescriptor,
  WellKnownSid,
} from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import type { VfsAclEntry, VfsPosixAcl, VfsStat } from '@tsmbd/vfs-adapter';
import { sidOfOwner, type UnixView } from './unix-view.ts';

/**
 * The descriptor of a file that has no stored descriptor: its permission bits and POSIX ACLs as
 * entries. A directory's default ACL becomes entries that its children inherit. smbd makes the same
 * list, but whoever may read, write and execute may do everything in it, change the list too: the
 * system refuses there what is too much. Here the list is what decides.
 */
export function posixDescriptor(stat: VfsStat, acl: VfsPosixAcl | undefined, view: UnixView): SecurityDescriptor {
  const owner = sidOfOwner(view, stat.uid);
  const group = view.sids.sidOfGroup(stat.gid);
  const base: VfsAclEntry[] = [
    { tag: 'user-obj', perms: (stat.mode >> 6) & 7 },
    { tag: 'group-obj', perms: (stat.mode >> 3) & 7 },
    { tag: 'other', perms: stat.mode & 7 },
  ];
  const aces = acesOf(acl?.access ?? base, { owner, group }, stat, view, 0);
  if (stat.kind === 'directory' && acl?.default !== undefined) {
    const creator = { owner: WellKnownSid.CREATOR_OWNER, group: WellKnownSid.CREATOR_GROUP };
    aces.push(...acesOf(acl.default, creator, undefined, view, FOR_CHILDREN));
  }
  return { control: SdControl.SELF_RELATIVE | SdControl.DACL_PRESENT, owner, group, dacl: { revision: 2, aces } };
}

/** @param file whose owner and group need no entry by name */
function acesOf(
  entries: readonly VfsAclEntry[],
  { owner, group }: { readonly owner: string; readonly group: string },
  file: VfsStat | undefined,
  view: UnixView,
  flags: number,
): Ace[] {
  const isDirectory = flags !== 0 || file?.kind === 'directory';
  const mask = entries.find(({ tag }) => tag === 'mask')?.perms ?? 7;
  const aces: Ace[] = [];
  const allow = (sid: string, perms: number, isOwner = false): void => {
    aces.push({ type: AceType.ACCESS_ALLOWED, flags, mask: rightsOf(perms, isOwner, isDirectory), sid });
  };
  for (const { tag, id, perms } of entries) {
    if (tag === 'user-obj') allow(owner, perms, true);
    else if (tag === 'user') {
      // For the owner, the system does not look at entries by name. acl(5)
      if (id !== file?.uid) allow(sidOfOwner(view, id!), perms & mask);
    } else if (tag === 'group-obj') allow(group, perms & mask);
    else if (tag === 'group') {
      if (id !== file?.gid || (perms & mask) !== 0) allow(view.sids.sidOfGroup(id!), perms & mask);
    } else if (tag === 'other') allow(WellKnownSid.EVERYONE, perms);
  }
  return aces;
}

/**
 * The bits rwx as access rights. An owner who may read and write may do everything: POSIX denies
 * nothing to such an owner.
 */
export function rightsOf(bits: number, owner: boolean, isDirectory: boolean): number {
  const read = (bits & 4) !== 0;
  const write = (bits & 2) !== 0;
  if (owner && read && write) return AccessMask.FILE_ALL_ACCESS;
  let mask = 0;
  if (read) mask |= FILE_GENERIC_MAPPING.read;
  if (write) mask |= FILE_GENERIC_MAPPING.write | (isDirectory ? AccessMask.FILE_DELETE_CHILD : 0);
  if ((bits & 1) !== 0) mask |= FILE_GENERIC_MAPPING.execute;
  if (owner) mask |= AccessMask.READ_CONTROL | AccessMask.WRITE_DAC | AccessMask.WRITE_OWNER | AccessMask.DELETE;
  return mask;
}

const FOR_CHILDREN = AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT | AceFlags.INHERIT_ONLY;
