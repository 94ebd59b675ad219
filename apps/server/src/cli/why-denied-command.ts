import type { DenialAnswer } from '@tsmbd/smb2-server';
import type { Command } from 'commander';
import type { ControlRequest } from '../control/protocol.ts';
import { ACCESS_WORDS, formatDenials, parseAccess, USUAL_WISHES } from './denial-format.ts';

interface Options {
  readonly state: string;
  readonly json?: boolean;
  readonly from?: string;
}

/**
 * `tsmbd why-denied`.
 *
 * @param command makes a command that speaks to the daemon
 * @param ask asks the daemon
 */
export function whyDeniedCommand(
  command: (name: string, description: string) => Command,
  ask: (options: Options, request: ControlRequest) => Promise<unknown>,
): Command {
  return command('why-denied', 'say which rule denies a user something, and what would change it')
    .argument('<user>', 'an account, or guest')
    .argument('<share>')
    .argument('<path>', 'below the share, such as letters/a.txt; . for the share itself')
    .argument('[access]', `${ACCESS_WORDS.join(', ')}, or names or numbers of [MS-SMB2] 2.2.13.1, with + between`)
    .option('--from <address>', 'the address of the client, so that lists of hosts are asked too')
    .option('--json', 'as JSON')
    .action(async (user: string, share: string, path: string, wanted: string | undefined, options: Options) => {
      const below = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
      const question = { user, share, path: below.join('\\'), address: options.from };
      const answers: DenialAnswer[] = [];
      // Without a wish, the first of the usual ones that is denied is explained.
      for (const access of wanted === undefined ? USUAL_WISHES : [parseAccess(wanted)]) {
        answers.push((await ask(options, { command: 'why-denied', ...question, access })) as DenialAnswer);
        if (answers.at(-1)!.rule !== undefined) break;
      }
      console.log(options.json === true ? JSON.stringify(answers.at(-1), null, 2) : formatDenials(answers));
    });
}
