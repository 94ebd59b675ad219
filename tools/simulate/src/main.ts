import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exploreEngines, replayEngine } from './engine/explore.ts';
import type { EngineStep } from './engine/steps.ts';
import { exploreMachines, replayMachine } from './machine/explore.ts';
import type { MachineStep } from './machine/machine-run.ts';
import { scriptFrom, scriptText } from './script.ts';

/** `node tools/simulate/src/main.ts`: looks for an interleaving of clients that breaks a rule, or plays one again. */
const program = new Command('simulate')
  .description('random interleavings of clients, held against the rules of [MS-SMB2] and [MS-FSA] after every step')
  .option('--machine', 'the file state machine alone (packages/oplock-lease)')
  .option('--engine', 'the whole engine over in-memory transports (packages/smb2-server)')
  .option('--seed <n>', 'the first schedule', '1')
  .option('--schedules <n>', 'how many', '100000')
  .option('--minutes <n>', 'or how long')
  .option('--replay <file>', 'play a printed script again instead')
  .parse();
const options = program.opts<{
  machine?: true;
  engine?: true;
  seed: string;
  schedules: string;
  minutes?: string;
  replay?: string;
}>();
if ((options.machine === true) === (options.engine === true)) program.error('one of --machine and --engine');

if (options.replay !== undefined) {
  const script = scriptFrom(readFileSync(options.replay, 'utf8'));
  const message = options.machine ? replayMachine(script as MachineStep[]) : await replayEngine(script as EngineStep[]);
  console.log(message ?? 'everything held');
  if (message !== undefined) process.exitCode = 1;
} else {
  const started = performance.now();
  const until = options.minutes === undefined ? Number.POSITIVE_INFINITY : started + Number(options.minutes) * 60_000;
  const limit = options.minutes === undefined ? Number(options.schedules) : Number.POSITIVE_INFINITY;
  const explore = options.machine ? exploreMachines : exploreEngines;
  const found = await explore(Number(options.seed), (done) => done < limit && performance.now() < until);
  if (typeof found === 'number') {
    const minutes = (performance.now() - started) / 60_000;
    console.log(`${found} schedules, ${Math.round(found / minutes)} a minute: everything held`);
  } else {
    console.log(`# seed ${found.seed}: ${found.message}\n${scriptText(found.script)}`);
    process.exitCode = 1;
  }
}
