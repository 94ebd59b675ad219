import { isMainThread } from 'node:worker_threads';
import { Native } from './native.ts';
import { isLeaseWhole, setLease } from './system-locks.ts';

/**
 * Write leases that this process holds, fcntl(2) F_SETLEASE. While a lease is held, any program
 * that opens or truncates the file waits, and this process gets a SIGIO. The signal does not say
 * for which file, so all leases are checked; there are as many as there are files that clients have
 * open alone. The system itself takes a lease away after /proc/sys/fs/lease-break-time (45 s).
 */
export class SystemLeases {
  readonly #native: Native;
  readonly #held = new Map<number, () => void>();
  #listens = false;

  constructor(native: Native) {
    this.#native = native;
  }

  /**
   * Takes a lease. False: somebody else has the file open, the file belongs to another user, or
   * this thread gets no signals.
   */
  take(fd: number, wanted: () => void): boolean {
    if (!this.#listens && !isMainThread) return false;
    // The listener is set before the first lease, because a SIGIO without a listener ends the
    // process.
    if (!this.#listens) process.on('SIGIO', () => this.look());
    this.#listens = true;
    if (setLease(this.#native, fd, true) < 0) return false;
    this.#held.set(fd, wanted);
    return true;
  }

  end(fd: number): void {
    if (this.#held.delete(fd)) setLease(this.#native, fd, false);
  }

  /**
   * The main thread gets the signals for this thread too: it calls `look` for each from now on.
   */
  listensElsewhere(): void {
    this.#listens = true;
  }

  /** A SIGIO has come: some lease is wanted back, perhaps one of these. */
  look(): void {
    for (const [fd, wanted] of [...this.#held]) {
      if (isLeaseWhole(this.#native, fd)) continue;
      // The other program waits until `end` is called. The holder of the lease is told only once.
      this.#held.set(fd, ignore);
      wanted();
    }
  }
}

function ignore(): void {}

let shared: SystemLeases | undefined;

/**
 * Lets a worker thread take leases. Only the main thread gets signals: before this is called, it
 * must have a listener for SIGIO, and for each SIGIO it must have the returned function called in
 * this thread.
 */
export function leaseSignalsFromMainThread(): () => void {
  const leases = systemLeases(new Native());
  leases.listensElsewhere();
  return () => leases.look();
}

/** The leases of this thread. There is one such object, because a signal has one listener. */
export function systemLeases(native: Native): SystemLeases {
  shared ??= new SystemLeases(native);
  return shared;
}
