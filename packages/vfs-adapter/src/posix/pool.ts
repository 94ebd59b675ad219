import process from 'node:process';
import { type PoolQueue, queueOfPool } from './pool-queue.ts';
import { turnBegins } from './turns.ts';

let shared: PoolQueue | undefined;

/** The one queue of this thread in front of the process's thread pool. */
export function poolQueue(): PoolQueue {
  shared ??= queueOfPool(process.env['UV_THREADPOOL_SIZE']);
  return shared;
}

/**
 * Has a thread of the pool do something that takes long, in its turn among the calls of all
 * clients.
 *
 * @param client whose work it is
 * @param start begins it; `ended` is to be called once, with what it returned
 * @param queue of other threads than those of libuv's pool, if they do it
 */
export function onPool(
  client: object,
  start: (ended: (error: unknown, result: number) => void) => void,
  queue = poolQueue(),
): Promise<number> {
  return new Promise((resolve, reject) => {
    queue.add(client, (ended) => {
      start((error, result) => {
        turnBegins();
        ended();
        if (error) reject(error);
        else resolve(result);
      });
    });
  });
}
