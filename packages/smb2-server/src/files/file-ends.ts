import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Ends } from '../model/index.ts';

/**
 * Where a file ends is asked for and used in one turn, and nobody moves the end meanwhile. What
 * writes at the end, or sets it, has a turn of its own; what writes elsewhere, and moves the end
 * where that is behind it, happens beside others of its kind and never beside one of the first.
 * [MS-FSA] 2.1.5.4
 */
export class FileEnds implements Ends {
  /** The last turn of each file that has any, by the file's identity. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** What is written beside each other, and has not ended. */
  readonly #beside = new Map<string, Set<Promise<unknown>>>();

  /** Does `call` at once where nobody else writes to the file, in its turn otherwise. */
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
   * Does `call`, which writes to the file, at once where nobody has a turn, behind that otherwise.
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

  /** Ends when those that have asked for a turn so far are through, well or not. */
  async ended(key: string): Promise<void> {
    await this.#last.get(key)?.catch(() => {});
  }

  /** All that has to end before the next turn; undefined where nothing has. */
  #all(key: string): Promise<unknown> | undefined {
    const last = this.#last.get(key);
    const writing = this.#beside.get(key);
    return writing === undefined ? last : Promise.allSettled([last, ...writing]);
  }
}

/** Makes the call now, or when that has ended, well or not. */
function after<T>(before: Promise<unknown> | undefined, call: () => MaybePromise<T>): MaybePromise<T> {
  return before === undefined ? call() : before.then(call, call);
}
