import type { Identity } from '@tsmbd/smb2-server';
import type { VfsIdentity } from '@tsmbd/vfs-adapter';
import type { Identities } from '../identity/identities.ts';
import type { Settings } from './load.ts';
import type { ShareValues } from './parameters.ts';

/** The users and groups that a configuration names, looked up before it is used. */
export interface NamedUsers {
  /** SIDs that stand for a group now: of this machine, and of the system. [] if there is none. */
  groupSids(name: string): readonly string[];
  /** Who `force user` names; undefined if there is no such user. */
  user(name: string): Identity | undefined;
  /** The group of the system that `force group` names. */
  gid(name: string): number | undefined;
  /** Adds the SIDs of groups to an identity that has become another user of the system. */
  identityOf(identity: Identity, unix: VfsIdentity | undefined): Identity;
}

/** For servers that know no users of the system. */
export const NOBODY_NAMED: NamedUsers = {
  groupSids: () => [],
  user: () => undefined,
  gid: () => undefined,
  identityOf: (identity) => identity,
};

/** A group in a list of users. NIS netgroups are not known, so all three signs mean a group. */
export function groupIn(item: string): string | undefined {
  return /^[@+&]/.test(item) ? item.replace(/^[@+&]+/, '') : undefined;
}

/** The lists of a share that name users. */
export function userLists(values: ShareValues): readonly (readonly string[])[] {
  const { validUsers, invalidUsers, readList, writeList, adminUsers } = values;
  return [validUsers, invalidUsers, readList, writeList, adminUsers];
}

/**
 * Looks up all that the shares name.
 *
 * @param warn told of each name that nobody has
 */
export async function namedUsers(
  { shares }: Settings,
  identities: Identities,
  warn: (message: string, name: string) => void,
): Promise<NamedUsers> {
  const { users, sids } = identities;
  const users_ = new Map<string, Identity | undefined>();
  const gids = new Map<string, number | undefined>();
  await identities.sids.load();
  for (const values of shares.values()) {
    const { forceUser, forceGroup } = values;
    if (forceUser !== '' && !users_.has(forceUser)) users_.set(forceUser, await identities.named(forceUser));
    const groups = userLists(values).flat().map(groupIn);
    for (const name of [...groups, forceGroup.replace(/^\+/, '')]) {
      if (name !== undefined && name !== '' && !gids.has(name)) gids.set(name, await users.gid(name));
    }
  }
  for (const [name, user] of users_) if (user === undefined) warn('force user: there is no such user', name);
  for (const [name, gid] of gids) {
    if (gid === undefined && sids.groupSid(name) === undefined) warn('a list names a group that is not there', name);
  }
  return {
    groupSids(name) {
      const gid = gids.get(name);
      const ofMachine = sids.groupSid(name);
      return [...(gid === undefined ? [] : [sids.sidOfGroup(gid)]), ...(ofMachine === undefined ? [] : [ofMachine])];
    },
    user: (name) => users_.get(name),
    gid: (name) => gids.get(name),
    identityOf: (identity, unix) => identities.identityOf(identity, unix),
  };
}
