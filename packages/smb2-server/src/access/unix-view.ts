import type { SidMap } from '../config.ts';
import type { TreeConnect } from '../model/index.ts';
import { identityIn } from './share-rights.ts';
import { unixSids } from './unix-sids.ts';

/** How the tree's user sees the users and groups of the system. */
export interface UnixView {
  readonly sids: SidMap;
  /** The SID of the tree's user. */
  readonly sid: string;
  /** The user of the system whose files are the tree's user's own. */
  readonly uid: number;
  /**
   * The system itself asks which user it is, and refuses. If false, one user of the system stands
   * for all users of the share.
   */
  readonly actsAsUser: boolean;
}

export function unixView({ share, session }: Pick<TreeConnect, 'share' | 'session'>): UnixView {
  const { sid, unix } = identityIn(share, session);
  const { sids = unixSids } = session.connection.server.env;
  return { sids, sid, uid: unix?.uid ?? share.uid, actsAsUser: unix !== undefined };
}

/** The SID of a file's owner. */
export function sidOfOwner({ sids, sid, uid }: UnixView, owner: number): string {
  return owner === uid ? sid : sids.sidOfUser(owner);
}
