/** How long turns of the event loop took, in milliseconds. */
export interface TurnTimes {
  readonly turns: number;
  /** Half of the turns took no longer than this; and so on. At most an eighth too large. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Exact. */
  readonly max: number;
}

/** Every power of two of microseconds is divided into so many classes. */
const STEPS = 8;
const STEP_BITS = 3;
/** 2^27 µs are more than two minutes. Whatever takes longer is in the last class. */
const POWERS = 27;
const CLASSES = POWERS * STEPS;

/** Counts durations in classes whose widths grow with the duration. It never allocates memory. */
export class TurnHistogram {
  readonly #counts = new Float64Array(CLASSES);
  #turns = 0;
  #max = 0;

  get max(): number {
    return this.#max;
  }

  add(ms: number): void {
    this.#turns += 1;
    if (ms > this.#max) this.#max = ms;
    this.#counts[classOf(ms)]! += 1;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#turns = 0;
    this.#max = 0;
  }

  times(): TurnTimes {
    return { turns: this.#turns, p50: this.#at(0.5), p99: this.#at(0.99), p999: this.#at(0.999), max: this.#max };
  }

  /** The upper end of the class that this part of all durations does not exceed. */
  #at(part: number): number {
    let left = Math.ceil(this.#turns * part);
    for (let i = 0; i < CLASSES && left > 0; i++) {
      left -= this.#counts[i]!;
      if (left <= 0) return Math.min(this.#max, upperEnd(i));
    }
    return 0;
  }
}

/** Durations below 8 µs have a class for each microsecond. */
function classOf(ms: number): number {
  const us = Math.min(Math.floor(ms * 1000), 2 ** 31 - 1);
  if (us < STEPS) return Math.max(us, 0);
  const power = 31 - Math.clz32(us);
  return Math.min(CLASSES - 1, (power - STEP_BITS + 1) * STEPS + (us >>> (power - STEP_BITS)) - STEPS);
}

/** Where a class ends, in milliseconds. */
function upperEnd(index: number): number {
  if (index < STEPS) return (index + 1) / 1000;
  const shift = (index >>> STEP_BITS) - 1;
  return ((STEPS + (index % STEPS) + 1) * 2 ** shift) / 1000;
}
