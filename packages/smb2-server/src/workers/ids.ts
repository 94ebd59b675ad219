/** The most workers that a server may have: what the ids leave room for. */
export const MAX_WORKERS = 16;

/** Where FileId.Volatile says which worker has the Open. Opens of worker 0 have plain numbers. */
const VOLATILE_SHIFT = 48n;

/** FileId.Volatile of an Open of this worker. */
export function volatileOf(id: number, worker: number): bigint {
  return worker === 0 ? BigInt(id) : BigInt(id) | (BigInt(worker) << VOLATILE_SHIFT);
}

export function workerOfVolatile(volatile: bigint): number {
  return Number(volatile >> VOLATILE_SHIFT);
}

/**
 * The upper half of FileId.Persistent: a number that distinguishes this run of the server from
 * others, and the worker.
 */
export function runOf(random: number, worker: number): bigint {
  return withWorker(random, worker) << 32n;
}

/**
 * The worker that has, or will have, the Open with this FileId.Persistent. The server that made the
 * Open may have had more workers.
 */
export function workerOfPersistent(persistentId: bigint, workers: number): number {
  return Number((persistentId >> 32n) & BigInt(MAX_WORKERS - 1)) % workers;
}

/** A SessionId of this worker, made of 32 random bits. */
export function sessionIdOf(random: number, worker: number): bigint {
  return withWorker(random, worker);
}

export function workerOfSession(sessionId: bigint): number {
  return Number(sessionId & BigInt(MAX_WORKERS - 1));
}

/** 32 random bits, of which the lowest say which worker it is. */
function withWorker(random: number, worker: number): bigint {
  return BigInt(((random & ~(MAX_WORKERS - 1)) | worker) >>> 0);
}
