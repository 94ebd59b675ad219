import test from 'ava';
import { crowd } from '../src/index.ts';

// How long the onlooker waited is looked at where nothing else runs: `.ci/run` plays the attacks
// after the tests.
test('what one client does keeps nobody out, is no bug, and takes no half gigabyte', async (t) => {
  for (const { attack, findings, ...seen } of await crowd(0.05)) {
    t.log(attack, seen);
    t.deepEqual(findings, [], attack);
    t.true(seen.requests > 0 && seen.logons > 0, attack);
  }
});
