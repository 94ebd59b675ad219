import { INFLATED_AT_ONCE } from '@tsmbd/smb-compression';
import type { ServerEnvironment } from '../config.ts';

/**
 * How many bytes all compressed messages together may inflate to in one turn of the event loop.
 * That takes up to 5 ms with the slowest algorithm.
 */
const INFLATED_PER_TURN = 2 * INFLATED_AT_ONCE;

/**
 * A small compressed message can hold a large one. So all connections share what may be inflated in
 * one turn of the event loop. Whatever is beyond that, messages and parts of messages, waits for a
 * later turn, first come, first served. A connection has at most one message that waits, and is not
 * read meanwhile.
 */
export class InflateTurns {
  readonly #env: Pick<ServerEnvironment, 'timer'>;
  readonly #waiting: { readonly bytes: number; readonly run: () => void }[] = [];
  #taken = 0;
  #isTicking = false;

  constructor(env: Pick<ServerEnvironment, 'timer'>) {
    this.#env = env;
  }

  /** True: these bytes may be inflated now. False: `later` is called when they may be inflated. */
  take(bytes: number, later: () => void): boolean {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#count(bytes);
      return true;
    }
    this.#waiting.push({ bytes, run: later });
    return false;
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= INFLATED_PER_TURN;
  }

  #count(bytes: number): void {
    this.#taken += bytes;
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#env.timer(0, () => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#isTicking = false;
    this.#taken = 0;
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0]!.bytes)) {
      const { bytes, run } = this.#waiting.shift()!;
      this.#count(bytes);
      run();
    }
  }
}
