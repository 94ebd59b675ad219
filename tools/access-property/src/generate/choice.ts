import { oneOf, type Random } from '@tsmbd/tool-random';

/** True in `percent` of a hundred cases. */
export function chance(next: Random, percent: number): boolean {
  return next(100) < percent;
}

/** One of several values, each chosen as often as its weight says. */
export function weighted<T>(next: Random, from: readonly (readonly [weight: number, what: T])[]): T {
  let at = next(from.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, what] of from) {
    at -= weight;
    if (at < 0) return what;
  }
  return from[0]![1];
}

/** 32 random bits. */
export function bits32(next: Random): number {
  return ((next(0x1_0000) << 16) | next(0x1_0000)) >>> 0;
}

export { oneOf, type Random };
