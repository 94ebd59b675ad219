import { FileAction } from '@tsmbd/smb2-codec';
import test from 'ava';
import { type NotifyChange, TURN_MS } from '../src/model/index.ts';
import { type Listener, Tellings } from '../src/notify/tellings.ts';
import { VirtualClock } from '../src/testing.ts';

/** Milliseconds that it takes to tell one watch. */
const PUSH = 0.125;

/** Watches that write down what they are told; and a clock that advances with each of them. */
function stage(count: number) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const watches = Array.from(
    { length: count },
    (_, i): Listener => ({
      push: ({ name }: NotifyChange) => {
        clock.now += PUSH;
        told.push(`${i}:${name}`);
      },
      overflow: () => {
        clock.now += PUSH;
        told.push(`${i}:overflow`);
      },
    }),
  );
  const tellings = new Tellings({ now: () => clock.now, timer: (ms, call) => clock.timer(ms, call) });
  const tell = (name: string, some: readonly Listener[] = watches): void =>
    tellings.tell(some.map((watch) => ({ watch, change: { action: FileAction.ADDED, name } })));
  /** Has the next turn of the event loop. */
  const turn = async (): Promise<void> => {
    clock.advance(0);
    for (let i = 0; i < 10; i++) await undefined;
  };
  return { clock, told, watches, tell, turn };
}

test('one change that 10,000 watch is not told in one turn', async (t) => {
  const { clock, told, tell, turn } = stage(10_000);
  tell('a');
  let before = 0;
  let turns = 0;
  for (; told.length < 10_000; turns++) {
    t.true((told.length - before) * PUSH <= TURN_MS + 2, `${told.length - before} at once`);
    before = told.length;
    await turn();
  }
  t.true(turns > 200);
  t.is(clock.pending, 0);
  t.is(new Set(told).size, 10_000);
});

test('10,000 changes that one watches are not told in one turn, when another had many watches', async (t) => {
  const { told, watches, tell, turn } = stage(100);
  tell('first');
  for (let i = 0; i < 10_000; i++) tell(`${i}`, [watches[99]!]);
  t.true(told.length * PUSH <= TURN_MS + 2);
  for (let before = -1; before < told.length; await turn()) {
    t.true(before < 0 || (told.length - before) * PUSH <= TURN_MS + 2);
    before = told.length;
  }
  t.deepEqual(told.slice(100, 103), ['99:0', '99:1', '99:2'], 'in the order in which they happened');
  t.is(told.length, 10_100);
});

test('a change that few watch is told at once', (t) => {
  const { told, tell } = stage(3);
  tell('a');
  tell('b');
  t.deepEqual(told, ['0:a', '1:a', '2:a', '0:b', '1:b', '2:b']);
});

test('changes that come faster than they can be told become an overflow, and memory stays bounded', async (t) => {
  const { clock, told, tell, turn } = stage(10_000);
  for (let i = 0; i < 30; i++) tell(`${i}`);
  for (let i = 0; i < 10_000 && clock.pending > 0; i++) await turn();
  const overflows = told.filter((line) => line.endsWith('overflow'));
  t.is(overflows.length, 10_000);
  t.true(told.length - overflows.length <= 110_000);
  tell('again');
  for (let i = 0; i < 1000 && clock.pending > 0; i++) await turn();
  t.is(told.at(-1), '9999:again');
});
