import type { ServerEnvironment } from '../config.ts';

/** Milliseconds of the first delay, and of the longest. */
const FIRST_MS = 250;
const LONGEST_MS = 4000;
/** A failure is forgotten after this long. */
const FORGET_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Slows failed logons: each failure of an address doubles the wait before the next answer to it. Only the answer to
 * the failing client waits; nobody else does.
 */
export class LogonDelays {
  readonly #env: ServerEnvironment;
  readonly #failures = new Map<string, { count: number; at: number }>();

  constructor(env: ServerEnvironment) {
    this.#env = env;
  }

  /** Resolves when a refusal may be sent to `address`. */
  failed(address: string): Promise<void> {
    const now = this.#env.now();
    const before = this.#failures.get(address);
    const count = before !== undefined && now - before.at < FORGET_MS ? before.count + 1 : 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, at: now });
    if (this.#failures.size > MAX_REMEMBERED) {
      // The map keeps the order of insertion: the first is the oldest.
      this.#failures.delete(this.#failures.keys().next().value as string);
    }
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(count - 1, 10));
    return new Promise((resolve) => this.#env.timer(ms, resolve));
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}
