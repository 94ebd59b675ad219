import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exploreMachines, replayMachine } from './machine/explore.ts';
import type { MachineStep } from './machine/machine-run.ts';
import { scriptFrom, scriptText } from './script.ts';

/** `node tools/simulate/src/main.ts`: looks for an interleaving of clients that breaks a rule, or plays one again. */
const program = new Command('simulate')
  .description('random interleavings of clients, held against the rules of [MS-SMB2] and [MS-FSA] after every step')
  .option('--machine', 'the file state machine alone (packages/oplock-lease)')
  .option('--seed <n>', 'the first schedule', '1')
  .option('--schedules <n>', 'how many', '100000')
  .option('--minutes <n>', 'or how long')
  .option('--replay <file>', 'play a printed script again instead')
  .parse();
const options = program.opts<{ machine?: true; seed: string; schedules: string; minutes?: string; replay?: string }>();

if (options.replay !== undefined) {
  const message = replayMachine(scriptFrom(readFileSync(options.replay, 'utf8')) as MachineStep[]);
  console.log(message ?? 'everything held');
  if (message !== undefined) process.exitCode = 1;
} else {
  const started = performance.now();
  const until = options.minutes === undefined ? Number.POSITIVE_INFINITY : started + Number(options.minutes) * 60_000;
  const limit = options.minutes === undefined ? Number(options.schedules) : Number.POSITIVE_INFINITY;
  const found = await exploreMachines(Number(options.seed), (done) => done < limit && performance.now() < until);
  if (typeof found === 'number') {
    const minutes = (performance.now() - started) / 60_000;
    console.log(`${found} schedules, ${Math.round(found / minutes)} a minute: everything held`);
  } else {
    console.log(`# seed ${found.seed}: ${found.message}\n${scriptText(found.script)}`);
    process.exitCode = 1;
  }
}
