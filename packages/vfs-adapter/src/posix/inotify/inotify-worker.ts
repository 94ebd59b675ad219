/**
 * A thread that waits for inotify. Node itself can wait for sockets and pipes only, and a thread of
 * its pool that waits is not free for other work. The bytes that were read are sent to the main
 * thread unchanged.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Native } from '../native.ts';

const { inotify, wake } = workerData as { inotify: number; wake: number };
const native = new Native();
const poll = native.func('poll', 'int', ['void *', 'int64', 'int']);
const read = native.func('read', 'int64', ['int', 'void *', 'int64']);

const POLLIN = 1;
/**
 * How long the thread waits after a change before it reports it. Changes in that time are reported
 * together, so that a busy writer does not wake the main thread for every change.
 */
const GATHER_MS = 4;
/** How often the thread looks whether it has to end. */
const TIMEOUT_MS = 250;
/** So much is parsed in one turn of the main thread. */
const SIZE = 64 << 10;

/** struct pollfd: int fd, short events, short revents. */
const fds = new Int32Array([inotify, POLLIN, wake, POLLIN]);
const fdBytes = new Uint8Array(fds.buffer);
const pause = new Int32Array(new SharedArrayBuffer(4));
const buffer = new Uint8Array(SIZE);

/**
 * Waits once. The next wait begins in another turn of this thread's loop: when the thread that
 * listens ends or dies, Node stops this thread between two turns, and only there for sure.
 */
function wait(): void {
  fds[1] = POLLIN;
  fds[3] = POLLIN;
  if (poll(fdBytes, 2, TIMEOUT_MS) > 0) {
    if (fds[3]! >>> 16 !== 0) return;
    if (fds[1]! >>> 16 !== 0) report();
  }
  setImmediate(wait);
}

function report(): void {
  Atomics.wait(pause, 0, 0, GATHER_MS);
  const length = read(inotify, buffer, SIZE);
  if (length > 0) parentPort!.postMessage(buffer.slice(0, length));
}

wait();
