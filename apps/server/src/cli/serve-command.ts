import { Command, Option } from 'commander';
import { DEFAULT_PORT } from './default-port.ts';
import type { ServeCommandOptions } from './run-serve.ts';

/** `tsmbd serve`: the daemon. Without a configuration file it shares a folder for one user. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('share folders until stopped')
    .option(
      '--config <file>',
      'smb.conf: shares and users are what it says; --port, --host, --state, --lenient and --log-level go with it',
    )
    .option('--share <name=path>', 'share a folder; may be given again', collect, [])
    .option('--user <name>', 'user of the shares (default: the one who runs this)')
    .option('--password <password>', 'the password (visible to other users; default: the one kept, or a new one)')
    .option('--port <port>', `TCP port (default: ${DEFAULT_PORT}, or what the configuration says)`)
    .option('--host <address>', 'address to listen on (default: all)')
    .option('--read-only', 'clients cannot change anything')
    .option('--lenient', 'pass over parameters that are not known; what would let somebody in stays refused')
    .option('--guest', 'no user and password needed')
    .option('--state <dir>', 'state directory')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(async (options: ServeCommandOptions) => {
      const { runServe } = await import('./run-serve.ts');
      await runServe(options);
    });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
