import type { SocketConnection } from './socket-connection.ts';

/** How often the time limits are checked. */
const SWEEP_MS = 5_000;

/** Has connections look at their time limits. Costs nothing while there is none. */
export class Sweeper {
  readonly #connections = new Set<SocketConnection>();
  #timer: NodeJS.Timeout | undefined;

  add(connection: SocketConnection): void {
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  delete(connection: SocketConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.sweep(now);
  }
}
