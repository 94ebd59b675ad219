/**
 * Milliseconds of a clock that all processes of this machine share (CLOCK_MONOTONIC). It is what
 * lets clients start together, and what CPU profiles are dated by.
 */
export function now(): number {
  return performance.now() + OFFSET;
}

/** Resolves at a time of `now`'s clock. */
export function until(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - now())));
}

const OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();
