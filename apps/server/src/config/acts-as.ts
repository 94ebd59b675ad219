import { sameAccount } from '@tsmbd/ms-dtyp';
import type { Identity } from '@tsmbd/smb2-server';
import { groupIn, type NamedUsers } from './named-users.ts';
import type { ShareValues } from './parameters.ts';

/** Whether a list names the user, or a group that the user is in. */
export function isNamed(identity: Identity, list: readonly string[], named: NamedUsers): boolean {
  return list.some((item) => {
    const group = groupIn(item);
    if (group === undefined) return sameAccount(item, identity.name);
    return named.groupSids(group).some((sid) => identity.groups.includes(sid));
  });
}

/**
 * What the lists of users leave to a user. The first list that names the user decides: invalid,
 * then write, then read. A share whose `force user` or `force group` is not there is for nobody:
 * what is made in it would be another user's.
 */
export function accessOf(identity: Identity, values: ShareValues, named: NamedUsers): 'none' | 'read' | 'write' {
  if (values.forceUser !== '' && named.user(values.forceUser) === undefined) return 'none';
  if (values.forceGroup !== '' && named.gid(values.forceGroup.replace(/^\+/, '')) === undefined) return 'none';
  if (isNamed(identity, values.invalidUsers, named)) return 'none';
  if (values.validUsers.length > 0 && !isNamed(identity, values.validUsers, named)) return 'none';
  if (isNamed(identity, values.writeList, named)) return 'write';
  if (isNamed(identity, values.readList, named) || values.readOnly) return 'read';
  return 'write';
}

/**
 * Who users are in a share: `force user`, `force group` and `admin users`, in this order, as smbd
 * has them. Undefined if everybody is who he is elsewhere.
 */
export function actsAsOf(values: ShareValues, named: NamedUsers): ((identity: Identity) => Identity) | undefined {
  const { forceUser, forceGroup, adminUsers } = values;
  if (forceUser === '' && forceGroup === '' && adminUsers.length === 0) return undefined;
  const known = new WeakMap<Identity, Identity>();
  return (identity) => {
    let now = known.get(identity);
    if (now === undefined) {
      now = forced(identity, values, named);
      known.set(identity, now);
    }
    return now;
  };
}

function forced(identity: Identity, { forceUser, forceGroup, adminUsers }: ShareValues, named: NamedUsers): Identity {
  const user = (forceUser === '' ? undefined : named.user(forceUser)) ?? identity;
  const grouped = inGroup(user, forceGroup, named);
  // The list is about who logged on, not about who the share makes of him.
  if (!isNamed(identity, adminUsers, named)) return grouped;
  const root = grouped.unix && { ...grouped.unix, uid: 0 };
  return { ...named.identityOf(grouped, root), isAdmin: true };
}

/** With `+`, the group is that of its members only. smb.conf(5) */
function inGroup(user: Identity, forceGroup: string, named: NamedUsers): Identity {
  const gid = forceGroup === '' ? undefined : named.gid(forceGroup.replace(/^\+/, ''));
  if (gid === undefined || user.unix === undefined) return user;
  const { unix } = user;
  const isMember = unix.gid === gid || unix.groups.includes(gid);
  if (forceGroup.startsWith('+') && !isMember) return user;
  return named.identityOf(user, { ...unix, gid, groups: [...new Set([...unix.groups, gid])] });
}
