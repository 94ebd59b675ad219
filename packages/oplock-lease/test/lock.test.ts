import test from 'ava';
import { apply, type FileState, ioAllowed, locksOf, newFileState } from '../src/index.ts';
import { open } from './support/commands.ts';

function opened(...ids: number[]): FileState {
  const state = newFileState();
  for (const id of ids) {
    apply(state, open(id));
  }
  return state;
}

const range = (offset: bigint, length: bigint, exclusive = true) => ({ offset, length, exclusive });
const lock = (open: number, ranges: ReturnType<typeof range>[], waiter?: number) =>
  ({ type: 'lock', open, ranges, waiter }) as const;

test('exclusive locks of the same bytes shut each other out, their own open too [MS-FSA 2.1.5.8]', (t) => {
  const state = opened(1, 2);
  t.is(apply(state, lock(1, [range(10n, 10n)])).result, 'locked');
  t.is(apply(state, lock(2, [range(19n, 1n)])).result, 'not-granted');
  t.is(apply(state, lock(1, [range(10n, 10n)])).result, 'not-granted');
  t.is(apply(state, lock(2, [range(20n, 1n)])).result, 'locked');
});

test('shared locks stack, and an exclusive one has to wait for all [MS-FSA 2.1.5.8]', (t) => {
  const state = opened(1, 2);
  t.is(apply(state, lock(1, [range(0n, 5n, false)])).result, 'locked');
  t.is(apply(state, lock(1, [range(0n, 5n, false)])).result, 'locked');
  t.is(apply(state, lock(2, [range(0n, 5n)], 7)).result, 'waiting');
  const once = { type: 'unlock', open: 1, ranges: [{ offset: 0n, length: 5n }] } as const;
  t.deepEqual(apply(state, once).effects, []);
  t.deepEqual(apply(state, once).effects, [{ type: 'lock-granted', waiter: 7 }]);
});

test('a batch is granted whole or not at all [MS-SMB2 3.3.5.14.2]', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(100n, 1n)]));
  t.is(apply(state, lock(2, [range(0n, 1n), range(100n, 1n)])).result, 'not-granted');
  t.is(locksOf(state).length, 1);
});

test('a range that passes the end of 64 bits is invalid; one that ends there is not [MS-FSA 2.1.5.8]', (t) => {
  const state = opened(1);
  const last = 0xffff_ffff_ffff_ffffn;
  t.is(apply(state, lock(1, [range(last, 2n)])).result, 'invalid-range');
  t.is(apply(state, lock(1, [range(last, 1n)])).result, 'locked');
});

test('a lock of no bytes meets only what has it strictly inside [MS-FSA 2.1.4.10]', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(10n, 10n)]));
  t.is(apply(state, lock(2, [range(10n, 0n)])).result, 'locked');
  t.is(apply(state, lock(2, [range(20n, 0n)])).result, 'locked');
  t.is(apply(state, lock(2, [range(15n, 0n)])).result, 'not-granted');
});

test('unlock takes exactly what its own open locked [MS-SMB2 3.3.5.14.1]', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(0n, 10n)]));
  t.is(apply(state, { type: 'unlock', open: 1, ranges: [{ offset: 0n, length: 5n }] }).result, 'not-locked');
  t.is(apply(state, { type: 'unlock', open: 2, ranges: [{ offset: 0n, length: 10n }] }).result, 'not-locked');
  t.is(apply(state, { type: 'unlock', open: 1, ranges: [{ offset: 0n, length: 10n }] }).result, 'unlocked');
});

test('an exclusive lock stops others, a shared one stops writers, its owner too [MS-FSA 2.1.4.10]', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(0n, 10n)]));
  t.true(ioAllowed(state, 1, 0n, 5n, true));
  t.false(ioAllowed(state, 2, 9n, 5n, false));
  t.true(ioAllowed(state, 2, 10n, 5n, true));
  apply(state, lock(1, [range(20n, 10n, false)]));
  t.true(ioAllowed(state, 2, 20n, 5n, false));
  t.false(ioAllowed(state, 1, 20n, 5n, true));
});

test('closing an open frees its locks, ends its waits, and lets the next one in', (t) => {
  const state = opened(1, 2, 3);
  apply(state, lock(1, [range(0n, 1n)]));
  t.is(apply(state, lock(2, [range(0n, 1n)], 20)).result, 'waiting');
  t.is(apply(state, lock(3, [range(0n, 1n)], 30)).result, 'waiting');
  t.deepEqual(apply(state, { type: 'close', open: 2 }).effects, [{ type: 'lock-ended', waiter: 20 }]);
  t.deepEqual(apply(state, { type: 'close', open: 1 }).effects, [{ type: 'lock-granted', waiter: 30 }]);
});

test('a wait that was withdrawn is never granted', (t) => {
  const state = opened(1, 2);
  apply(state, lock(1, [range(0n, 1n)]));
  apply(state, lock(2, [range(0n, 1n)], 20));
  t.true(apply(state, { type: 'cancel-lock', waiter: 20 }).result);
  t.false(apply(state, { type: 'cancel-lock', waiter: 20 }).result);
  t.deepEqual(apply(state, { type: 'close', open: 1 }).effects, []);
});

test('taking back what was just granted leaves an older lock of the same range', (t) => {
  const state = opened(1);
  const range = { offset: 0n, length: 5n };
  apply(state, { type: 'lock', open: 1, waiter: undefined, ranges: [{ ...range, exclusive: true }] });
  apply(state, { type: 'lock', open: 1, waiter: undefined, ranges: [{ ...range, exclusive: false }] });
  apply(state, { type: 'unlock', open: 1, ranges: [range], newest: true });
  t.deepEqual(locksOf(state), [{ open: 1, ...range, exclusive: true }]);
});

test('a shared lock lies over the exclusive one of its own open, and over nobody else’s [MS-FSA 2.1.5.8]', (t) => {
  const state = opened(1, 2);
  t.is(apply(state, lock(1, [range(0n, 10n)])).result, 'locked');
  t.is(apply(state, lock(2, [range(5n, 1n, false)])).result, 'not-granted');
  t.is(apply(state, lock(1, [range(5n, 1n, false)])).result, 'locked');
});
