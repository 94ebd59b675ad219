import type { FileEffect } from '@tsmbd/oplock-lease';

/** Lock requests that wait: who is told when one is granted or ended. */
export class LockWaits {
  readonly #waits = new Map<number, (granted: boolean) => void>();
  #next = 1;

  /** A name for a request that may have to wait. */
  newWaiter(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  wait(waiter: number, call: (granted: boolean) => void): void {
    this.#waits.set(waiter, call);
  }

  forget(waiter: number): void {
    this.#waits.delete(waiter);
  }

  /** Carries out what the file's machine decided. */
  effect(effect: FileEffect): void {
    const call = this.#waits.get(effect.waiter);
    this.#waits.delete(effect.waiter);
    call?.(effect.type === 'lock-granted');
  }
}
