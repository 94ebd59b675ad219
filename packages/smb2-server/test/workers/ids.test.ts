import test from 'ava';
import {
  MAX_WORKERS,
  runOf,
  sessionIdOf,
  volatileOf,
  workerOfPersistent,
  workerOfSession,
  workerOfVolatile,
} from '../../src/workers/ids.ts';

const WORKERS = Array.from({ length: MAX_WORKERS }, (_, worker) => worker);
const RANDOMS = [0, 1, 0x1234_5678, 0x8000_0000, 0xffff_ffff];

test('an id names the worker that made it, and no two workers make one twice', (t) => {
  const volatiles = new Set<bigint>();
  for (const worker of WORKERS) {
    for (const id of [1, 0xffff_ffff]) {
      t.is(workerOfVolatile(volatileOf(id, worker)), worker);
      volatiles.add(volatileOf(id, worker));
    }
    for (const random of RANDOMS) {
      t.is(workerOfPersistent(runOf(random, worker) | 0xffff_ffffn, MAX_WORKERS), worker);
      t.is(workerOfSession(sessionIdOf(random, worker)), worker);
    }
  }
  t.is(volatiles.size, 2 * MAX_WORKERS);
});

test('ids fit into what the protocol has for them: 64 bits, and 32 of a SessionId', (t) => {
  for (const worker of WORKERS) {
    for (const random of RANDOMS) {
      t.true(runOf(random, worker) >= 0n && (runOf(random, worker) | 0xffff_ffffn) <= 0xffff_ffff_ffff_ffffn);
      t.is(runOf(random, worker) & 0xffff_ffffn, 0n, 'room for the number of the Open');
      t.true(sessionIdOf(random, worker) >= 0n && sessionIdOf(random, worker) <= 0xffff_ffffn);
    }
  }
  t.is(volatileOf(7, 0), 7n, 'what a server of one worker gives out');
});

test('an Open of a run with more workers is not sought at one that there is not', (t) => {
  for (const made of WORKERS) {
    for (const count of WORKERS.map((worker) => worker + 1)) {
      const worker = workerOfPersistent(runOf(0xabcd_0000, made) | 5n, count);
      t.true(worker < count);
      if (made < count) t.is(worker, made);
    }
  }
});
