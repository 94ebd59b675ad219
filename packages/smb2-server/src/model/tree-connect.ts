import type { Share } from '../config.ts';
import type { Session } from './session.ts';

/** A session's connection to a share, [MS-SMB2] 3.3.1.9. */
export interface TreeConnect {
  readonly treeId: number;
  readonly session: Session;
  readonly share: Share;
  /** SID of the user that the share was made for, when each user has a share of their own. */
  readonly madeFor: string | undefined;
  /**
   * Rights that the share leaves to the session's user, see access/share-rights.ts. When it is 0,
   * nothing can be opened here.
   */
  maximalAccess: number;
  /** FILETIME. */
  readonly connectedAt: bigint;
  /** Gives back the tree's place among those that the share may have at all workers. */
  readonly leave?: (() => void) | undefined;
  /** How many opens were made through this tree. */
  openCount: number;
}
