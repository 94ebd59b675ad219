/** Random numbers below a bound. The same seed gives the same numbers. */
export type Random = (below: number) => number;

/** mulberry32: small, fast and the same everywhere. */
export function seeded(seed: number): Random {
  let a = seed | 0;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** One of the given values. */
export function oneOf<T>(next: Random, from: readonly T[]): T {
  return from[next(from.length)]!;
}
