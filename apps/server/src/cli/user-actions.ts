import { readFileSync } from 'node:fs';
import { ntHash } from '@tsmbd/ntlm-auth';
import { nameService } from '@tsmbd/vfs-adapter';
import { UnixUsers } from '../identity/unix-users.ts';
import type { AccountUnix } from '../state/account-table.ts';
import { parseAccounts } from '../state/import-accounts.ts';
import { State } from '../state/state.ts';
import { checkUserName } from '../user-name.ts';
import { readAll, readNewPassword } from './password.ts';

/** Options of `tsmbd user …`. */
export interface UserOptions {
  readonly state: string;
  readonly password?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly group?: readonly string[];
}

export async function addUser(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  checkUserName(name);
  const exists = `${name} exists; "tsmbd user passwd ${name}" changes the password`;
  // Checked before the password is asked for, and again afterwards: another process may have added
  // the account meanwhile.
  if (state.find(name) !== undefined) throw new Error(exists);
  const unix = await unixOf(name, options);
  if (state.groups.find(name) !== undefined) throw new Error(`${name} is a group`);
  if (!state.table.add({ name, ntHash: ntHash(await passwordOf(name, options)) })) throw new Error(exists);
  state.table.setUnix(name, unix);
  console.log(`added ${name}`);
}

export async function changePassword(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  if (state.find(name) === undefined) throw new Error(`no user ${name}`);
  if (!state.table.setPassword(name, ntHash(await passwordOf(name, options)))) throw new Error(`no user ${name}`);
  console.log(`changed the password of ${name}`);
}

/** Says which user of the system an account is. What is not given is as for a new account. */
export async function setUser(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  if (!state.table.setUnix(name, await unixOf(name, options))) throw new Error(`no user ${name}`);
  console.log(`changed ${name}`);
}

export function removeUser(name: string, options: UserOptions): void {
  using state = new State(options.state, '');
  if (!state.table.remove(name)) throw new Error(`no user ${name}`);
  console.log(`removed ${name}`);
}

/** Lets the account log on, or not. The account is kept. */
export function disableUser(name: string, disabled: boolean, options: UserOptions): void {
  using state = new State(options.state, '');
  if (!state.table.setDisabled(name, disabled)) throw new Error(`no user ${name}`);
  console.log(`${disabled ? 'disabled' : 'enabled'} ${name}`);
}

export function listUsers(options: UserOptions): void {
  using state = new State(options.state, '');
  for (const { name, disabled } of state.table.all()) console.log(disabled ? `${name} (disabled)` : name);
}

/** Imports all accounts of a file, or none if a line is wrong. */
export async function importUsers(file: string | undefined, options: UserOptions): Promise<void> {
  const text = file === undefined || file === '-' ? await readAll(process.stdin) : readFileSync(file, 'utf8');
  const accounts = parseAccounts(text);
  for (const { name } of accounts) checkUserName(name);
  using state = new State(options.state, '');
  state.table.setAll(accounts);
  const disabled = accounts.filter((account) => account.disabled).length;
  console.log(`imported ${accounts.length} accounts${disabled === 0 ? '' : `, ${disabled} of them disabled`}`);
}

/**
 * The user and the groups of the system that the options name. They are kept as they are written,
 * so that they are right on the day of a logon; but there must be such a user and such groups now.
 */
async function unixOf(account: string, { uid, gid, group = [] }: UserOptions): Promise<AccountUnix> {
  const users = new UnixUsers(nameService());
  for (const name of [...(gid === undefined ? [] : [gid]), ...group]) {
    if ((await users.gid(name)) === undefined) throw new Error(`no group ${name} on this system`);
  }
  if (uid !== undefined) {
    const known = await users.user(uid);
    if (known === undefined && !/^\d+$/.test(uid)) throw new Error(`no user ${uid} on this system`);
    if (known === undefined && gid === undefined) {
      throw new Error(
        `no user of this system has the number ${uid}: --gid says which group the files of ${account} get`,
      );
    }
  }
  return { unixUser: uid, unixGroup: gid, unixGroups: group };
}

async function passwordOf(name: string, options: UserOptions): Promise<string> {
  if (options.password === undefined) return readNewPassword(name);
  console.error('warning: a password on the command line can be read by every user of this machine');
  return options.password;
}
