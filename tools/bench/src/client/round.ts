import type { Work } from '../cases/job.ts';
import { now } from '../clock.ts';
import { Histogram } from '../histogram.ts';
import type { RoundResult, Window } from './protocol.ts';

/**
 * Works from now until the end of the window, `depth` operations at a time. Nothing is allocated
 * for an operation but what the operation itself allocates. Rejects if an operation fails.
 *
 * @param clock milliseconds
 */
export async function runRound(
  work: Work,
  depth: number,
  { startAt, endAt }: Window,
  clock: () => number = now,
): Promise<RoundResult> {
  const latency = new Histogram();
  let units = 0;
  const done = (count: number): void => {
    const time = clock();
    if (time >= startAt && time < endAt) units += count;
  };
  const line = async (_: unknown, i: number): Promise<void> => {
    for (let began = clock(); began < endAt; ) {
      await work.operation(done, i);
      const ended = clock();
      if (ended >= startAt) latency.record(ended - began);
      began = ended;
    }
  };
  await Promise.all(Array.from({ length: depth }, line));
  return { units, latency: latency.toJSON() };
}
