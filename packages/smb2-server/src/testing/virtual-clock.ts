interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/**
 * Time that passes when it is told to. Timers fire in the order of their times, then of their
 * making.
 */
export class VirtualClock {
  /** Milliseconds. */
  now = 0;
  #timers: Timer[] = [];
  #made = 0;

  /** Calls back once after `ms`; the result cancels. */
  timer(ms: number, call: () => void): () => void {
    const timer = { at: this.now + ms, order: this.#made++, call };
    this.#timers.push(timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next one fires; undefined for none. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (let timer = this.#first(); timer !== undefined && timer.at <= until; timer = this.#first()) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      this.now = Math.max(this.now, timer.at);
      timer.call();
    }
    this.now = until;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}
