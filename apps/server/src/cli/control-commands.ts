import type { LoopStatus, OpenExplanation, ServerStatus } from '@tsmbd/smb2-server';
import { Command } from 'commander';
import { COMPONENTS } from '../components.ts';
import type { ControlRequest } from '../control/protocol.ts';
import { controlSocketOf, defaultStateDirectory } from '../state/state-directory.ts';
import { formatLoops } from './loop-format.ts';
import { shareCommand } from './share-command.ts';
import { filterStatus, formatExplanation, formatStatus, type StatusFilter } from './status-format.ts';
import { whyDeniedCommand } from './why-denied-command.ts';

interface Options {
  readonly state: string;
  readonly json?: boolean;
}

/** Commands that speak to a running daemon over its control socket. */
export function controlCommands(): Command[] {
  const ask = async (options: Options, request: ControlRequest): Promise<unknown> => {
    const { askDaemon } = await import('../control/control-client.ts');
    return askDaemon(controlSocketOf(options.state), request);
  };
  const command = (name: string, description: string): Command =>
    new Command(name).description(description).option('--state <dir>', 'state directory', defaultStateDirectory());

  const status = command('status', 'show sessions, trees and opens, with what they cache and lock')
    .option('--json', 'as JSON')
    .option('--opens', 'only what is open, and no sessions without')
    .option('--leases', 'only opens that cache something, by oplock or lease; with the others: these too')
    .option('--locks', 'only opens that have locked bytes; with the others: these too')
    .option('--loop', 'how long the turns of the event loop take, and what the longest one was used for')
    .action(async (options: Options & StatusFilter & { readonly loop?: boolean }) => {
      if (options.loop === true) {
        const loops = (await ask(options, { command: 'loop' })) as LoopStatus[];
        console.log(options.json === true ? JSON.stringify(loops, null, 2) : formatLoops(loops));
        return;
      }
      const status = (await ask(options, { command: 'status' })) as ServerStatus;
      console.log(
        options.json === true ? JSON.stringify(filterStatus(status, options), null, 2) : formatStatus(status, options),
      );
    });

  const explain = command('explain-open', 'say who has a file open, and what a new open of it would break')
    .argument('<path>', 'share and path, such as docs/letters/a.txt')
    .option('--json', 'as JSON')
    .action(async (name: string, options: Options) => {
      const [share = '', ...path] = name.split(/[\\/]+/).filter((part) => part !== '');
      const result = await ask(options, { command: 'explain-open', share, path: path.join('\\') });
      console.log(
        options.json === true ? JSON.stringify(result, null, 2) : formatExplanation(result as OpenExplanation),
      );
    });

  const reload = command('reload', 'read the configuration again; sessions stay').action(async (options: Options) => {
    for (const line of (await ask(options, { command: 'reload' })) as string[]) console.log(line);
  });
  const shutdown = command('shutdown', 'end the daemon').action(async (options: Options) => {
    await ask(options, { command: 'shutdown' });
  });
  const debug = command('debug', `switch the debug lines of a component: ${COMPONENTS.join(', ')}`)
    .argument('<component>')
    .action(async (component: string, options: Options) => {
      console.log(await ask(options, { command: 'debug', component }));
    });
  const killWorker = command('kill-worker', 'end a worker thread as a fault would, for tests')
    .argument('<number>')
    .action(async (worker: string, options: Options) => {
      await ask(options, { command: 'kill-worker', worker: Number(worker) });
    });
  return [
    status,
    shareCommand(command, ask),
    explain,
    whyDeniedCommand(command, ask),
    reload,
    shutdown,
    debug,
    killWorker,
  ];
}
