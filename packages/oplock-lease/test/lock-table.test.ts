import { seeded } from '@tsmbd/tool-random';
import test from 'ava';
import {
  apply,
  type FileEffect,
  type FileState,
  ioAllowed,
  LockLimits,
  locksOf,
  locksOver,
  lockWaiters,
  newFileState,
} from '../src/index.ts';
import { hasOverlap, insert, overlapping, type Ranged, type RangeNode, remove } from '../src/range-tree.ts';
import { violationIn } from '../src/testing.ts';
import { open } from './support/commands.ts';
import { NaiveLocks, type NaiveRange } from './support/naive-locks.ts';

function opened(...ids: number[]): FileState {
  const state = newFileState();
  for (const id of ids) apply(state, open(id));
  return state;
}

const range = (offset: number, length: number, exclusive = true): NaiveRange => ({
  offset: BigInt(offset),
  length: BigInt(length),
  exclusive,
});
const lock = (id: number, ranges: readonly NaiveRange[], waiter?: number) =>
  ({ type: 'lock', open: id, ranges, waiter }) as const;
const unlock = (id: number, ranges: readonly NaiveRange[]) => ({ type: 'unlock', open: id, ranges }) as const;

/** How often the ends of ranges in the trees were looked at while `act` ran. */
function looks(state: FileState, act: () => void): number {
  let count = 0;
  const spied: [object, string, bigint][] = [];
  const spy = (node: RangeNode<Ranged> | undefined): void => {
    if (node === undefined) return;
    const value = node.furthestEnd;
    const get = (): bigint => {
      count++;
      return value;
    };
    spied.push([node, 'furthestEnd', value]);
    Object.defineProperty(node, 'furthestEnd', { get, set: () => {}, configurable: true, enumerable: true });
    spy(node.left);
    spy(node.right);
  };
  for (const tree of [state.locks.exclusive.tree, state.locks.shared.tree, state.waiters.ranges.tree]) spy(tree);
  act();
  for (const [node, name, value] of spied) Object.defineProperty(node, name, { value, writable: true });
  return count;
}

test('locks are granted, refused and let go as the plain list of the specification says [MS-FSA 2.1.5.8, 2.1.5.9]', (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const pick = seeded(seed);
    const [state, naive] = [opened(1, 2, 3, 4), new NaiveLocks()];
    const some = (): NaiveRange => range(pick(24), pick(3) === 0 ? 0 : pick(8), pick(2) === 0);
    const told = (effects: readonly FileEffect[]): number[] =>
      effects.flatMap((e) => (e.type === 'lock-granted' ? [e.waiter] : []));
    for (let step = 1; step <= 150; step++) {
      const who = 1 + pick(4);
      const say = `seed ${seed} step ${step}`;
      const what = pick(10);
      if (what < 5) {
        const ranges = Array.from({ length: 1 + (pick(4) === 0 ? pick(4) : 0) }, some);
        const waiter = pick(2) === 0 ? step : undefined;
        t.is(apply(state, lock(who, ranges, waiter)).result, naive.lock(who, ranges, waiter), say);
      } else if (what < 9) {
        const own = naive.locks.filter((l) => l.open === who);
        const ranges = Array.from({ length: 1 + pick(2) }, () => own[pick(own.length || 1)] ?? some());
        const newest = pick(4) === 0;
        const { result, effects } = apply(state, { ...unlock(who, ranges), newest });
        t.deepEqual([result, told(effects)], naive.unlock(who, ranges, newest), say);
      } else if (pick(3) === 0) {
        t.deepEqual(told(apply(state, { type: 'close', open: who }).effects), naive.close(who), say);
        apply(state, open(who));
      }
      t.deepEqual(locksOf(state), naive.locks, say);
      t.deepEqual(lockWaiters(state), naive.waiters, say);
      const [at, length, write] = [BigInt(pick(24)), BigInt(pick(6)), pick(2) === 0];
      t.is(ioAllowed(state, who, at, length, write), naive.ioAllowed(who, at, length, write), say);
      t.is(violationIn(state), undefined, say);
    }
  }
});

test('a tree of ranges: the shape and the answers of a known one', (t) => {
  const item = (order: number, offset: bigint, end: bigint, id = 1): Ranged => ({ open: id, offset, end, order });
  let tree: RangeNode<Ranged> | undefined;
  const items = [item(1, 0n, 2n), item(2, 2n, 9n), item(3, 4n, 5n, 2), item(4, 6n, 7n), item(5, 8n, 8n)];
  for (const each of items) tree = insert(tree, each);
  t.deepEqual([tree?.item.order, tree?.height, tree?.furthestEnd, tree?.mostOpen], [2, 3, 9n, 2]);
  t.deepEqual(
    overlapping(tree, 4n, 7n).map(({ order }) => order),
    [2, 3, 4],
  );
  t.deepEqual(
    overlapping(tree, 7n, 9n).map(({ order }) => order),
    [2, 5],
  );
  t.true(hasOverlap(tree, 4n, 5n, 1));
  t.false(hasOverlap(tree, 5n, 9n, 1));
  t.false(hasOverlap(tree, 9n, 20n));
  for (const each of items) tree = remove(tree, each);
  t.is(tree, undefined);
});

