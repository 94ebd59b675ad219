import type { Share } from './config.ts';
import type { Session } from './session.ts';

/** A session's connection to a share, [MS-SMB2] 3.3.1.9. */
export interface TreeConnect {
  readonly treeId: number;
  readonly session: Session;
  readonly share: Share;
  /** Rights that the share leaves to this user, whatever the file's own descriptor says. */
  readonly maximalAccess: number;
  /** FILETIME. */
  readonly connectedAt: bigint;
  /** Opens through this tree. */
  openCount: number;
}
