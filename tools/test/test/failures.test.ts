import test from 'ava';
import { failuresIn } from '../src/failures.ts';

/**
 * What ava 8.0.1 prints, of two packages; the tests of the second end while the first one's run.
 */
const OUTPUT = `
  ✔ a › good
  ✘ [fail]: a › wrong one
    ℹ said
  ✔ b › good
  ✘ Timed out while running tests
  ─

  b › good was fast

  12 tests passed
  ─

  a › wrong
  ✔ c › good

  Difference (- actual, + expected):

  - 1
  + 2

  ─

  1 test failed
  1 uncaught exception
`;

test('failed tests are named, then what was said of them', (t) => {
  const lines = failuresIn(OUTPUT)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  t.deepEqual(lines, [
    '✘ [fail]: a › wrong one',
    '✘ Timed out while running tests',
    'a › wrong',
    'Difference (- actual, + expected):',
    '- 1',
    '+ 2',
    '1 test failed',
  ]);
});

test('where nothing failed nothing is said', (t) => {
  t.deepEqual(failuresIn('  ✔ a › good\n  ─\n\n  1 test passed\n'), []);
});
