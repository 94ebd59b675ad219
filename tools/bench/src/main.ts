import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { CASES, type Case, LISTED, MODES, type Mode, mount } from './cases.ts';
import { usageOf } from './process-usage.ts';
import { type BenchServer, startSmbd, startTsmbd } from './servers.ts';

/**
 * `node tools/bench/src/main.ts`: measures tsmbd and smbd in turn on one folder. Prints medians and
 * ratios as a Markdown table.
 */
const program = new Command('bench')
  .description('tsmbd beside smbd')
  .option('--rounds <n>', 'rounds of each case and server, in turn', '6')
  .option('--match <regex>', 'cases to run', '')
  .option('--modes <list>', 'plain, signed, sealed', MODES.join(','))
  .option('--folder <dir>', 'where the shared folder is made', tmpdir())
  .parse();
const options = program.opts<{ rounds: string; match: string; modes: string; folder: string }>();

interface Sample {
  /** Units per second. */
  readonly rate: number;
  /** Microseconds of the server's processor time per unit. */
  readonly cpuUs: number;
}

const work = mkdtempSync(join(options.folder, 'tsmbd-bench-'));
const share = join(work, 'share');
prepare(share);
{
  await using ours = await startTsmbd(share, work);
  await using theirs = await startSmbd(share, work);
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores; ${options.rounds} rounds; ${process.version}\n`,
  );
  console.log('| case | mode | tsmbd | smbd | rate ratio | tsmbd CPU | smbd CPU | CPU ratio |');
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const c of CASES) {
    if (!new RegExp(options.match).test(c.name)) continue;
    for (const mode of options.modes.split(',') as Mode[]) await compare(c, mode, ours, theirs);
  }
  if (new RegExp(options.match).test('memory for an idle connection')) await compareMemory(ours, theirs);
}
rmSync(work, { recursive: true, force: true });

function prepare(folder: string): void {
  mkdirSync(join(folder, 'many'), { recursive: true });
  mkdirSync(join(folder, 'new'));
  for (let i = 0; i < LISTED; i++) writeFileSync(join(folder, 'many', `file-${i}`), 'x');
  writeFileSync(join(folder, 'big'), Buffer.alloc(256 << 20, 1));
}

async function compare(c: Case, mode: Mode, ours: BenchServer, theirs: BenchServer): Promise<void> {
  const samples = new Map<BenchServer, Sample[]>([
    [ours, []],
    [theirs, []],
  ]);
  const rounds = new Map<BenchServer, Awaited<ReturnType<Case['run']>>>();
  for (const server of [ours, theirs]) {
    const round = await c.run(server.port, mode);
    rounds.set(server, round);
    // One run to warm up, which is not counted.
    await round();
  }
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const server of i % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
      const before = usageOf(server.pid).cpuS;
      const start = performance.now();
      await rounds.get(server)!();
      const seconds = (performance.now() - start) / 1000;
      const cpuS = usageOf(server.pid).cpuS - before;
      samples.get(server)!.push({ rate: c.units / seconds, cpuUs: (cpuS * 1e6) / c.units });
    }
  }
  for (const round of rounds.values()) await round.end?.();
  const [a, b] = [ours, theirs].map((server) => samples.get(server)!);
  const rate = [median(a!.map((s) => s.rate)), median(b!.map((s) => s.rate))] as const;
  const cpu = [median(a!.map((s) => s.cpuUs)), median(b!.map((s) => s.cpuUs))] as const;
  console.log(
    `| ${c.name} | ${mode} | ${format(rate[0])} ${c.unit}/s | ${format(rate[1])} ${c.unit}/s | **${(rate[0] / rate[1]).toFixed(2)}** | ` +
      `${format(cpu[0])} µs | ${format(cpu[1])} µs | ${(cpu[0] / cpu[1]).toFixed(2)} |`,
  );
}

/** How much memory 100 idle sessions add to each server. */
async function compareMemory(ours: BenchServer, theirs: BenchServer): Promise<void> {
  const count = 100;
  const perConnection: number[] = [];
  for (const server of [ours, theirs]) {
    const before = usageOf(server.pid).memory;
    const mounts = [];
    for (let i = 0; i < count; i++) mounts.push(await mount(server.port, 'signed'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    perConnection.push((usageOf(server.pid).memory - before) / count / 1024);
    for (const m of mounts) m.client.close();
    await Promise.all(mounts.map((m) => m.client.ended()));
  }
  const [a, b] = perConnection as [number, number];
  console.log(
    `| memory for an idle connection | signed | ${format(a)} KiB | ${format(b)} KiB | **${(b / a).toFixed(2)}** | | | |`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
