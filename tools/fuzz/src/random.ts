import { oneOf, seeded } from '@tsmbd/tool-random';

/** Numbers that look random and follow from a seed. */
export class Random {
  /** An integer in [0, below). */
  readonly below: (below: number) => number;

  constructor(seed: number) {
    this.below = seeded(seed);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return oneOf(this.below, list);
  }
}