test('no lock, unlock, read or write looks at each of 8,000 locks and 1,000 waiters', (t) => {
  const state = opened(1, 2);
  const all = Array.from({ length: 8000 }, (_, i) => range(i * 2, 1));
  t.is(apply(state, lock(1, all)).result, 'locked');
  for (let i = 0; i < 1000; i++) t.is(apply(state, lock(2, [range(15_998, 1)], i)).result, 'waiting');
  t.true(state.locks.exclusive.tree!.height < 20);
  const few = 200;
  t.true(looks(state, () => ioAllowed(state, 2, 1n, 1n, true)) < few, 'what is free is read');
  t.true(looks(state, () => ioAllowed(state, 1, 0n, 16_000n, true)) < few, 'its own open writes over all of them');
  t.true(looks(state, () => apply(state, lock(1, [range(0, 15_998, false)]))) < few, 'a shared lock over all of them');
  t.true(looks(state, () => apply(state, lock(2, [range(7, 1)]))) < few, 'a lock between them');
  t.true(looks(state, () => apply(state, unlock(1, all.slice(4, 5)))) < few, 'an unlock that nobody waits for');
});

test('an unlock of many ranges does not look at those who wait for each of them', (t) => {
  const state = opened(1, 2);
  const all = Array.from({ length: 1000 }, (_, i) => range(i * 2, 1));
  apply(state, lock(1, all));
  for (let i = 0; i < 500; i++) apply(state, lock(2, [range(0, 2000)], i));
  const once = looks(state, () => apply(state, unlock(1, all.slice(0, 1))));
  const often = looks(state, () => apply(state, unlock(1, all.slice(1, 900))));
  // Each range that goes costs its way down the tree; each that waits is asked for once, not 899
  // times.
  t.true(often < once + 900 * 100, `${once} looks for one range, ${often} for 899`);
});

test('a close takes the locks of its open and no other, many or few', (t) => {
  for (const [mine, others] of [
    [300, 5],
    [2, 300],
  ] as const) {
    const state = opened(1, 2);
    apply(
      state,
      lock(
        1,
        Array.from({ length: mine }, (_, i) => range(i * 4, 1)),
      ),
    );
    apply(
      state,
      lock(
        2,
        Array.from({ length: others }, (_, i) => range(i * 4 + 2, 1, i % 2 === 0)),
      ),
    );
    const before = locksOf(state, 2);
    apply(state, { type: 'close', open: 1 });
    t.deepEqual(locksOf(state), before);
    t.is(state.locks.count, others);
    t.true((state.locks.exclusive.tree?.height ?? 0) < 12);
    t.is(apply(state, lock(2, [range(0, 1)])).result, 'locked');
    t.is(apply(state, unlock(2, [range(2, 1)])).result, 'unlocked');
    t.is(violationIn(state), undefined);
  }
});

test('no open has or waits for more than 8,192 locks, and no file has more than 32,768', (t) => {
  const state = opened(1, 2, 3, 4, 5, 6);
  const many = (count: number, from = 0): NaiveRange[] =>
    Array.from({ length: count }, (_, i) => range(from + i, 1, false));
  t.is(apply(state, lock(1, many(LockLimits.PER_OPEN + 1))).result, 'too-many');
  t.deepEqual(locksOf(state), []);
  t.is(apply(state, lock(1, many(LockLimits.PER_OPEN - 1))).result, 'locked');
  t.is(apply(state, lock(2, [range(0, 1)], 7)).result, 'waiting');
  t.is(apply(state, lock(2, many(LockLimits.PER_OPEN, 100_000))).result, 'too-many');
  for (const id of [2, 3, 4]) t.is(apply(state, lock(id, many(LockLimits.PER_OPEN - 1))).result, 'locked');
  t.is(apply(state, lock(5, many(5))).result, 'too-many');
  t.is(apply(state, lock(5, many(3))).result, 'locked');
  t.is(apply(state, lock(6, many(1))).result, 'too-many');
});

test('no file has more than 2,048 lock requests that wait', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(0, 1)]));
  for (let i = 0; i < LockLimits.WAITERS_PER_FILE; i++) apply(state, lock(2, [range(0, 1)], i));
  t.is(apply(state, lock(2, [range(0, 1)], 9999)).result, 'too-many');
  apply(state, { type: 'cancel-lock', waiter: 5 });
  t.is(apply(state, lock(2, [range(0, 1)], 9999)).result, 'waiting');
});

test('the state of a file with locks is plain values: a copy goes on as the original does', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(0, 4), range(10, 4, false)]));
  apply(state, lock(2, [range(2, 1)], 7));
  const copy = structuredClone(state);
  t.deepEqual(copy, state);
  const effects = [{ type: 'lock-granted', waiter: 7 }];
  for (const each of [state, copy]) t.deepEqual(apply(each, unlock(1, [range(0, 4)])).effects, effects);
  t.deepEqual(copy, state);
  t.deepEqual(locksOver(copy, 1, { offset: 11n, length: 1n }), [{ open: 1, ...range(10, 4, false) }]);
});
