interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/**
 * A clock that advances only when it is told to. Timers fire in the order of their times, and then
 * in the order in which they were made.
 */
export class VirtualClock {
  /** Milliseconds. */
  now = 0;
  #timers: Timer[] = [];
  #made = 0;

  /** Calls back once after `ms`. The returned function cancels the timer. */
  timer(ms: number, call: () => void): () => void {
    const timer = { at: this.now + ms, order: this.#made++, call };
    this.#timers.push(timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** How many timers have not fired yet. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer fires; undefined when there is none. */
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
