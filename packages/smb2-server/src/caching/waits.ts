import type { WaitEffect, Waiters } from '../model/index.ts';

/**
 * Requests that wait for something in a file's state: for a lock to become free, or for an oplock
 * to be given up.
 */
export class Waits implements Waiters {
  readonly #waits = new Map<number, (effect: WaitEffect) => void>();
  #next = 1;

  /** How many requests wait now. */
  get size(): number {
    return this.#waits.size;
  }

  /** A new number for a request that may have to wait. */
  newWaiter(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  wait(waiter: number, call: (effect: WaitEffect) => void): void {
    this.#waits.set(waiter, call);
  }

  forget(waiter: number): void {
    this.#waits.delete(waiter);
  }

  /** Reports the effect to the waiting request, once. */
  effect(effect: WaitEffect): void {
    const call = this.#waits.get(effect.waiter);
    this.#waits.delete(effect.waiter);
    call?.(effect);
  }
}
