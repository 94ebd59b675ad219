import { nameService } from '@tsmbd/vfs-adapter';
import { UnixUsers } from '../identity/unix-users.ts';
import { State } from '../state/state.ts';
import { checkUserName } from '../user-name.ts';

/** Options of `tsmbd group …`. */
export interface GroupOptions {
  readonly state: string;
  readonly gid?: string;
}

export async function addGroup(name: string, { state: directory, gid }: GroupOptions): Promise<void> {
  checkUserName(name);
  if (gid !== undefined && (await new UnixUsers(nameService()).gid(gid)) === undefined) {
    throw new Error(`no group ${gid} on this system`);
  }
  using state = new State(directory, '');
  if (!state.groups.add(name, gid)) throw new Error(`there is a group or a user ${name}`);
  console.log(`added ${name}`);
}

export function removeGroup(name: string, options: GroupOptions): void {
  using state = new State(options.state, '');
  if (!state.groups.remove(name)) throw new Error(`no group ${name}`);
  console.log(`removed ${name}`);
}

/** Puts all of the accounts into the group or takes them out, or none if one of them is missing. */
export function setMembers(group: string, users: readonly string[], isMember: boolean, options: GroupOptions): void {
  using state = new State(options.state, '');
  const found = state.groups.find(group);
  if (found === undefined) throw new Error(`no group ${group}`);
  const accounts = users.map((user) => {
    const account = state.table.find(user);
    if (account === undefined) throw new Error(`no user ${user}`);
    return account;
  });
  for (const { rid, name } of accounts) {
    state.groups.setMember(found.rid, rid, isMember);
    console.log(`${name} ${isMember ? 'is in' : 'is not in'} ${found.name}`);
  }
}

export function listGroups(options: GroupOptions): void {
  using state = new State(options.state, '');
  for (const { rid, name } of state.groups.all()) {
    console.log([`${name}:`, ...state.groups.members(rid)].join(' '));
  }
}
