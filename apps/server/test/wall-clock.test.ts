import { unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import test from 'ava';
import { wallClock } from '../src/wall-clock.ts';

test("the wall clock is the system's, never before what Date.now() said, and finer", (t) => {
  const clock = wallClock();
  let fine = false;
  for (let i = 0; i < 1000; i++) {
    const before = Date.now();
    const time = clock();
    const ms = unixMsFromFiletime(time);
    // The process may have had to wait between two looks: each bound has the look beside it.
    t.true(ms >= before - 6 && ms <= Date.now() + 6);
    if (time % 10_000n !== 0n) fine = true;
  }
  t.true(fine);
});
