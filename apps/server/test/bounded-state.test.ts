import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { State } from '../src/state/state.ts';

/** Has the database for one second, as another process would. */
const HOLDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const db = new DatabaseSync(workerData);
  db.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('locked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  db.exec('COMMIT');
  db.close();
`;

test('a server does not wait for a process that has locked the state: the write fails, and is tried again later', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-state-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  using state = new State(folder, 'BOX');
  state.persistentOpens.save('1', '{}', []);
  state.stopWaiting();
  const holder = new Worker(HOLDER, { eval: true, workerData: join(folder, 'state.db') });
  const ended = new Promise((resolve) => holder.once('exit', resolve));
  await new Promise((resolve) => holder.once('message', resolve));
  // One that waits would succeed: it is let go within the second.
  t.throws(() => state.persistentOpens.save('2', '{}', []), { message: /locked/ });
  t.throws(() => state.persistentOpens.save('2', '{}', [{ range: '0 1 x', count: 1 }]), { message: /locked/ });
  t.throws(() => state.persistentOpens.delete('1'), { message: /locked/ });
  t.is(state.find('nobody'), undefined, 'accounts are read meanwhile');
  await ended;
  state.persistentOpens.save('2', '{}', [{ range: '0 1 x', count: 1 }]);
  state.persistentOpens.delete('1');
  t.deepEqual(state.persistentOpens.all(), [{ id: '2', text: '{}', locks: [{ range: '0 1 x', count: 1 }] }]);
});

test('no worker finds its persistent opens locked because accounts are changed, or another worker begins', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-state-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  using state = new State(folder, 'BOX');
  state.stopWaiting();
  const holder = new Worker(HOLDER, { eval: true, workerData: join(folder, 'state.db') });
  const ended = new Promise((resolve) => holder.once('exit', resolve));
  using first = new State(folder, 'BOX', 0);
  first.stopWaiting();
  await new Promise((resolve) => holder.once('message', resolve));
  t.notThrows(() => first.persistentOpens.save('1', '{}', []));
  t.notThrows(() => first.persistentOpens.delete('1'));
  await ended;
});

test('a lock is a row of its own, and goes with its open', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-state-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  using state = new State(folder, 'BOX');
  const { persistentOpens } = state;
  persistentOpens.save('1', 'a', [
    { range: '0 1 x', count: 1 },
    { range: '4 1 s', count: 2 },
  ]);
  persistentOpens.save('1', 'b', [{ range: '4 1 s', count: 1 }]);
  persistentOpens.save('1', 'c', [{ range: '0 1 x', count: 0 }]);
  t.deepEqual(persistentOpens.all(), [{ id: '1', text: 'c', locks: [{ range: '4 1 s', count: 1 }] }]);
  persistentOpens.delete('1');
  persistentOpens.save('1', 'd', []);
  t.deepEqual(persistentOpens.all(), [{ id: '1', text: 'd', locks: [] }]);
});
