import { isMainThread } from 'node:worker_threads';
import type { Native } from './native.ts';
import { isLeaseWhole, setLease } from './system-locks.ts';

/**
 * Write leases that this process holds, fcntl(2) F_SETLEASE: while one is held, whoever opens or
 * truncates the file waits, and we get a SIGIO. The signal does not say for which file, so all are
 * asked; there are as many as clients have files open alone. The system takes a lease away by
 * itself after /proc/sys/fs/lease-break-time (45 s).
 */
export class SystemLeases {
  readonly #native: Native;
  readonly #held = new Map<number, () => void>();
  #listens = false;

  constructor(native: Native) {
    this.#native = native;
  }

  /**
   * False: somebody else has the file open, the file is another user's, or this thread gets no
   * signals.
   */
  take(fd: number, wanted: () => void): boolean {
    if (!isMainThread) return false;
    // Before the first lease: a SIGIO that nobody listens to ends the process.
    if (!this.#listens) process.on('SIGIO', () => this.#look());
    this.#listens = true;
    if (setLease(this.#native, fd, true) < 0) return false;
    this.#held.set(fd, wanted);
    return true;
  }

  end(fd: number): void {
    if (this.#held.delete(fd)) setLease(this.#native, fd, false);
  }

  #look(): void {
    for (const [fd, wanted] of [...this.#held]) {
      if (isLeaseWhole(this.#native, fd)) continue;
      // Whoever waits goes on waiting until `end`; nobody is told of it twice.
      this.#held.set(fd, ignore);
      wanted();
    }
  }
}

function ignore(): void {}

let shared: SystemLeases | undefined;

/** Those of this process: a signal has one listener. */
export function systemLeases(native: Native): SystemLeases {
  shared ??= new SystemLeases(native);
  return shared;
}
