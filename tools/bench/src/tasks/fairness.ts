import { writeFileSync } from 'node:fs';
import { CASES } from '../cases/cases.ts';
import type { Mode } from '../cases/job.ts';
import { NEIGHBOURS, type Neighbour } from '../cases/neighbours.ts';
import { Clients } from '../client/process.ts';
import { duration, heading, number, row } from '../format.ts';
import { type HistogramData, merged } from '../histogram.ts';
import type { Options } from '../options.ts';
import { windowOf } from '../sample.ts';
import { machineLine, Scene } from '../scene.ts';
import { type BenchServer, targetOf } from '../servers/start.ts';

/** The client that must not wait: 4 KiB at a time, one read after the other. */
const READER = CASES.find(({ name }) => name === 'random read, 4 KiB, depth 1')!;

const ALONE = 'nobody';

/** What the small reader saw beside one neighbour. */
interface Waits {
  readonly neighbour: string;
  readonly server: string;
  /** Of all rounds together. */
  readonly latency: HistogramData;
  /** Units that the neighbour got done in a second, in each round. */
  readonly neighbourRates: readonly number[];
  readonly unit: string;
}

/** Prints how long one small reader waits alone, and beside each of the neighbours. */
export async function fairness(options: Options): Promise<void> {
  // The floor program has neither folders nor compounds.
  const servers = options.servers.filter(({ kind }) => kind !== 'floor');
  await using scene = await Scene.make(servers, options, { writers: 0, crowded: true });
  console.log(`${machineLine(scene.machine)}; ${options.rounds} rounds of ${options.seconds} s\n`);
  console.log(heading(['beside', 'mode', 'server', 'p50', 'p99', 'max', 'p50 / alone', 'the neighbour does'], 3));
  const all: (Waits & { mode: Mode })[] = [];
  for (const mode of options.modes) {
    const alone = new Map<string, number>();
    const neighbours = NEIGHBOURS.filter(({ job }) => options.match.test(job.name));
    for (const neighbour of [undefined, ...neighbours]) {
      for (const waits of await measure(scene, neighbour, mode, options)) {
        const latency = merged([waits.latency]);
        const median = latency.percentile(50);
        if (neighbour === undefined) alone.set(waits.server, median);
        const rate = waits.neighbourRates.reduce((sum, value) => sum + value, 0) / waits.neighbourRates.length;
        console.log(
          row([
            waits.neighbour,
            mode,
            waits.server,
            ...[median, latency.percentile(99), latency.maxMs].map(duration),
            (median / alone.get(waits.server)!).toFixed(2),
            neighbour === undefined ? '' : `${number(rate)} ${waits.unit}/s`,
          ]),
        );
        all.push({ ...waits, mode });
      }
    }
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ machine: scene.machine, waits: all }, null, 1)}\n`);
  }
}

/** All servers, in turn, beside one neighbour. */
async function measure(scene: Scene, neighbour: Neighbour | undefined, mode: Mode, options: Options): Promise<Waits[]> {
  await using stack = new AsyncDisposableStack();
  const parts = new Map<BenchServer, { readers: Clients; others: Clients | undefined }>();
  for (const server of scene.servers) {
    const target = targetOf(server, mode);
    const readers = stack.use(await Clients.start(READER, target, 1));
    const others = neighbour && stack.use(await Clients.start(neighbour.job, target, neighbour.clients));
    parts.set(server, { readers, others });
  }
  const latencies = new Map<BenchServer, HistogramData[]>(scene.servers.map((server) => [server, []]));
  const rates = new Map<BenchServer, number[]>(scene.servers.map((server) => [server, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const server of scene.inTurn(round)) {
      const { readers, others } = parts.get(server)!;
      const window = windowOf(options);
      const [own, foreign] = await Promise.all([readers.round(window), others?.round(window)]);
      latencies.get(server)!.push(...own.map(({ latency }) => latency));
      if (foreign === undefined) continue;
      rates.get(server)!.push(foreign.reduce((sum, { units }) => sum + units, 0) / options.seconds);
    }
  }
  return scene.servers.map((server) => ({
    neighbour: neighbour?.job.name ?? ALONE,
    server: server.spec.name,
    latency: merged(latencies.get(server)!).toJSON(),
    neighbourRates: rates.get(server)!,
    unit: neighbour?.job.unit ?? '',
  }));
}
