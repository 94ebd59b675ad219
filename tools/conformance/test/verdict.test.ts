import { readFileSync } from 'node:fs';
import test from 'ava';
import { verdict } from '../src/index.ts';

const CASES = [
  ['test: a\nsuccess: a\n', 0, 'pass', ''],
  ['test: a\nsuccess: a\n', 1, 'error', 'exit 1'],
  ['failure: a [\n../../source4/torture/smb2/a.c:1: bad\n]\n', 1, 'fail', 'smb2/a.c:1: bad'],
  ['skip: a [\nno streams\n]\n', 0, 'skip', 'no streams'],
  ['success: a\nerror: b [\nboom\n]\n', 1, 'error', 'boom'],
  ['time: now\nCannot connect\n', 1, 'error', 'no verdict, exit 1: Cannot connect'],
] as const;

for (const [output, code, status, reason] of CASES) {
  test(`smbtorture that says ${JSON.stringify(output.slice(0, 30))} and exits with ${code}: ${status}`, (t) => {
    t.deepEqual(verdict(output, code), { status, reason });
  });
}

test('the list of passes is sorted, has no name twice, and is no shorter than it was', (t) => {
  const names = readFileSync(new URL('../passes.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  t.deepEqual(names, [...new Set(names)].sort());
  t.true(names.length >= 236);
});
