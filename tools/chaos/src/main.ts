import { Command } from 'commander';
import { chaos } from './run.ts';

/**
 * `node tools/chaos/src/main.ts`: kills the daemon of this tree with SIGKILL while clients have
 * persistent files open.
 */
const program = new Command('chaos')
  .description('kill the daemon again and again while clients hold files, and see that nothing is lost')
  .option('--kills <n>', 'how often', '50')
  .option('--seed <n>', 'for the same operations again; what a kill falls into is up to the clock', '1')
  .option('--clients <n>', 'with a file each', '6')
  .option('--workers <n>', 'worker threads of the daemon', 'auto')
  .option('--victim <daemon|worker>', 'what is killed: the process, or one of its worker threads', 'daemon')
  .option('--port <n>', 'of 127.0.0.1; a free one without')
  .parse();
const options = program.opts<{
  kills: string;
  seed: string;
  clients: string;
  port?: string;
  workers: string;
  victim: string;
}>();
const victim = options.victim === 'worker' ? 'worker' : 'daemon';
if (options.victim !== victim) program.error('daemon or worker');

const report = await chaos({
  kills: Number(options.kills),
  seed: Number(options.seed),
  clients: Number(options.clients),
  workers: options.workers,
  victim,
  port: options.port === undefined ? undefined : Number(options.port),
  onProgress: (kills) => console.error(`${kills} kills`),
});
console.log(JSON.stringify(report, undefined, 2));
process.exit(report.findings.length > 0 ? 1 : 0);
