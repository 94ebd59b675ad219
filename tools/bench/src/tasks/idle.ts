import { writeFileSync } from 'node:fs';
import { crowd } from '../cases/crowd.ts';
import { Clients } from '../client/process.ts';
import { duration, heading, mebibytes, number, row } from '../format.ts';
import { type HistogramData, merged } from '../histogram.ts';
import type { Options } from '../options.ts';
import { memoryOf } from '../process-usage.ts';
import { windowOf } from '../sample.ts';
import { machineLine, Scene } from '../scene.ts';
import { targetOf } from '../servers/start.ts';

/** Connections of one client process. */
const IN_A_PROCESS = 250;
/** After this long, what logging on has left behind is gone, as far as it goes. */
const SETTLE_MS = 3000;

interface Crowd {
  readonly server: string;
  /** Bytes above the server without connections. */
  readonly memory: number;
  /** Reads a second of all connections together. */
  readonly rate: number;
  readonly latency: HistogramData;
}

/**
 * Prints how much memory idle connections cost, and how long they wait when all of them read at
 * once. A connection that the server drops fails the run.
 */
export async function idle(options: Options, connections: number): Promise<void> {
  const servers = options.servers.filter(({ kind }) => kind !== 'floor');
  const processes = Math.ceil(connections / IN_A_PROCESS);
  const each = Math.ceil(connections / processes);
  // Some more, for what is still closing.
  await using scene = await Scene.make(servers, options, { writers: 0 }, { connections: processes * each + 100 });
  console.log(`${machineLine(scene.machine)}; ${processes * each} connections of ${processes} clients\n`);
  const names = ['server', 'mode', 'memory', 'a connection', 'reads/s', 'p50', 'p99', 'max', 'max / p50'];
  console.log(heading(names, 2));
  const all: (Crowd & { mode: string })[] = [];
  for (const mode of options.modes) {
    for (const server of scene.servers) {
      const empty = memoryOf(server.pid);
      await using clients = await Clients.start(crowd(each), targetOf(server, mode), processes, each + 100);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const memory = memoryOf(server.pid) - empty;
      const measured = { server: server.spec.name, memory, ...(await work(clients, options)) };
      const latency = merged([measured.latency]);
      const median = latency.percentile(50);
      console.log(
        row([
          server.spec.name,
          mode,
          mebibytes(measured.memory),
          `${number(measured.memory / (processes * each) / 1024)} KiB`,
          number(measured.rate),
          ...[median, latency.percentile(99), latency.maxMs].map(duration),
          (latency.maxMs / median).toFixed(1),
        ]),
      );
      all.push({ ...measured, mode });
    }
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ machine: scene.machine, connections, crowds: all }, null, 1)}\n`);
  }
}

/** All connections read at once, in each of the rounds. */
async function work(clients: Clients, options: Options): Promise<Pick<Crowd, 'rate' | 'latency'>> {
  await clients.prepare();
  const latencies: HistogramData[] = [];
  let units = 0;
  for (let round = 0; round < options.rounds; round++) {
    for (const result of await clients.round(windowOf(options))) {
      latencies.push(result.latency);
      units += result.units;
    }
  }
  return { rate: units / options.rounds / options.seconds, latency: merged(latencies).toJSON() };
}
