import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import type { KeyHash } from '../../src/model/index.ts';
import { FULL, NOBODY, SharedTable } from '../../src/workers/shared-table.ts';
import type { Hammered, HammerStart } from './hammer.ts';

const SLOTS = 16;

/** The table of each of `workers` workers, in one memory. */
function tables(workers: number, buckets = 1): SharedTable[] {
  const memory = new SharedArrayBuffer(SharedTable.sizeOf(buckets));
  return Array.from({ length: workers }, (_, own) => new SharedTable(memory, 0, buckets, 1, own));
}

test('no two workers own a key, and the owner is the first that claimed it', (t) => {
  const [a, b] = tables(2) as [SharedTable, SharedTable];
  const key = a.hash('f');
  t.deepEqual(b.hash('f'), key, 'all workers hash alike');
  t.is(a.ownerOf(key), NOBODY);
  t.is(b.claim(key), 1);
  t.is(a.claim(key), 1);
  t.is(a.ownerOf(key), 1);
  // What a worker does to the key of another is nothing.
  a.release(key);
  a.setFlags(key, 7);
  t.is(b.ownerOf(key), 1);
  t.is(b.flagsOf(key, 1), 0);
});

test('a key is not given up before it was released as often as it was claimed', (t) => {
  const [a, b] = tables(2) as [SharedTable, SharedTable];
  const key = a.hash('f');
  a.claim(key);
  a.claim(key);
  a.release(key);
  t.is(b.claim(key), 0);
  a.release(key);
  t.is(b.ownerOf(key), NOBODY);
  a.release(key);
  t.is(b.claim(key), 1);
  t.is(b.entriesOf(0), 0);
});

test('a full bucket takes no other key, but knows the ones that it has', (t) => {
  const [a, b] = tables(2) as [SharedTable, SharedTable];
  for (let i = 0; i < SLOTS; i++) t.is(a.claim(a.hash(`f${i}`)), 0);
  const other = a.hash('other');
  t.is(a.claim(other), FULL);
  t.is(a.ownerOf(other), NOBODY);
  a.release(other);
  t.is(b.claim(a.hash('f3')), 0);
  t.is(a.claim(a.hash('f3')), 0);
  a.release(a.hash('f7'));
  t.is(b.claim(other), 1);
  t.is(a.entriesOf(0), SLOTS - 1);
  for (let i = 0; i < SLOTS; i++) t.is(a.ownerOf(a.hash(`f${i}`)), i === 7 ? NOBODY : 0);
});

test('the word of a key does not tell of a slot that another key or another worker has by now', (t) => {
  const [a, b] = tables(2) as [SharedTable, SharedTable];
  const key = a.hash('f');
  a.claim(key);
  a.setFlags(key, 1);
  t.is(b.flagsOf(key, 0), 1);
  t.is(b.flagsOf(key, 1), undefined, 'of another worker');
  a.release(key);
  t.is(b.flagsOf(key, 0), undefined, 'of nobody');
  const other = b.hash('g');
  b.claim(other);
  t.is(a.flagsOf(key, 0), undefined, 'the slot went to another key');
  t.is(a.flagsOf(other, 1), 0, 'which begins anew');
  b.claim(key);
  t.is(a.flagsOf(key, 0), undefined, 'the key went to another worker');
  t.is(a.flagsOf(key, 1), 0);
});

test('a worker that died keeps neither its keys nor a lock', (t) => {
  const memory = new SharedArrayBuffer(SharedTable.sizeOf(1));
  const [a, b] = [0, 1].map((own) => new SharedTable(memory, 0, 1, 1, own)) as [SharedTable, SharedTable];
  const [f, g] = [a.hash('f'), a.hash('g')];
  a.claim(f);
  b.claim(g);
  // The thread was ended while it held the lock of the bucket.
  Atomics.store(new Int32Array(memory), 0, 0 + 1);
  b.forget(0);
  t.is(b.ownerOf(f), NOBODY);
  t.is(b.claim(f), 1);
  t.is(b.ownerOf(g), 1, 'others keep theirs');
  t.is(b.entriesOf(0), 0);
});

test('a key that is kept for a worker that died goes to nobody else, and is not kept for ever', (t) => {
  const [a, b] = tables(2) as [SharedTable, SharedTable];
  const [kept, again, other] = ['kept', 'again', 'other'].map((key) => a.hash(key)) as [KeyHash, KeyHash, KeyHash];
  for (const key of [kept, again, other]) {
    a.claim(key);
    a.claim(key);
  }
  a.setFlags(kept, 3);
  a.setFlags(again, 2);
  a.setFlags(other, 1);
  b.forget(0, 2);
  t.is(b.claim(kept), 0);
  t.is(b.flagsOf(kept, 0), 3, 'whatever else is so of it: its locks are kept too');
  t.is(b.claim(other), 1);
  // The worker is there again, and uses one of the two.
  t.is(a.claim(again), 0);
  t.is(b.flagsOf(again, 0), 2, 'kept if the worker dies once more');
  a.settle();
  t.is(b.ownerOf(kept), NOBODY);
  t.is(b.ownerOf(again), 0);
  a.release(again);
  t.is(b.ownerOf(again), NOBODY, 'uses of the earlier life do not count');
});

test('a lock of another worker is not taken away when a worker dies', (t) => {
  const memory = new SharedArrayBuffer(SharedTable.sizeOf(1));
  const table = new SharedTable(memory, 0, 1, 1, 0);
  const words = new Int32Array(memory);
  words[0] = 3;
  table.forget(0);
  t.is(words[0], 3);
});

test('threads that claim the same keys at the same time never have one both', async (t) => {
  const shared = {
    memory: new SharedArrayBuffer(SharedTable.sizeOf(1)),
    owned: new SharedArrayBuffer(4 * 4),
    ready: new SharedArrayBuffer(4),
    keys: ['a', 'b', 'c', 'd'],
    rounds: 300_000,
  };
  const threads = [0, 1].map(
    (own) =>
      new Worker(new URL('./hammer.ts', import.meta.url), { workerData: { ...shared, own } satisfies HammerStart }),
  );
  const said = await Promise.all(threads.map(async (thread) => ((await once(thread, 'message')) as [Hammered])[0]));
  t.deepEqual(
    said.map((each) => each.shared),
    [0, 0],
  );
  t.true(said.every(({ got }) => got > 0));
  const table = new SharedTable(shared.memory, 0, 1, 1, 0);
  t.deepEqual([table.entriesOf(0), table.entriesOf(1)], [0, 0]);
});
