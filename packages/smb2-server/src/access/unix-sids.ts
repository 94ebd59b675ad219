import type { SidMap } from '../config.ts';

/**
 * Prefixes of SIDs for POSIX users and groups without an account, as in Samba: Unix User and Unix
 * Group.
 */
const UNIX_USER = 'S-1-22-1-';
const UNIX_GROUP = 'S-1-22-2-';

/** The SIDs of users and groups that nothing else is known about. */
export const unixSids: SidMap = {
  sidOfUser: (uid) => UNIX_USER + uid,
  sidOfGroup: (gid) => UNIX_GROUP + gid,
  idOf(sid) {
    if (sid.startsWith(UNIX_USER)) return { uid: Number(sid.slice(UNIX_USER.length)) };
    if (sid.startsWith(UNIX_GROUP)) return { gid: Number(sid.slice(UNIX_GROUP.length)) };
    return undefined;
  },
};
