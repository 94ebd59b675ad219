import test from 'ava';
import { countTests } from '../src/counts.ts';

test('the endings of several runs are added up', (t) => {
  const output = [
    '  ✔ [fail]: a title that says 12 tests passed',
    '  ─',
    '',
    '  12 tests passed',
    '  1 test skipped',
    '',
    '  2 tests failed',
    '  1 uncaught exception',
    '  30 tests passed',
    '  1 test todo',
  ].join('\n');
  t.deepEqual(countTests(output), { passed: 42, failed: 3, skipped: 2 });
});

test('output without endings counts nothing', (t) => {
  t.deepEqual(countTests('Cannot find module\n'), { passed: 0, failed: 0, skipped: 0 });
});
