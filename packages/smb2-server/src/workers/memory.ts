import { FileMarks } from '../model/index.ts';
import { SharedCounts } from './shared-counts.ts';
import { SharedTable } from './shared-table.ts';

/** Room for a million files, leases and CreateGuids. Memory that is never used costs nothing. */
const BUCKETS = 65_536;
const SEED_BYTES = 64;

/**
 * The memory that the workers of one server share: made once, and handed to each of them.
 *
 * @param count how many workers there are
 * @param random four bytes that clients do not know
 */
export function workerMemory(count: number, random: Uint8Array, buckets = BUCKETS): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(SEED_BYTES + SharedCounts.sizeOf(count) + SharedTable.sizeOf(buckets));
  new Uint8Array(memory).set(random.subarray(0, 4));
  return memory;
}

/**
 * A worker has died. Nobody may use its number until this returns; then the others are told
 * (`onGone`). Files with persistent opens stay its own: nobody may open them before it is there
 * again and has restored these opens.
 */
export function forgetWorker(memory: SharedArrayBuffer, worker: number, count: number): void {
  const { counts, table } = partsOf(memory, worker, count);
  table.forget(worker, FileMarks.PERSISTENT);
  counts.forget(worker);
}

/** The parts of the memory, as worker `own` uses them. */
export function partsOf(
  memory: SharedArrayBuffer,
  own: number,
  count: number,
): { counts: SharedCounts; table: SharedTable } {
  const tableAt = SEED_BYTES + SharedCounts.sizeOf(count);
  const seed = new Int32Array(memory, 0, 1)[0]!;
  const buckets = (memory.byteLength - tableAt) / SharedTable.sizeOf(1);
  return {
    counts: new SharedCounts(memory, SEED_BYTES, own, count),
    table: new SharedTable(memory, tableAt, buckets, seed, own),
  };
}
