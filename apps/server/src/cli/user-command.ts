import { Command } from 'commander';
import { defaultStateDirectory } from '../state/state-directory.ts';
import type { UserOptions } from './user-actions.ts';

/**
 * `tsmbd user add|passwd|set|disable|enable|remove|list|import`: accounts. A running daemon sees
 * changes at the next logon.
 */
export function userCommand(): Command {
  const command = new Command('user').description('manage accounts');
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).option('--state <dir>', 'state directory', defaultStateDirectory());
  const actions = () => import('./user-actions.ts');
  const password = ['--password <password>', 'the password (visible to other users of this machine)'] as const;

  const unix = (made: Command): Command =>
    made
      .option(
        '--uid <user>',
        'the user of the system that the account is, by name or number (default: that of its name)',
      )
      .option('--gid <group>', 'its primary group, by name or number (default: that of the user)')
      .option('--group <group...>', 'further groups of the system');
  unix(sub('add <name>', 'add an account; the password is asked, or read from standard input'))
    .option(...password)
    .action(async (name: string, options: UserOptions) => (await actions()).addUser(name, options));
  sub('passwd <name>', "change an account's password")
    .option(...password)
    .action(async (name: string, options: UserOptions) => (await actions()).changePassword(name, options));
  unix(sub('set <name>', 'say which user of the system an account is')).action(
    async (name: string, options: UserOptions) => (await actions()).setUser(name, options),
  );
  sub('remove <name>', 'remove an account').action(async (name: string, options: UserOptions) =>
    (await actions()).removeUser(name, options),
  );
  for (const [word, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    const description = disabled ? 'keep an account, but let nobody log on with it' : 'let it log on again';
    sub(`${word} <name>`, description).action(async (name: string, options: UserOptions) =>
      (await actions()).disableUser(name, disabled, options),
    );
  }
  sub('list', 'list the accounts').action(async (options: UserOptions) => (await actions()).listUsers(options));
  sub(
    'import [file]',
    'take accounts from ksmbdpwd.db or the output of "pdbedit -w" (- or nothing: standard input)',
  ).action(async (file: string | undefined, options: UserOptions) => (await actions()).importUsers(file, options));
  return command;
}
