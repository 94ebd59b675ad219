import { duration, heading, mebibytes, median, number, row } from './format.ts';
import { merged } from './histogram.ts';
import type { Sample } from './sample.ts';
import type { ServerSpec } from './servers/spec.ts';

/** The samples of one case in one mode with one number of clients, by the server's name. */
export interface Result {
  readonly case: string;
  readonly unit: string;
  readonly mode: string;
  readonly clients: number;
  /** A server that cannot do the case has no entry. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** Which columns the tables have. */
export interface Columns {
  readonly servers: readonly string[];
  /** Pairs of servers whose ratio is shown: the first one's rate divided by the second one's. */
  readonly ratios: readonly (readonly [string, string])[];
  /** The number of clients has a column. */
  readonly clients: boolean;
}

/**
 * The columns for these servers. Everything but the floor is compared with smbd, and with each
 * server that the call names.
 */
export function columnsOf(
  servers: readonly ServerSpec[],
  against: readonly string[],
  clients: readonly number[],
): Columns {
  const names = servers.map(({ name }) => name);
  const references = [...new Set(['smbd', ...against])].filter((name) => names.includes(name));
  const ratios = references.flatMap((reference) =>
    servers
      .filter(({ name, kind }) => name !== reference && kind !== 'floor' && !(name === 'smbd' && reference !== 'smbd'))
      .map(({ name }) => [name, reference] as const),
  );
  return { servers: names, ratios, clients: clients.length > 1 || clients[0] !== 1 };
}

/** The two lines above `rateRow`s. */
export function rateHeading({ servers, ratios, clients }: Columns): string {
  const names = ratios.map(([a, b]) => `${a} / ${b}`);
  return heading(
    [
      ...['case', 'mode', ...(clients ? ['clients'] : [])],
      ...servers,
      ...names.map((name) => `rate ${name}`),
      ...servers.map((name) => `${name} CPU`),
      ...names.map((name) => `CPU ${name}`),
    ],
    2,
  );
}

/** Rates and processor time: medians of the samples, and ratios of these medians. */
export function rateRow(result: Result, columns: Columns): string {
  const rates = mediansOf(result, columns, ({ rate }) => rate);
  const cpu = mediansOf(result, columns, ({ cpuUs }) => cpuUs);
  return row([
    ...firstCells(result, columns),
    ...columns.servers.map((name) => cell(rates.get(name), (rate) => `${number(rate)} ${result.unit}/s`)),
    ...columns.ratios.map((pair) => cell(ratio(rates, pair), (value) => `**${value.toFixed(2)}**`)),
    ...columns.servers.map((name) => cell(cpu.get(name), (us) => `${number(us)} µs`)),
    ...columns.ratios.map((pair) => cell(ratio(cpu, pair), (value) => value.toFixed(2))),
  ]);
}

/** The two lines above `latencyRow`s. */
export function latencyHeading({ servers, clients }: Columns): string {
  return heading(
    [
      ...['case', 'mode', ...(clients ? ['clients'] : [])],
      ...servers.map((name) => `${name} p50 / p99 / max`),
      ...servers.map((name) => `${name} memory`),
    ],
    2,
  );
}

/** Latencies of the operations of all samples together, and the median of the peaks of memory. */
export function latencyRow(result: Result, columns: Columns): string {
  const memory = mediansOf(result, columns, (sample) => sample.memory);
  return row([
    ...firstCells(result, columns),
    ...columns.servers.map((name) => cell(result.samples[name], latencies)),
    ...columns.servers.map((name) => cell(memory.get(name), mebibytes)),
  ]);
}

/** The median rate of each server that has samples. */
export function mediansOf(
  { samples }: Result,
  { servers }: Columns,
  value: (sample: Sample) => number,
): Map<string, number> {
  return new Map(
    servers.flatMap((name) => (samples[name] === undefined ? [] : [[name, median(samples[name].map(value))]])),
  );
}

function firstCells(result: Result, { clients }: Columns): string[] {
  return [result.case, result.mode, ...(clients ? [String(result.clients)] : [])];
}

function latencies(samples: readonly Sample[]): string {
  const all = merged(samples.map(({ latency }) => latency));
  return `${duration(all.percentile(50))} / ${duration(all.percentile(99))} / ${duration(all.maxMs)}`;
}

function ratio(values: ReadonlyMap<string, number>, [a, b]: readonly [string, string]): number | undefined {
  const [x, y] = [values.get(a), values.get(b)];
  return x === undefined || y === undefined ? undefined : x / y;
}

function cell<T>(value: T | undefined, format: (value: T) => string): string {
  return value === undefined ? '–' : format(value);
}
