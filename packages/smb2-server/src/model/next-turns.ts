import type { ServerEnvironment } from '../config.ts';
import { Turn } from './turns.ts';

/**
 * How many promise continuations are between a promise and the end of the work that waits for it.
 */
const STEPS = 8;

/**
 * Work that goes on in a later turn of the event loop, because this turn has been used for long
 * enough. It goes on in the order in which it came, as much in a turn as there is time for.
 */
export class NextTurns {
  readonly #env: Pick<ServerEnvironment, 'now' | 'timer'>;
  #waiting: (() => void)[] = [];

  constructor(env: Pick<ServerEnvironment, 'now' | 'timer'>) {
    this.#env = env;
  }

  /** Resolves in a later turn. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#env.timer(0, () => void this.#goOn());
    });
  }

  async #goOn(): Promise<void> {
    const turn = new Turn(this.#env);
    for (const goOn of this.#waiting) {
      const others = turn.over();
      if (others !== undefined) await others;
      goOn();
      for (let i = 0; i < STEPS; i++) await undefined;
    }
    this.#waiting = [];
  }
}
