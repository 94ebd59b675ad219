import {
  AceType,
  createInheritedDescriptor,
  decode,
  encode,
  FILE_GENERIC_MAPPING,
  SdControl,
  type SecurityDescriptor,
  securityDescriptor,
  WellKnownSid,
} from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import type { VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import type { Identity, Share, SidMap } from '../config.ts';
import type { RequestContext } from '../model/index.ts';
import { openAs } from './open-as.ts';
import { identityIn } from './share-rights.ts';
import { unixSids } from './unix-sids.ts';

/** The descriptor of a file that has no stored descriptor: its mode bits as ACEs. */
export function synthesizedDescriptor(
  stat: VfsStat,
  share: Share,
  identity: Identity,
  sids: SidMap = unixSids,
): SecurityDescriptor {
  const owner = isOwnedBy(identity, stat, share) ? identity.sid : sids.sidOfUser(stat.uid);
  const group = sids.sidOfGroup(stat.gid);
  const ace = (sid: string, mask: number) => ({ type: AceType.ACCESS_ALLOWED, flags: 0, mask, sid });
  const aces = [
    ace(owner, rightsOf(stat.mode >> 6, true)),
    ace(group, rightsOf(stat.mode >> 3, false)),
    ace(WellKnownSid.EVERYONE, rightsOf(stat.mode, false)),
    ace(WellKnownSid.LOCAL_SYSTEM, AccessMask.FILE_ALL_ACCESS),
  ].filter((a) => a.mask !== 0);
  return { control: SdControl.SELF_RELATIVE | SdControl.DACL_PRESENT, owner, group, dacl: { revision: 2, aces } };
}

/**
 * Whether a file is the user's own by its POSIX owner. Where the process cannot act as its users,
 * all of them are the user that it runs as.
 */
export function isOwnedBy({ unix }: Identity, { uid }: VfsStat, share: Share): boolean {
  return uid === (unix === undefined ? share.uid : unix.uid);
}

/**
 * The bits rwx as access rights. An owner who may read and write may do everything: POSIX denies
 * nothing to such an owner.
 */
export function rightsOf(bits: number, owner: boolean): number {
  const read = (bits & 4) !== 0;
  const write = (bits & 2) !== 0;
  if (owner && read && write) return AccessMask.FILE_ALL_ACCESS;
  let mask = 0;
  if (read) mask |= FILE_GENERIC_MAPPING.read;
  if (write) mask |= FILE_GENERIC_MAPPING.write | AccessMask.FILE_DELETE_CHILD;
  if ((bits & 1) !== 0) mask |= FILE_GENERIC_MAPPING.execute;
  if (owner) mask |= AccessMask.READ_CONTROL | AccessMask.WRITE_DAC | AccessMask.WRITE_OWNER | AccessMask.DELETE;
  return mask;
}

/**
 * The descriptor to store with a new file: what the client gave, joined with what the file inherits
 * from its parent. Undefined when there is neither; the mode bits then decide. [MS-DTYP] 2.5.3.4,
 * [MS-FSA] 2.1.5.1.1
 */
export async function inheritedDescriptor(
  ctx: RequestContext,
  path: VfsPath,
  isFile: boolean,
  given: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  const { session, tree } = ctx;
  const identity = identityIn(tree.share, session);
  const { handle } = await openAs(tree, path.slice(0, -1), {
    disposition: 'open',
    kind: 'directory',
    data: 'none',
  });
  let stored: Uint8Array | undefined;
  try {
    stored = await handle.getSecurityDescriptor();
  } finally {
    await handle.close();
  }
  if (stored === undefined && given === undefined) return undefined;
  const descriptor = createInheritedDescriptor({
    parent: stored === undefined ? undefined : decode(securityDescriptor, stored),
    creator: given === undefined ? undefined : decode(securityDescriptor, given),
    isDirectory: !isFile,
    owner: identity.sid,
    group: identity.groups[0] ?? identity.sid,
    genericMapping: FILE_GENERIC_MAPPING,
  });
  return encode(securityDescriptor, descriptor);
}
