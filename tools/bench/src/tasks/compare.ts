import { writeFileSync } from 'node:fs';
import { CASES } from '../cases/cases.ts';
import type { Job, Mode } from '../cases/job.ts';
import { Clients } from '../client/process.ts';
import type { Options } from '../options.ts';
import { columnsOf, latencyHeading, latencyRow, type Result, rateHeading, rateRow } from '../rows.ts';
import { type Sample, sample, windowOf } from '../sample.ts';
import { machineLine, Scene } from '../scene.ts';
import { type BenchServer, targetOf } from '../servers/start.ts';
import { rateCharts } from '../svg/rate-chart.ts';

/** Prints the table of cases; writes JSON and SVG where they are asked for. */
export async function compare(options: Options): Promise<void> {
  const { servers, against, clients, rounds, seconds } = options;
  const columns = columnsOf(servers, against, clients);
  await using scene = await Scene.make(servers, options, { writers: Math.max(...clients) });
  console.log(`${machineLine(scene.machine)}; ${rounds} rounds of ${seconds} s\n`);
  console.log(rateHeading(columns));
  const results: Result[] = [];
  for (const job of CASES.filter(({ name }) => options.match.test(name))) {
    for (const mode of options.modes) {
      for (const count of clients) {
        const result = await measure(scene, job, mode, count, options);
        if (result === undefined) continue;
        results.push(result);
        console.log(rateRow(result, columns));
      }
    }
  }
  console.log(`\n${latencyHeading(columns)}`);
  for (const result of results) console.log(latencyRow(result, columns));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ machine: scene.machine, rounds, seconds, results }, null, 1)}\n`);
  }
  if (options.svg !== undefined) writeFileSync(options.svg, rateCharts(results, columns.servers));
}

/** The samples of all servers, taken in turn. Undefined if no server can do the case. */
async function measure(
  scene: Scene,
  job: Job,
  mode: Mode,
  count: number,
  options: Options,
): Promise<Result | undefined> {
  await using stack = new AsyncDisposableStack();
  const clients = new Map<BenchServer, Clients>();
  const samples = new Map<BenchServer, Sample[]>();
  for (const server of scene.servers) {
    // The floor program neither signs nor seals.
    if (server.spec.kind === 'floor' && (job.onFloor !== true || mode !== 'plain')) continue;
    clients.set(server, stack.use(await Clients.start(job, targetOf(server, mode), count)));
    samples.set(server, []);
  }
  if (clients.size === 0) return undefined;
  // Round -1 is not counted: the server compiles what the case needs, and caches fill.
  for (let round = -1; round < options.rounds; round++) {
    for (const server of scene.inTurn(round + 1)) {
      const group = clients.get(server);
      if (group === undefined) continue;
      await group.prepare();
      const seconds = round < 0 ? options.first : options.seconds;
      const taken = await sample(group, server.pid, windowOf({ ...options, seconds }));
      if (round >= 0) samples.get(server)!.push(taken);
    }
  }
  const byName = Object.fromEntries([...samples].map(([{ spec }, taken]) => [spec.name, taken]));
  return { case: job.name, unit: job.unit, mode, clients: count, samples: byName };
}
