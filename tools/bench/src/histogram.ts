/**
 * Counts durations without keeping them. Recording allocates nothing. Each power of two has 32
 * buckets, so a percentile is off by at most 1.6 %; the maximum is exact.
 */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #maxMs = 0;

  /** How many durations were recorded. */
  get total(): number {
    return this.#total;
  }

  /** The longest duration, in milliseconds; 0 if there is none. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** Records a duration of up to 4.5 minutes. Longer ones count as that long, except as maximum. */
  record(ms: number): void {
    this.#counts[bucketOf(ms)]! += 1;
    this.#total += 1;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /**
   * The duration in milliseconds that `percent` of all are not longer than: the middle of its
   * bucket, and never more than the maximum. 0 if there is none.
   */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#total));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i]!;
      if (seen >= rank) return Math.min(middleOf(i), this.#maxMs);
    }
    return 0;
  }

  /** Adds all that another histogram counted. */
  add(other: HistogramData): void {
    for (const [bucket, count] of other.counts) {
      this.#counts[bucket]! += count;
      this.#total += count;
    }
    this.#maxMs = Math.max(this.#maxMs, other.maxMs);
  }

  /** As a value that can be sent to another process. */
  toJSON(): HistogramData {
    const counts: [number, number][] = [];
    for (let i = 0; i < BUCKETS; i++) if (this.#counts[i]! > 0) counts.push([i, this.#counts[i]!]);
    return { counts, maxMs: this.#maxMs };
  }
}

/** A histogram's content: the buckets that are not empty, by index. */
export interface HistogramData {
  readonly counts: readonly (readonly [bucket: number, count: number])[];
  readonly maxMs: number;
}

/** One histogram of all that several counted. */
export function merged(parts: readonly HistogramData[]): Histogram {
  const all = new Histogram();
  for (const part of parts) all.add(part);
  return all;
}

/** Durations are counted in units of 64 ns, of which 32 bits hold 4.5 minutes. */
const UNITS_PER_MS = 1e6 / 64;
const LARGEST = 0xffff_ffff;
/** Below this many units, each unit is a bucket. */
const LINEAR = 64;
const LINEAR_BITS = 6;
const PER_POWER = 32;
const BUCKETS = LINEAR + (32 - LINEAR_BITS) * PER_POWER;

function bucketOf(ms: number): number {
  const units = Math.min(LARGEST, Math.max(0, Math.floor(ms * UNITS_PER_MS)));
  if (units < LINEAR) return units;
  const power = 31 - Math.clz32(units);
  return LINEAR + (power - LINEAR_BITS) * PER_POWER + ((units >>> (power - 5)) & (PER_POWER - 1));
}

function middleOf(bucket: number): number {
  if (bucket < LINEAR) return (bucket + 0.5) / UNITS_PER_MS;
  const power = Math.floor((bucket - LINEAR) / PER_POWER) + LINEAR_BITS;
  const width = 2 ** (power - 5);
  return (2 ** power + (((bucket - LINEAR) % PER_POWER) + 0.5) * width) / UNITS_PER_MS;
}
