/** The users, groups and shares that every case has. */

export type User = 'alice' | 'bob' | 'carol';
export const USERS: readonly User[] = ['alice', 'bob', 'carol'];

/** One of several shares of the same files: writable for all, for all but one, or for nobody. */
export type ShareName = 'all' | 'not-alice' | 'not-bob' | 'not-carol' | 'nobody';
export const SHARES: readonly ShareName[] = ['all', 'not-alice', 'not-bob', 'not-carol', 'nobody'];

/** The group of alice and bob. Carol is in no group except those of everybody. */
export const STAFF = 'S-1-5-21-1-2-3-2001';
export const DOMAIN_USERS = 'S-1-5-21-1-2-3-513';
export const EVERYONE = 'S-1-1-0';
const NETWORK = 'S-1-5-2';
export const AUTHENTICATED_USERS = 'S-1-5-11';
export const CREATOR_OWNER = 'S-1-3-0';
export const OWNER_RIGHTS = 'S-1-3-4';
export const STRANGER = 'S-1-5-21-9-9-9-1000';
export const SYSTEM = 'S-1-5-18';

export const SID_OF: Readonly<Record<User, string>> = {
  alice: 'S-1-5-21-1-2-3-1000',
  bob: 'S-1-5-21-1-2-3-1001',
  carol: 'S-1-5-21-1-2-3-1002',
};

/** Groups that the accounts are in. */
export const GROUPS_OF: Readonly<Record<User, readonly string[]>> = {
  alice: [DOMAIN_USERS, STAFF],
  bob: [STAFF],
  carol: [DOMAIN_USERS],
};

/** Every SID that an entry for this user may name. */
export const TOKENS: Readonly<Record<User, ReadonlySet<string>>> = {
  alice: token('alice'),
  bob: token('bob'),
  carol: token('carol'),
};

function token(user: User): ReadonlySet<string> {
  return new Set([SID_OF[user], ...GROUPS_OF[user], EVERYONE, NETWORK, AUTHENTICATED_USERS]);
}

/** The share is read-only for this user, whatever descriptors say. */
export function mayOnlyRead(user: User, share: ShareName): boolean {
  return share === 'nobody' || share === `not-${user}`;
}
