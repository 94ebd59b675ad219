/** Buckets of a doubling: values are known to within 1/32. */
const STEPS = 32;
const OCTAVES = 44;

/**
 * Counts durations in buckets that grow with them, so that percentiles of any number of values take
 * the same memory.
 */
export class Histogram {
  readonly #counts = new Uint32Array(STEPS * OCTAVES);
  count = 0;
  sum = 0;
  max = 0;

  /** @param us microseconds; what is below one counts as one */
  add(us: number): void {
    const value = Math.max(1, us);
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
    const bucket = Math.min(this.#counts.length - 1, Math.floor(Math.log2(value) * STEPS));
    this.#counts[bucket]!++;
  }

  /** The value below which this part of all lies, in microseconds; 0 when there are none. */
  percentile(part: number): number {
    if (this.count === 0) return 0;
    let left = Math.ceil(this.count * part);
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i]!;
      if (left <= 0) return Math.min(this.max, 2 ** ((i + 0.5) / STEPS));
    }
    return this.max;
  }
}
