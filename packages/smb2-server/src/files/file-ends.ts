import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Ends } from '../model/index.ts';

/**
 * The end of a file is looked up and used in one turn, and nobody moves the end meanwhile. A write
 * at the end, or a command that sets the end, has a turn of its own. Writes elsewhere, which move
 * the end only if they reach beyond it, may run beside each other, but never beside a turn.
 * [MS-FSA] 2.1.5.4
 */
export class FileEnds implements Ends {
  /** The last turn of each file that has one, by the file's identity. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** Writes that run beside each other and have not ended. */
  readonly #beside = new Map<string, Set<Promise<unknown>>>();

  /** Calls `call` at once if nobody else writes to the file; otherwise when its turn has come. */
  inTurn<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T> {
    const result = after(this.#all(key), call);
    if (!(result instanceof Promise)) return result;
    this.#last.set(key, result);
    const over = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key);
    };
    result.then(over, over);
    return result;
  }

  /**
   * Calls `call`, which writes to the file, at once if nobody has a turn; otherwise after that
   * turn.
   */
  beside<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T> {
    const result = after(this.#last.get(key), call);
    if (!(result instanceof Promise)) return result;
    const writing = this.#beside.get(key) ?? new Set();
    this.#beside.set(key, writing.add(result));
    const over = (): void => {
      writing.delete(result);
      if (writing.size === 0 && this.#beside.get(key) === writing) this.#beside.delete(key);
    };
    result.then(over, over);
    return result;
  }

  /**
   * Resolves when all that have asked for a turn so far have ended, with or without success.
   * Returns undefined if nobody has asked.
   */
  ended(key: string): MaybePromise<void> {
    return this.#last.get(key)?.then(ignore, ignore);
  }

  /** All that must end before the next turn; undefined if there is nothing. */
  #all(key: string): Promise<unknown> | undefined {
    const last = this.#last.get(key);
    const writing = this.#beside.get(key);
    return writing === undefined ? last : Promise.allSettled([last, ...writing]);
  }
}

function ignore(): void {}

/** Makes the call now, or when `before` has ended, with or without success. */
function after<T>(before: Promise<unknown> | undefined, call: () => MaybePromise<T>): MaybePromise<T> {
  return before === undefined ? call() : before.then(call, call);
}
