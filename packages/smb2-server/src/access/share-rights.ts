import { accessCheck, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import type { Identity, Share } from '../config.ts';
import type { Denial } from '../errors.ts';
import type { Session } from '../model/index.ts';
import { guestIdentity } from './guest-identity.ts';

/**
 * All rights that the share leaves to the session's user, whatever a file's own descriptor says, or
 * the reason why the user may not connect. This is the only place that looks at hosts, guests, user
 * lists, read-only shares and descriptors of shares. [MS-SMB2] 3.3.5.7
 *
 * @param madeFor SID of the user that the share was made for: it shows that user's folder, and no
 *   other user may connect to it
 */
export function shareRights(share: Share, session: Session, madeFor: string | undefined): number | Denial {
  const left = leftByLists(share, session, madeFor);
  if (typeof left !== 'number' || share.securityDescriptor === undefined) return left;
  const rights = left & descriptorLeaves(share.securityDescriptor, userIn(share, session));
  return (rights & CONNECTS) === 0 ? BY_DESCRIPTOR : rights;
}

/**
 * What a share's descriptor gives a user: without the rights of an owner, and without privileges.
 * [MS-DTYP] 2.5.3.2
 */
export function descriptorLeaves({ control, dacl }: SecurityDescriptor, { sid, groups }: Identity): number {
  const noOwner = { control, ...(dacl !== undefined && { dacl }) };
  return accessCheck(noOwner, { user: sid, groups }, AccessMask.MAXIMUM_ALLOWED).granted;
}

function leftByLists(share: Share, session: Session, madeFor: string | undefined): number | Denial {
  if (madeFor !== undefined && madeFor !== session.identity!.sid) return NOT_THEIRS;
  const { remoteAddress } = session.connection.transport;
  if (!isAdmitted(share, remoteAddress)) return byHosts(remoteAddress);
  if ((session.guest || session.anonymous) && !share.guestOk) return BY_GUESTS;
  const access = share.access(userIn(share, session));
  if (access === 'none') return BY_LISTS;
  if (share.type === 'pipe') return AccessMask.FILE_ALL_ACCESS;
  return access === 'read' || share.readOnly ? READ_ONLY_ACCESS : AccessMask.FILE_ALL_ACCESS;
}

/** Whether clients with this address may connect to the server, or to a share. */
export function isAdmitted({ admits }: Pick<Share, 'admits'>, address: string): boolean {
  return admits === undefined || admits(address);
}

/**
 * Who the session's user is in the share: whose rights count, whose files are made, and as whom the
 * back end works. The share may have everybody, or some, act as another user.
 */
export function identityIn(share: Share, session: Session): Identity {
  const user = userIn(share, session);
  return share.actsAs === undefined ? user : share.actsAs(user);
}

/** Who comes to the share, by whom it decides. In a share where everybody is a guest, a guest. */
function userIn(share: Share, session: Session): Identity {
  if (share.guestOnly !== true || !share.guestOk) return session.identity!;
  return guestIdentity(session.connection.server.config);
}

/**
 * Determines again what each tree leaves to its session, whose user has changed. A tree that the
 * new user may not connect to leaves no rights, so CREATE is refused there. Opens keep the access
 * that they were granted, as on Windows.
 */
export function reconsiderTrees(session: Session): void {
  for (const tree of session.trees.values()) {
    const rights = shareRights(tree.share, session, tree.madeFor);
    tree.maximalAccess = typeof rights === 'number' ? rights : 0;
  }
}

/** What remains of a file's rights in a read-only share, and in a snapshot. */
export const READ_ONLY_ACCESS =
  AccessMask.FILE_READ_DATA |
  AccessMask.FILE_READ_EA |
  AccessMask.FILE_EXECUTE |
  AccessMask.FILE_READ_ATTRIBUTES |
  AccessMask.READ_CONTROL |
  AccessMask.SYNCHRONIZE;

/** Who has none of these rights has nothing to do in the share. */
const CONNECTS =
  AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA | AccessMask.FILE_EXECUTE;

const BY_DESCRIPTOR: Denial = {
  rule: 'share descriptor',
  because: "the share's own security descriptor gives this user nothing",
  remedy: ({ share }) => `tsmbd share acl ${share} shows it, tsmbd share acl ${share} SDDL sets another`,
};
const NOT_THEIRS: Denial = { rule: 'user lists', because: 'the share was made for another user' };
const BY_GUESTS: Denial = {
  rule: 'guests',
  because: 'guests may not connect to the share',
  remedy: ({ share }) => `guest ok = yes in [${share}] of the configuration, then: tsmbd reload`,
};
const BY_LISTS: Denial = {
  rule: 'user lists',
  because: "the share's lists (valid users, invalid users) leave this user nothing",
  remedy: ({ share, user }) =>
    `valid users = …, ${user} (and not in invalid users) in [${share}] of the configuration, then: tsmbd reload`,
};

function byHosts(address: string): Denial {
  return {
    rule: 'host list',
    because: `the share does not admit the host ${address} (hosts allow, hosts deny)`,
    remedy: ({ share }) => `hosts allow = …, ${address} in [${share}] of the configuration, then: tsmbd reload`,
  };
}
