import { readFileSync } from 'node:fs';
import { ntHash } from '@tsmbd/ntlm-auth';
import { parseAccounts } from '../state/import-accounts.ts';
import { State } from '../state/state.ts';
import { checkUserName } from '../user-name.ts';
import { readAll, readNewPassword } from './password.ts';

/** Options of `tsmbd user …`. */
export interface UserOptions {
  readonly state: string;
  readonly password?: string;
}

export async function addUser(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  checkUserName(name);
  const exists = `${name} exists; "tsmbd user passwd ${name}" changes the password`;
  // Checked before the password is asked for, and again afterwards: another process may have added
  // the account meanwhile.
  if (state.find(name) !== undefined) throw new Error(exists);
  if (!state.table.add({ name, ntHash: ntHash(await passwordOf(name, options)) })) throw new Error(exists);
  console.log(`added ${name}`);
}

export async function changePassword(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  if (state.find(name) === undefined) throw new Error(`no user ${name}`);
  if (!state.table.setPassword(name, ntHash(await passwordOf(name, options)))) throw new Error(`no user ${name}`);
  console.log(`changed the password of ${name}`);
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

async function passwordOf(name: string, options: UserOptions): Promise<string> {
  if (options.password === undefined) return readNewPassword(name);
  console.error('warning: a password on the command line can be read by every user of this machine');
  return options.password;
}
