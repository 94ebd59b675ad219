import { parentPort, workerData } from 'node:worker_threads';
import { SharedTable } from '../../src/workers/shared-table.ts';

/** What a thread is started with. */
export interface HammerStart {
  readonly memory: SharedArrayBuffer;
  /** A word for each key: the number of the thread that has it, plus 1. */
  readonly owned: SharedArrayBuffer;
  /** Counts the threads that are ready: they begin together. */
  readonly ready: SharedArrayBuffer;
  readonly own: number;
  readonly keys: readonly string[];
  readonly rounds: number;
}

/** What a thread says at its end. */
export interface Hammered {
  /** How often it got a key that the other thread had. */
  readonly shared: number;
  /** How often it got a key. */
  readonly got: number;
}

/*
 * One of the threads that claim and release the same keys as fast as they can. Each notes in memory
 * beside the table which keys it has.
 */
if (parentPort !== null) {
  const { memory, owned, ready, own, keys, rounds } = workerData as HammerStart;
  const table = new SharedTable(memory, 0, 1, 1, own);
  const owners = new Int32Array(owned);
  let shared = 0;
  let got = 0;
  const begun = new Int32Array(ready);
  Atomics.add(begun, 0, 1);
  while (Atomics.load(begun, 0) < 2) Atomics.wait(begun, 0, 1, 1);
  for (let round = 0; round < rounds; round++) {
    const which = (round * 7 + own) % keys.length;
    const hash = table.hash(keys[which]!);
    if (table.claim(hash) !== own) continue;
    got += 1;
    if (Atomics.exchange(owners, which, own + 1) !== 0) shared += 1;
    table.setFlags(hash, own + 1);
    if (table.ownerOf(hash) !== own || table.flagsOf(hash, own) !== own + 1) shared += 1;
    Atomics.store(owners, which, 0);
    table.release(hash);
  }
  parentPort.postMessage({ shared, got } satisfies Hammered);
}
