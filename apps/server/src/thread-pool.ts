/** Threads that wait for disks need no processor, so there are more of them than processors. */
const LEAST = 8;
const MOST = 32;

/**
 * Sets the number of threads for system calls that may wait for a disk, unless the environment has
 * it. libuv reads it when the pool is first used, so this is called before anything else.
 */
export function sizeThreadPool(environment: NodeJS.ProcessEnv, processors: number): void {
  environment['UV_THREADPOOL_SIZE'] ??= String(Math.min(MOST, Math.max(LEAST, 2 * processors)));
}
