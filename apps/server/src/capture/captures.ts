import type { Engines } from '../engines.ts';
import { Capture, type CaptureOptions, type CaptureSummary } from './capture.ts';

/** The capture of a daemon: one at a time. */
export class Captures {
  readonly #engines: Pick<Engines, 'observer'>;
  #running: Capture | undefined;
  #starting = false;
  #ended = Promise.withResolvers<CaptureSummary>();

  constructor(engines: Pick<Engines, 'observer'>) {
    this.#engines = engines;
  }

  async start(options: CaptureOptions): Promise<null> {
    if (this.#running !== undefined || this.#starting) {
      throw new Error('a capture runs already; tsmbd capture --stop ends it');
    }
    this.#starting = true;
    try {
      this.#running = await Capture.start(options);
    } finally {
      this.#starting = false;
    }
    this.#engines.observer = this.#running;
    this.#ended = Promise.withResolvers();
    // It may be that nobody waits for this promise.
    this.#ended.promise.catch(() => undefined);
    return null;
  }

  async stop(): Promise<CaptureSummary> {
    const running = this.#running;
    if (running === undefined) throw new Error('no capture runs');
    this.#running = undefined;
    this.#engines.observer = undefined;
    const summary = running.stop();
    this.#ended.resolve(summary);
    return summary;
  }

  /** The result of the running capture, once it has ended for whatever reason. */
  ended(): Promise<CaptureSummary> {
    if (this.#running === undefined) throw new Error('no capture runs');
    return this.#ended.promise;
  }

  /** Ends the running capture when the daemon ends. */
  async close(): Promise<void> {
    if (this.#running !== undefined) await this.stop().catch(() => undefined);
  }
}
