/**
 * Locks of a file in one list, as [MS-FSA] 2.1.5.8 and 2.1.5.9 tell them: slow, and plainly right.
 */
export interface NaiveRange {
  readonly offset: bigint;
  readonly length: bigint;
  readonly exclusive: boolean;
}

export class NaiveLocks {
  locks: (NaiveRange & { readonly open: number })[] = [];
  waiters: { readonly waiter: number; readonly open: number; readonly range: NaiveRange }[] = [];

  lock(open: number, ranges: readonly NaiveRange[], waiter: number | undefined): 'locked' | 'waiting' | 'not-granted' {
    const before = this.locks;
    for (const range of ranges) {
      if (this.#blocked(range, open)) {
        this.locks = before;
        if (waiter === undefined || ranges.length > 1) return 'not-granted';
        this.waiters.push({ waiter, open, range });
        return 'waiting';
      }
      this.locks = [...this.locks, { open, ...range }];
    }
    return 'locked';
  }

  /** The result, and which waiters were let in. */
  unlock(open: number, ranges: readonly Omit<NaiveRange, 'exclusive'>[], newest: boolean): [string, number[]] {
    for (const range of ranges) {
      const mine = this.locks.filter((l) => l.open === open && l.offset === range.offset && l.length === range.length);
      const goes = newest ? mine.at(-1) : (mine.find((l) => l.exclusive) ?? mine[0]);
      if (goes === undefined) return ['not-locked', this.#grant()];
      this.locks = this.locks.filter((l) => l !== goes);
    }
    return ['unlocked', this.#grant()];
  }

  close(open: number): number[] {
    this.waiters = this.waiters.filter((w) => w.open !== open);
    this.locks = this.locks.filter((l) => l.open !== open);
    return this.#grant();
  }

  ioAllowed(open: number, offset: bigint, length: bigint, write: boolean): boolean {
    const over = this.locks.filter((l) => length > 0n && overlap(l, { offset, length }));
    return !over.some((l) => (l.exclusive ? l.open !== open : write));
  }

  #blocked(range: NaiveRange, open: number): boolean {
    return this.locks.some((l) => overlap(l, range) && (range.exclusive || (l.exclusive && l.open !== open)));
  }

  #grant(): number[] {
    const granted: number[] = [];
    for (const { waiter, open, range } of this.waiters) {
      if (this.#blocked(range, open)) continue;
      this.locks = [...this.locks, { open, ...range }];
      granted.push(waiter);
    }
    this.waiters = this.waiters.filter(({ waiter }) => !granted.includes(waiter));
    return granted;
  }
}

type Range = Pick<NaiveRange, 'offset' | 'length'>;

function overlap(a: Range, b: Range): boolean {
  const points = (r: Range): boolean => r.length === 0n;
  const inside = (p: Range, r: Range): boolean => r.offset < p.offset && p.offset < r.offset + r.length;
  if (points(a) || points(b)) return points(a) === points(b) ? false : points(a) ? inside(a, b) : inside(b, a);
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
