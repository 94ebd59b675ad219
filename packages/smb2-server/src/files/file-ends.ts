import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Ends } from '../model/services.ts';

/**
 * What writes at the end of a file, or moves the end to where it is counted from, is done for each file in turn: the end
 * is asked for when the one before is over, and is still the end when it is used. [MS-FSA] 2.1.5.4
 */
export class FileEnds implements Ends {
  /** The last one of each file that has any, by the file's identity. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does `call` at once where nobody else is at the file's end, in its turn otherwise. */
  inTurn<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? call() : before.then(call, call);
    if (!(result instanceof Promise)) return result;
    this.#last.set(key, result);
    const over = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key);
    };
    result.then(over, over);
    return result;
  }

  /** Ends when those that have asked so far are through, well or not. */
  async ended(key: string): Promise<void> {
    await this.#last.get(key)?.catch(() => {});
  }
}
