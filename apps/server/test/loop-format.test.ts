import type { LoopTurns } from '@tsmbd/smb2-server';
import test from 'ava';
import { formatLoops } from '../src/cli/loop-format.ts';

const NONE: LoopTurns = { seconds: 0, turns: 0, p50: 0, p99: 0, p999: 0, max: 0, longest: undefined };

test('status --loop has two rows for each worker, with what the longest turn was for', (t) => {
  const longest = { work: 'QUERY_DIRECTORY', share: 'docs', at: 0 };
  const some: LoopTurns = { seconds: 3.5, turns: 12_345, p50: 0.04, p99: 1.2, p999: 3, max: 4.75, longest };
  const loops = [
    { worker: 0, sinceStart: some, sinceLook: NONE },
    { worker: 1, sinceStart: { ...some, longest: { work: 'timer', share: undefined, at: 0 } }, sinceLook: NONE },
  ];
  t.deepEqual(formatLoops(loops).split('\n'), [
    'worker  since            turns  p50 ms  p99 ms  p99.9 ms  max ms  the longest turn',
    '0       start (3.5 s)    12345   0.040   1.200     3.000   4.750  QUERY_DIRECTORY on docs, 1970-01-01T00:00:00.000Z',
    '        last look (0 s)      0   0.000   0.000     0.000   0.000',
    '1       start (3.5 s)    12345   0.040   1.200     3.000   4.750  timer, 1970-01-01T00:00:00.000Z',
    '        last look (0 s)      0   0.000   0.000     0.000   0.000',
  ]);
});
