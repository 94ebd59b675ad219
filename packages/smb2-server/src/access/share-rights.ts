import { AccessMask } from '@tsmbd/smb2-codec';
import { guestIdentity } from '../auth/guest-identity.ts';
import type { Identity, Share } from '../config.ts';
import type { Session } from '../session.ts';

/**
 * Every right that the share leaves to the session's user, whatever a file's own descriptor says. 0: the user may not
 * connect. The one place that looks at hosts, guests, user lists and read-only shares. [MS-SMB2] 3.3.5.7
 */
export function shareRights(share: Share, session: Session): number {
  if (!isAdmitted(share, session.connection.transport.remoteAddress)) return 0;
  if ((session.guest || session.anonymous) && !share.guestOk) return 0;
  const access = share.access(identityIn(share, session));
  if (access === 'none') return 0;
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
 * Looks again at what each tree leaves to its session, whose user is another now. A tree that the new user may not
 * connect to leaves nothing: CREATE is refused there. Opens keep the access that they were granted, as on Windows.
 */
export function reconsiderTrees(session: Session): void {
  for (const tree of session.trees.values()) {
    // A share that is made for each user shows the folder of the user that connected.
    const isAnothers = tree.madeFor !== undefined && tree.madeFor !== session.identity!.sid;
    tree.maximalAccess = isAnothers ? 0 : shareRights(tree.share, session);
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
