import test from 'ava';
import { currentClient, PoolQueue, queueOfPool, storageFor } from '../src/posix/pool-queue.ts';

const [A, B, C] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

/** A queue, what has started in it, and a way to end what runs. Calls take `ms` each. */
function stage(total: number, perClient: number, ms = 10) {
  let now = 0;
  const queue = new PoolQueue(total, perClient, () => now);
  const started: string[] = [];
  const running: { name: string; ended: () => void }[] = [];
  const add = (client: { name: string }, count: number): void => {
    for (let i = 0; i < count; i++) {
      queue.add(client, (ended) => {
        started.push(client.name);
        running.push({ name: client.name, ended });
      });
    }
  };
  const endFirst = (): void => {
    now += ms;
    running.shift()!.ended();
  };
  return { add, endFirst, started, running };
}

test('a client that has asked for much does not keep others waiting for all of it', (t) => {
  const { add, endFirst, started } = stage(2, 2);
  add(A, 1000);
  add(B, 2);
  add(C, 1);
  t.deepEqual(started, ['a', 'a']);
  for (let i = 0; i < 6; i++) endFirst();
  t.deepEqual(started.slice(2), ['b', 'c', 'a', 'b', 'a', 'a']);
});

test('a client whose calls are slow does not have all threads, even while nobody else asks', (t) => {
  const { add, endFirst, started, running } = stage(8, 6);
  add(A, 20);
  t.is(running.length, 6);
  add(B, 20);
  t.is(running.length, 8, 'and the next has its call on the pool at once');
  t.is(started.at(-1), 'b');
  for (let left = 40; left > 0; left--) {
    t.true(running.filter(({ name }) => name === 'a').length <= 6);
    t.true(running.length <= 8);
    endFirst();
  }
  t.is(started.length, 40);
  t.is(running.length, 0);
});

test('a client whose calls are soon over has as many as there is room for', (t) => {
  const { add, endFirst, running } = stage(16, 6, 0.1);
  add(A, 100);
  t.is(running.length, 6, 'how long its calls take is not known yet');
  endFirst();
  t.is(running.length, 16);
  add(B, 1);
  endFirst();
  t.is(running.at(-1)!.name, 'b', 'and the next one has its turn all the same');
});

test('calls of one client start in the order in which they were made', (t) => {
  const queue = new PoolQueue(4, 3);
  const order: number[] = [];
  const ends: (() => void)[] = [];
  for (let i = 0; i < 500; i++) {
    queue.add(A, (ended) => {
      order.push(i);
      ends.push(ended);
    });
  }
  for (let i = 0; i < 500; i++) ends[i]!();
  t.deepEqual(
    order,
    Array.from({ length: 500 }, (_, i) => i),
  );
});

test('the size of the pool is what the environment says, or what libuv has without', (t) => {
  for (const [size, perClient, total] of [
    [undefined, 2, 8],
    ['x', 2, 8],
    ['1', 1, 2],
    ['8', 6, 16],
    ['100000', 128, 128],
  ] as const) {
    const queue = queueOfPool(size);
    let running = 0;
    for (let i = 0; i < 300; i++) queue.add(A, () => running++);
    t.is(running, perClient, size);
    for (let i = 0; i < 300; i++) queue.add({}, () => running++);
    t.is(running, total, size);
  }
});

test('a call is for the client that it was begun for', (t) => {
  const nobody = currentClient();
  storageFor(A);
  t.is(currentClient(), A);
  storageFor(undefined);
  t.is(currentClient(), nobody);
});
