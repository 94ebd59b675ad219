import type { Share } from '../config.ts';
import type { Session } from './session.ts';

/** A session's connection to a share, [MS-SMB2] 3.3.1.9. */
export interface TreeConnect {
  readonly treeId: number;
  readonly session: Session;
  readonly share: Share;
  /** SID of the user that the share was made for, where each user has a share of his own. */
  readonly madeFor: string | undefined;
  /**
   * Rights that the share leaves to the session's user, see access/share-rights.ts. 0: nothing is
   * opened here.
   */
  maximalAccess: number;
  /** FILETIME. */
  readonly connectedAt: bigint;
  /** Opens through this tree. */
  openCount: number;
}
