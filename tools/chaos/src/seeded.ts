/** Integers from 0 to one less than what is asked for, which look random and follow from the seed (mulberry32). */
export function seeded(seed: number): (n: number) => number {
  let state = Math.imul(seed, 0x9e37_79b1) >>> 0;
  return (n) => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * n);
  };
}
