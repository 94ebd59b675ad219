import type { ServerEnvironment } from '../config.ts';
import { inNextTurn } from '../model/index.ts';

/** A connection whose messages take longer than this on average is one of long messages. */
export const LONG_MS = 0.2;
/** When long messages have used a round for this long, no further one begins in it. */
const ROUND_MS = 1;

/**
 * In one round of the event loop everything is handled that all connections have received. Eight
 * clients that read megabytes would make a ninth, which reads a few bytes, wait for all of them in
 * each round. So connections of long messages share what they may use of a round. Their other
 * messages wait for a later round, first come, first served. Connections of short messages do not
 * wait.
 */
export class Rounds {
  readonly #waiting: (() => void)[] = [];
  #spentMs = 0;
  readonly #endOfRound: () => void;

  constructor(env: Pick<ServerEnvironment, 'timer'>) {
    this.#endOfRound = inNextTurn(env, () => this.#next());
  }

  /** True: a long message may begin now. False: `later` is called when it may. */
  begin(later: () => void): boolean {
    if (this.#spentMs < ROUND_MS && this.#waiting.length === 0) return true;
    this.#waiting.push(later);
    this.#endOfRound();
    return false;
  }

  /** A long message has used this much of the round. */
  spent(ms: number): void {
    this.#spentMs += ms;
    this.#endOfRound();
  }

  #next(): void {
    this.#spentMs = 0;
    // Those that come back while this goes on wait behind the others.
    for (let left = this.#waiting.length; left > 0 && this.#spentMs < ROUND_MS; left--) this.#waiting.shift()!();
    if (this.#waiting.length > 0) this.#endOfRound();
  }
}
