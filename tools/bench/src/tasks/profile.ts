import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseMeant } from '../cases/find.ts';
import { Clients } from '../client/process.ts';
import type { Window } from '../client/protocol.ts';
import { heading, number, row } from '../format.ts';
import type { Options } from '../options.ts';
import {
  type Cost,
  type CpuProfile,
  callTree,
  costsByFunction,
  costsByPackage,
  type Frame,
  together,
  totalOf,
} from '../profile/cpu-profile.ts';
import { sample, windowOf } from '../sample.ts';
import { machineLine, Scene } from '../scene.ts';
import { targetOf } from '../servers/start.ts';
import { flameGraph } from '../svg/flame-graph.ts';

/** Microseconds between two samples of the profile. */
const INTERVAL_US = 200;
/** Functions that are listed. */
const LISTED = 10;
/** V8 compiles the hot functions while the case runs for the first time. */
const WARM_UP_S = 2;

/**
 * Runs one case with one client on a tsmbd under V8's profiler. Prints what it spent its time in;
 * draws the flame graph if a file is named.
 */
export async function profile(options: Options, wanted: string): Promise<void> {
  const job = caseMeant(wanted);
  const spec = options.servers.find(({ kind }) => kind === 'tsmbd');
  if (spec === undefined) throw new Error('only tsmbd can be profiled: name it in --servers');
  const mode = options.modes[0]!;
  const nodeArguments = (work: string): string[] => [
    '--cpu-prof',
    `--cpu-prof-dir=${work}`,
    `--cpu-prof-interval=${INTERVAL_US}`,
  ];
  await using scene = await Scene.make([spec], options, { writers: 1 }, { nodeArguments });
  const server = scene.servers[0]!;
  let window: Window;
  {
    await using clients = await Clients.start(job, targetOf(server, mode), 1);
    await clients.prepare();
    window = windowOf({ seconds: options.seconds, warmUp: Math.max(WARM_UP_S, options.warmUp) });
    const { rate, cpuUs } = await sample(clients, server.pid, window);
    console.log(`${machineLine(scene.machine)}\n`);
    console.log(
      `${job.name}, ${mode}, ${spec.name}: ${number(rate)} ${job.unit}/s and ${number(cpuUs)} µs of processor time ` +
        `for one ${job.unit}, under the profiler`,
    );
  }
  // Node writes the profiles when it ends.
  await server[Symbol.asyncDispose]();
  const root = together('all threads', threadsOf(scene.work, window));
  report(root, options.seconds);
  if (options.svg !== undefined) writeFileSync(options.svg, flameGraph(`${job.name}, ${mode}, ${spec.name}`, root));
}

/** The call trees of the main thread and of the workers that did something in the window. */
function threadsOf(folder: string, { startAt, endAt }: Window): Frame[] {
  return readdirSync(folder)
    .flatMap((name) => {
      // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile
      const thread = /^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/.exec(name)?.[1];
      return thread === undefined ? [] : [{ name, thread: Number(thread) }];
    })
    .sort((a, b) => a.thread - b.thread)
    .map(({ name, thread }) => {
      const read = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
      return callTree(thread === 0 ? 'main thread' : `worker ${thread}`, read, startAt * 1000, endAt * 1000);
    })
    .filter((thread) => totalOf(thread) > 0);
}

function report(root: Frame, seconds: number): void {
  const whole = totalOf(root);
  for (const thread of root.children.values()) {
    console.log(`${thread.name}: at work ${((totalOf(thread) / (seconds * 1e6)) * 100).toFixed(0)} % of the time`);
  }
  const print = (title: string, costs: readonly Cost[]): void => {
    console.log(`\n${heading([title, 'self time', 'share'], 1)}`);
    for (const { name, self } of costs) {
      console.log(row([name, `${number(self / 1000)} ms`, `${((self / whole) * 100).toFixed(1)} %`]));
    }
  };
  print('function', costsByFunction(root).slice(0, LISTED));
  print('package', costsByPackage(root));
}
