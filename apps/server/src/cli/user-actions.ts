import { readFileSync } from 'node:fs';
import { ntHash } from '@tsmbd/ntlm-auth';
import { parseAccounts } from '../state/import-accounts.ts';
import { State } from '../state/state.ts';
import { readAll, readNewPassword } from './password.ts';

/** Options of `tsmbd user …`. */
export interface UserOptions {
  readonly state: string;
  readonly password?: string;
}

export async function addUser(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  checkUserName(name);
  if (state.find(name) !== undefined) {
    throw new Error(`${name} exists; "tsmbd user passwd ${name}" changes the password`);
  }
  state.setAccount(name, ntHash(await passwordOf(name, options)));
  console.log(`added ${name}`);
}

export async function changePassword(name: string, options: UserOptions): Promise<void> {
  using state = new State(options.state, '');
  if (state.find(name) === undefined) throw new Error(`no user ${name}`);
  state.setAccount(name, ntHash(await passwordOf(name, options)));
  console.log(`changed the password of ${name}`);
}

export function removeUser(name: string, options: UserOptions): void {
  using state = new State(options.state, '');
  if (!state.removeAccount(name)) throw new Error(`no user ${name}`);
  console.log(`removed ${name}`);
}

export function listUsers(options: UserOptions): void {
  using state = new State(options.state, '');
  for (const name of state.accountNames()) console.log(name);
}

/** Takes all accounts of a file, or none when a line is wrong. */
export async function importUsers(file: string | undefined, options: UserOptions): Promise<void> {
  const text = file === undefined || file === '-' ? await readAll(process.stdin) : readFileSync(file, 'utf8');
  const accounts = parseAccounts(text);
  for (const { name } of accounts) checkUserName(name);
  using state = new State(options.state, '');
  for (const account of accounts) state.setAccount(account.name, account.ntHash);
  console.log(`imported ${accounts.length} accounts`);
}

async function passwordOf(name: string, options: UserOptions): Promise<string> {
  if (options.password === undefined) return readNewPassword(name);
  console.error('warning: a password on the command line can be read by every user of this machine');
  return options.password;
}

/** Throws at what Windows does not let a user be called: control characters and a few others. */
export function checkUserName(name: string): void {
  const fine = name !== '' && name.length <= 64 && [...name].every((c) => c >= ' ' && !'"/\\[]:;|=,+*?<>'.includes(c));
  if (!fine) throw new Error(`not a user name: ${name}`);
}
