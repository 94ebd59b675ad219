import type { ServerEnvironment } from '../config.ts';

/**
 * Bytes that all compressed messages of one turn of the event loop may have inside; the first of a
 * turn may have more.
 */
const INFLATED_PER_TURN = 8 << 20;

/**
 * Small messages can have much inside. So those of all connections share what is inflated in one
 * turn, and what is beyond it waits for a later one, first come first served: a connection has one
 * that waits, and is not read meanwhile.
 */
export class InflateTurns {
  readonly #env: Pick<ServerEnvironment, 'timer'>;
  readonly #waiting: { readonly bytes: number; readonly run: () => void }[] = [];
  #taken = 0;
  #isTicking = false;

  constructor(env: Pick<ServerEnvironment, 'timer'>) {
    this.#env = env;
  }

  /** True: these bytes may be inflated now. False: `later` is called when they may. */
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
