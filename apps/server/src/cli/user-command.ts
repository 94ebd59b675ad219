import { readFileSync } from 'node:fs';
import { ntHash } from '@tsmbd/ntlm-auth';
import { Command } from 'commander';
import { parseAccounts } from '../state/import-accounts.ts';
import { State } from '../state/state.ts';
import { defaultStateDirectory } from '../state/state-directory.ts';
import { readAll, readNewPassword } from './password.ts';

interface Options {
  readonly state: string;
  readonly password?: string;
}

/** `tsmbd user add|passwd|remove|list|import`: accounts. A running daemon sees changes at the next logon. */
export function userCommand(): Command {
  const command = new Command('user').description('manage accounts');
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).option('--state <dir>', 'state directory', defaultStateDirectory());

  sub('add <name>', 'add an account; the password is asked, or read from standard input')
    .option('--password <password>', 'the password (visible to other users of this machine)')
    .action(async (name: string, options: Options) => {
      using state = new State(options.state, '');
      if (!isUserName(name)) throw new Error(`not a user name: ${name}`);
      if (state.find(name) !== undefined)
        throw new Error(`${name} exists; "tsmbd user passwd ${name}" changes the password`);
      state.setAccount(name, ntHash(await passwordOf(name, options)));
      console.log(`added ${name}`);
    });

  sub('passwd <name>', "change an account's password")
    .option('--password <password>', 'the password (visible to other users of this machine)')
    .action(async (name: string, options: Options) => {
      using state = new State(options.state, '');
      if (state.find(name) === undefined) throw new Error(`no user ${name}`);
      state.setAccount(name, ntHash(await passwordOf(name, options)));
      console.log(`changed the password of ${name}`);
    });

  sub('remove <name>', 'remove an account').action((name: string, options: Options) => {
    using state = new State(options.state, '');
    if (!state.removeAccount(name)) throw new Error(`no user ${name}`);
    console.log(`removed ${name}`);
  });

  sub('list', 'list the accounts').action((options: Options) => {
    using state = new State(options.state, '');
    for (const name of state.accountNames()) console.log(name);
  });

  sub(
    'import [file]',
    'take accounts from ksmbdpwd.db or the output of "pdbedit -w" (- or nothing: standard input)',
  ).action(async (file: string | undefined, options: Options) => {
    const text = file === undefined || file === '-' ? await readAll(process.stdin) : readFileSync(file, 'utf8');
    const accounts = parseAccounts(text);
    using state = new State(options.state, '');
    for (const account of accounts) state.setAccount(account.name, account.ntHash);
    console.log(`imported ${accounts.length} accounts`);
  });
  return command;
}

async function passwordOf(name: string, options: Options): Promise<string> {
  if (options.password === undefined) return readNewPassword(name);
  console.error('warning: a password on the command line can be read by every user of this machine');
  return options.password;
}

/** What Windows lets a user be called: no control character and none of these. */
function isUserName(name: string): boolean {
  if (name === '' || name.length > 64) return false;
  return [...name].every((c) => c >= ' ' && !'"/\\[]:;|=,+*?<>'.includes(c));
}
