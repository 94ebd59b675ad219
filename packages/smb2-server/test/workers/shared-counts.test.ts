import test from 'ava';
import { SharedCounts } from '../../src/workers/shared-counts.ts';

function counts(workers: number): SharedCounts[] {
  const memory = new SharedArrayBuffer(SharedCounts.sizeOf(workers));
  return Array.from({ length: workers }, (_, own) => new SharedCounts(memory, 0, own, workers));
}

test('a worker changes no number of another, and everybody reads all', (t) => {
  const all = counts(3);
  all[0]!.set('users', 2);
  all[1]!.set('users', 3);
  all[1]!.set('users', 2);
  all[2]!.set('watched', 0x11);
  t.is(all[2]!.sum('users'), 4);
  t.deepEqual(
    [0, 1, 2].map((worker) => all[0]!.of(worker, 'users')),
    [2, 2, 0],
  );
  t.is(all[0]!.of(2, 'watched'), 0x11);
  t.is(all[0]!.sum('descriptors'), 0);
});

test('whom something concerns is every other worker that has any, never the worker itself', (t) => {
  const all = counts(4);
  for (const worker of [0, 1, 3]) all[worker]!.set('leasedDirectories', 1);
  t.deepEqual([...all[1]!.others('leasedDirectories')], [0, 3]);
  t.deepEqual([...all[2]!.others('leasedDirectories')], [0, 1, 3]);
  t.deepEqual([...all[2]!.others('persistent')], []);
});

test('what all count together loses no change of anybody', (t) => {
  const all = counts(2);
  for (let i = 0; i < 10; i++) all[i % 2]!.addTogether('renames');
  all[0]!.addTogether('removals');
  t.is(all[0]!.together('renames'), 10);
  t.is(all[1]!.together('removals'), 1);
  t.is(all[1]!.together('byteChanges'), 0);
});

test('the numbers of a worker that died count no longer, and those of others do', (t) => {
  const all = counts(3);
  for (const each of all) each.set('users', 5);
  all[1]!.set('descriptors', 9);
  all[0]!.addTogether('renames');
  all[0]!.forget(1);
  t.is(all[2]!.sum('users'), 10);
  t.is(all[2]!.sum('descriptors'), 0);
  t.is(all[2]!.together('renames'), 1);
});
