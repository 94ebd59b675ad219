import type { ServerEnvironment } from '../config.ts';

/**
 * Milliseconds for which the work of one message may keep the event loop before others have a turn.
 */
export const TURN_MS = 5;

/**
 * Returns what has `call` called in the next turn of the event loop: once, however often it is
 * asked for in this one.
 */
export function inNextTurn(env: Pick<ServerEnvironment, 'timer'>, call: () => void): () => void {
  let isAskedFor = false;
  return () => {
    if (isAskedFor) return;
    isAskedFor = true;
    env.timer(0, () => {
      isAskedFor = false;
      call();
    });
  };
}

/**
 * Measures how long one piece of work has used the event loop. Work that can take long calls `over`
 * between its steps and waits for the promise that `over` returns. So no client waits for the
 * request of another.
 */
export class Turn {
  readonly #env: Pick<ServerEnvironment, 'now' | 'timer'>;
  #since: number;

  constructor(env: Pick<ServerEnvironment, 'now' | 'timer'>) {
    this.#env = env;
    this.#since = env.now();
  }

  /** Undefined while there is time left; otherwise a promise that resolves at the next turn. */
  over(): Promise<void> | undefined {
    if (this.#env.now() - this.#since < TURN_MS) return undefined;
    return new Promise<void>((resolve) => this.#env.timer(0, resolve)).then(() => {
      // When the work goes on, which on a virtual clock is later than when the timer fires.
      this.#since = this.#env.now();
    });
  }
}
