import { Command } from '@tsmbd/smb2-codec';
import test from 'ava';
import { loopStatusOf } from '../src/index.ts';
import { TurnMeter } from '../src/model/index.ts';
import { TurnHistogram } from '../src/model/turn-histogram.ts';
import { settle, startServer } from './harness.ts';
import { create, mount } from './requests.ts';

/** A meter with a clock that stands still unless a test moves it. */
function newMeter(): { meter: TurnMeter; clock: { ms: number } } {
  const clock = { ms: 0 };
  const nextTick = (call: () => void): void => process.nextTick(call);
  return { meter: new TurnMeter({ now: () => clock.ms, wallTime: () => 5n, nextTick }), clock };
}

test('a turn lasts until the last promise that goes on in it has run', async (t) => {
  const { meter, clock } = newMeter();
  const work = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      clock.ms += 1;
      await undefined;
    }
  };
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      meter.enter('storage');
      void work().then(resolve);
    });
  });
  await settle();
  t.like(meter.look().sinceStart, { turns: 1, max: 20, longest: { ms: 20, work: 'storage', at: 5n } });
});

test('turns that come one behind the other are counted one by one', async (t) => {
  const { meter, clock } = newMeter();
  for (const ms of [1, 7, 3]) {
    await settle();
    meter.enter('message', false);
    clock.ms += ms;
    meter.did(Command.READ, 'docs');
  }
  await settle();
  t.like(meter.look().sinceStart, { turns: 3, max: 7, longest: { ms: 7, work: Command.READ, share: 'docs' } });
});

test('the longest turn is said to be for what took most of it', async (t) => {
  const { meter, clock } = newMeter();
  meter.enter('message', false);
  for (const [command, ms] of [
    [Command.READ, 1],
    [Command.LOCK, 4],
    [Command.CLOSE, 2],
  ] as const) {
    clock.ms += ms;
    meter.did(command, 'docs');
  }
  await settle();
  t.like(meter.look().sinceStart.longest, { ms: 7, work: Command.LOCK });
});

test('work that nobody claims counts for the request that waited last', async (t) => {
  const { meter, clock } = newMeter();
  meter.enter('message', false);
  meter.waits(Command.CREATE, 'docs');
  await undefined;
  clock.ms += 9;
  await settle();
  t.like(meter.look().sinceStart.longest, { ms: 9, work: Command.CREATE, share: 'docs' });
});

test('a look begins a new period, and the one since the start goes on', async (t) => {
  const { meter, clock } = newMeter();
  meter.enter('timer');
  clock.ms += 5;
  await settle();
  t.is(meter.look().sinceLook.turns, 1);
  meter.enter('timer');
  clock.ms += 2;
  await settle();
  const { sinceStart, sinceLook } = meter.look();
  t.like(sinceStart, { turns: 2, max: 5, ms: 7 });
  t.like(sinceLook, { turns: 1, max: 2, ms: 2 });
  t.is(meter.look().sinceLook.longest, undefined);
});

test('the histogram is right within an eighth, whatever the durations are', (t) => {
  for (const ms of [0.0005, 0.004, 0.009, 0.1, 1, 4.99, 77, 1234, 100_000]) {
    const histogram = new TurnHistogram();
    for (let i = 0; i < 99; i++) histogram.add(ms);
    histogram.add(2 * ms);
    const { p50, p99, p999, max } = histogram.times();
    t.true(p50 >= ms && p50 <= ms * 1.125 + 0.001, `${p50} for ${ms}`);
    t.is(p99, p50);
    t.is(p999, max);
    t.is(max, 2 * ms);
  }
});

test('the histogram takes what it cannot measure for the shortest and the longest', (t) => {
  const histogram = new TurnHistogram();
  histogram.add(-1);
  histogram.add(1e12);
  t.like(histogram.times(), { turns: 2, max: 1e12 });
  t.deepEqual(new TurnHistogram().times(), { turns: 0, p50: 0, p99: 0, p999: 0, max: 0 });
});

test('an engine measures the turns of its requests', async (t) => {
  let now = 0;
  const nextTick = (call: () => void): void => process.nextTick(call);
  // Each look at the clock takes a while, so that every turn takes some.
  const h = startServer({}, {}, { now: () => (now += 1 / 64), nextTick });
  const m = await mount(await h.logOn());
  await create(m, 'a');
  await settle();
  const { worker, sinceStart } = loopStatusOf(h.server, 3);
  t.is(worker, 3);
  t.true(sinceStart.turns > 0);
  t.true(sinceStart.max >= sinceStart.p50 && sinceStart.p50 > 0);
  t.is(typeof sinceStart.longest?.work, 'string');
  t.deepEqual(h.errors, []);
});

test('an engine without nextTick measures nothing, and works', async (t) => {
  const h = startServer();
  await mount(await h.logOn());
  t.is(loopStatusOf(h.server).sinceStart.turns, 0);
});
