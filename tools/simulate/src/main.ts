import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { exploreEngines, replayEngine } from './engine/explore.ts';
import { posixBackend } from './engine/posix-backend.ts';
import type { EngineStep } from './engine/steps.ts';
import type { WorldSettings } from './engine/world.ts';
import { exploreMachines, type MakeMachine, replayMachine } from './machine/explore.ts';
import type { MachineStep } from './machine/machine-run.ts';
import { scriptFrom, scriptText } from './script.ts';

/** What a module for `--sabotage` exports. */
interface Sabotage {
  readonly engine?: WorldSettings;
  readonly machine?: MakeMachine;
}

/**
 * `node tools/simulate/src/main.ts`: looks for an interleaving of clients that breaks a rule, or
 * plays a recorded one again.
 */
const program = new Command('simulate')
  .description('random interleavings of clients, held against the rules of [MS-SMB2] and [MS-FSA] after every step')
  .option('--machine', 'the file state machine alone (packages/oplock-lease)')
  .option('--engine', 'the whole engine over in-memory transports (packages/smb2-server)')
  .option('--workers <n>', 'how many workers --engine has', '1')
  .option('--deaths', 'the workers of --engine die now and then')
  .option('--backend <memory|posix>', 'what is behind the share of --engine', 'memory')
  .option('--seed <n>', 'the first schedule', '1')
  .option('--schedules <n>', 'how many', '100000')
  .option('--minutes <n>', 'or how long')
  .option('--replay <file>', 'play a printed script again instead')
  .option('--sabotage <module>', 'exports `engine` settings and `machine`, in which something is wrong on purpose')
  .parse();
const options = program.opts<{
  machine?: true;
  engine?: true;
  workers: string;
  deaths?: true;
  backend: string;
  seed: string;
  schedules: string;
  minutes?: string;
  replay?: string;
  sabotage?: string;
}>();
if ((options.machine === true) === (options.engine === true)) program.error('one of --machine and --engine');

if (options.backend !== 'memory' && options.backend !== 'posix') program.error('memory or posix');
const { engine: broken, machine }: Sabotage =
  options.sabotage === undefined ? {} : await import(pathToFileURL(resolve(options.sabotage)).href);
const engine: WorldSettings = {
  ...broken,
  ...(options.backend === 'posix' ? { backend: posixBackend } : {}),
  ...(options.workers === '1' ? {} : { workers: Number(options.workers) }),
};

if (options.replay !== undefined) {
  const script = scriptFrom(readFileSync(options.replay, 'utf8'));
  const message = options.machine
    ? replayMachine(script as MachineStep[], machine)
    : await replayEngine(script as EngineStep[], engine);
  console.log(message ?? 'everything held');
  if (message !== undefined) process.exitCode = 1;
} else {
  const started = performance.now();
  const until = options.minutes === undefined ? Number.POSITIVE_INFINITY : started + Number(options.minutes) * 60_000;
  const limit = options.minutes === undefined ? Number(options.schedules) : Number.POSITIVE_INFINITY;
  const more = (done: number): boolean => done < limit && performance.now() < until;
  const seed = Number(options.seed);
  const found = await (options.machine
    ? exploreMachines(seed, more, machine)
    : exploreEngines(seed, more, engine, options.deaths));
  if (typeof found === 'number') {
    const minutes = (performance.now() - started) / 60_000;
    console.log(`${found} schedules, ${Math.round(found / minutes)} a minute: everything held`);
  } else {
    console.log(`# seed ${found.seed}: ${found.message}\n${scriptText(found.script)}`);
    process.exitCode = 1;
  }
}
