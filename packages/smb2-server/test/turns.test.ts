import test from 'ava';
import { TURN_MS, Turn } from '../src/model/turns.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

test('a turn begins when the work goes on, not when its timer fires', async (t) => {
  const clock = new VirtualClock();
  const turn = new Turn({ now: () => clock.now, timer: (ms, call) => clock.timer(ms, call) });
  t.is(turn.over(), undefined);
  clock.advance(TURN_MS);
  const over = turn.over();
  t.truthy(over);
  // The timer fires at the beginning of this; the work goes on after it.
  clock.advance(36_000);
  await over;
  t.is(turn.over(), undefined);
  clock.advance(TURN_MS);
  t.truthy(turn.over());
});
