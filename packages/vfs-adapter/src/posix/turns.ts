/**
 * For how long work that has several steps uses the event loop before others have a turn, in
 * milliseconds.
 */
const SLICE_MS = 4;

let entered = (): void => {};

/**
 * Has `call` called whenever control comes from the event loop to the POSIX back end, before
 * whatever waited goes on: a call on the thread pool has ended, or the system reports changes.
 * There is one listener in a thread.
 */
export function onStorageTurn(call: () => void): void {
  entered = call;
}

/** A turn of the event loop has begun here. */
export function turnBegins(): void {
  entered();
}

/**
 * Measures how long one piece of work has used the event loop. Work that can take long asks
 * `isOver` between its steps, and waits for `next` if it is.
 */
export class Slice {
  #since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#since >= SLICE_MS;
  }

  /** Resolves when everybody else has had a turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        entered();
        this.#since = performance.now();
        resolve();
      });
    });
  }
}
