import type { Log } from './logging.ts';

/** How often the log has a line about refused connections. */
const EVERY_MS = 60_000;

/**
 * Logs connections that were refused: the first one at once, and those of the next minute in one
 * line with their count. So a flood of them does not fill the disk.
 */
export class RefusalLog {
  readonly #log: Log;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  refused(address: string, reason: string): void {
    this.#count += 1;
    if (this.#timer !== undefined) return;
    this.#write({ address, reason });
    this.#timer = setInterval(() => {
      if (this.#count > 0) {
        this.#write({});
        return;
      }
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, EVERY_MS);
    this.#timer.unref();
  }

  #write(fields: Record<string, unknown>): void {
    this.#log.write('warn', 'conn', 'connections refused', { count: this.#count, ...fields });
    this.#count = 0;
  }
}
