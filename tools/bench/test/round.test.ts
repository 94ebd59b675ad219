import test from 'ava';
import { runRound } from '../src/client/round.ts';
import { merged } from '../src/histogram.ts';

/** A clock that moves only when an operation says so. */
function scene(lengths: readonly number[]) {
  let time = 0;
  const left = [...lengths];
  return {
    clock: () => time,
    work: {
      async operation(done: (units: number) => void) {
        time += left.shift() ?? 10;
        done(3);
      },
      end: async () => undefined,
    },
  };
}

test('units count when they arrive within the window, and no operation begins after it', async (t) => {
  const { clock, work } = scene([]);
  // Operations end at 10, 20, … 90 and 100; those at 50 to 90 are in the window.
  const { units, latency } = await runRound(work, 1, { startAt: 50, endAt: 95 }, clock);
  t.is(units, 5 * 3);
  // The one that began at 90 and ended at 100 waited too.
  t.is(merged([latency]).total, 6);
});

test('an operation that lasts beyond the window counts as a wait, not as work', async (t) => {
  const { clock, work } = scene([10, 10, 500]);
  const { units, latency } = await runRound(work, 1, { startAt: 5, endAt: 30 }, clock);
  t.is(units, 2 * 3);
  t.is(latency.maxMs, 500);
});

test('an operation that fails fails the round', async (t) => {
  const work = {
    operation: () => Promise.reject(new Error('refused')),
    end: async () => undefined,
  };
  await t.throwsAsync(
    runRound(work, 4, { startAt: 0, endAt: 10 }, () => 5),
    { message: 'refused' },
  );
});
