import { AccessMask } from '@tsmbd/smb2-codec';
import type { Identity, Share } from '../config.ts';
import type { Session } from '../model/index.ts';
import { guestIdentity } from './guest-identity.ts';

/**
 * Every right that the share leaves to the session's user, whatever a file's own descriptor says,
 * or why the user may not connect. The one place that looks at hosts, guests, user lists and
 * read-only shares. [MS-SMB2] 3.3.5.7
 *
 * @param madeFor SID of the user whose own the share is: it shows that user's folder, and is nobody
 *   else's
 */
export function shareRights(share: Share, session: Session, madeFor: string | undefined): number | string {
  if (madeFor !== undefined && madeFor !== session.identity!.sid) return 'the share was made for another user';
  if (!isAdmitted(share, session.connection.transport.remoteAddress)) return 'the share does not admit this host';
  if ((session.guest || session.anonymous) && !share.guestOk) return 'guests may not connect to the share';
  const access = share.access(identityIn(share, session));
  if (access === 'none') return "the share's access leaves this user nothing";
  if (share.type === 'pipe') return AccessMask.FILE_ALL_ACCESS;
  return access === 'read' || share.readOnly ? READ_ONLY_ACCESS : AccessMask.FILE_ALL_ACCESS;
}

/** Whether clients of this address may connect: to the server, or to a share. */
export function isAdmitted({ admits }: Pick<Share, 'admits'>, address: string): boolean {
  return admits === undefined || admits(address);
}

/** Who the session's user is in the share: a guest, where all are. */
export function identityIn(share: Share, session: Session): Identity {
  if (share.guestOnly !== true || !share.guestOk) return session.identity!;
  return guestIdentity(session.connection.server.config.netbiosName);
}

/**
 * Looks again at what each tree leaves to its session, whose user is another now. A tree that the
 * new user may not connect to leaves nothing: CREATE is refused there. Opens keep the access that
 * they were granted, as on Windows.
 */
export function reconsiderTrees(session: Session): void {
  for (const tree of session.trees.values()) {
    const rights = shareRights(tree.share, session, tree.madeFor);
    tree.maximalAccess = typeof rights === 'number' ? rights : 0;
  }
}

/** What a share that cannot be written leaves of a file's rights. */
const READ_ONLY_ACCESS =
  AccessMask.FILE_READ_DATA |
  AccessMask.FILE_READ_EA |
  AccessMask.FILE_EXECUTE |
  AccessMask.FILE_READ_ATTRIBUTES |
  AccessMask.READ_CONTROL |
  AccessMask.SYNCHRONIZE;
