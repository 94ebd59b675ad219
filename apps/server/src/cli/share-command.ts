import { Command } from 'commander';
import type { ControlRequest } from '../control/protocol.ts';

interface Options {
  readonly state: string;
  readonly json?: boolean;
}

/**
 * `tsmbd share list|acl`.
 *
 * @param command makes a command that speaks to the daemon
 * @param ask asks the daemon
 */
export function shareCommand(
  command: (name: string, description: string) => Command,
  ask: (options: Options, request: ControlRequest) => Promise<unknown>,
): Command {
  const share = new Command('share').description('look at the shares');
  share.addCommand(
    command('list', 'list the shares that are served')
      .option('--json', 'as JSON')
      .action(async (options: Options) => {
        const shares = (await ask(options, { command: 'shares' })) as { name: string; path: string; comment: string }[];
        if (options.json === true) console.log(JSON.stringify(shares, null, 2));
        else for (const s of shares) console.log([s.name, s.path, s.comment].join('\t'));
      }),
  );

  share.addCommand(
    command('acl', 'show, set or remove who may connect to a share, beside its lists of users')
      .argument('<share>')
      .argument('[sddl]', 'such as D:(A;;FA;;;S-1-5-32-544)(A;;FR;;;AU), or show, or remove')
      .action(async (name: string, sddl: string | undefined, options: Options) =>
        (await import('./share-acl.ts')).shareAcl(name, sddl, options.state),
      ),
  );
  return share;
}
