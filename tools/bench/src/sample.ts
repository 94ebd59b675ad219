import type { Clients } from './client/process.ts';
import type { Window } from './client/protocol.ts';
import { now, until } from './clock.ts';
import { type HistogramData, merged } from './histogram.ts';
import { cpuSecondsOf, memoryOf } from './process-usage.ts';

/** One sample: what all clients did together in one round, and what it cost the server. */
export interface Sample {
  /** Units a second. */
  readonly rate: number;
  /** Microseconds of the server's processor time for one unit. */
  readonly cpuUs: number;
  /** The most memory that was seen in use by the server during the round, in bytes. */
  readonly memory: number;
  /** Durations of the operations of all clients. */
  readonly latency: HistogramData;
}

/** How often memory is looked at. A look costs the kernel a walk through the server's pages. */
const LOOK_EVERY_MS = 250;

/** The window of a round that begins to count when `warmUp` seconds are over. */
export function windowOf({ seconds, warmUp }: { readonly seconds: number; readonly warmUp: number }): Window {
  const startAt = now() + warmUp * 1000;
  return { startAt, endAt: startAt + seconds * 1000 };
}

/** Lets the clients work for one round. The server's usage is read from the system meanwhile. */
export async function sample(clients: Clients, pid: number, window: Window): Promise<Sample> {
  const { startAt, endAt } = window;
  const round = clients.round(window);
  const [results, usage] = await Promise.all([round, watch(pid, window)]);
  const seconds = (endAt - startAt) / 1000;
  const units = results.reduce((sum, result) => sum + result.units, 0);
  return {
    rate: units / seconds,
    cpuUs: (usage.cpuPerSecond * seconds * 1e6) / units,
    memory: usage.memory,
    latency: merged(results.map(({ latency }) => latency)).toJSON(),
  };
}

/** Processor seconds a second, and the most memory seen, between the two times of a window. */
async function watch(pid: number, { startAt, endAt }: Window): Promise<{ cpuPerSecond: number; memory: number }> {
  await until(startAt);
  const began = now();
  const before = cpuSecondsOf(pid);
  let memory = memoryOf(pid);
  while (now() + LOOK_EVERY_MS < endAt) {
    await until(now() + LOOK_EVERY_MS);
    memory = Math.max(memory, memoryOf(pid));
  }
  await until(endAt);
  const cpu = cpuSecondsOf(pid) - before;
  return { cpuPerSecond: cpu / ((now() - began) / 1000), memory };
}
