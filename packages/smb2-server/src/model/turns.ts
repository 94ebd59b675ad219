import type { ServerEnvironment } from '../config.ts';

/**
 * Milliseconds for which the work of one message keeps the loop before everybody else has a turn.
 */
export const TURN_MS = 5;

/**
 * The time that one piece of work has had of the loop. What can be long asks `over` between its
 * steps, and waits for what it is given, so that nobody waits for somebody else's request.
 */
export class Turn {
  readonly #env: Pick<ServerEnvironment, 'now' | 'timer'>;
  #since: number;

  constructor(env: Pick<ServerEnvironment, 'now' | 'timer'>) {
    this.#env = env;
    this.#since = env.now();
  }

  /** Undefined while there is time left; else a promise of the next turn. */
  over(): Promise<void> | undefined {
    if (this.#env.now() - this.#since < TURN_MS) return undefined;
    return new Promise((resolve) => {
      this.#env.timer(0, () => {
        this.#since = this.#env.now();
        resolve();
      });
    });
  }
}
