import test from 'ava';
import { ResponseBuffers } from '../src/pipeline/response-buffers.ts';

const LARGE = 8 << 20;

/** Buffers, and a clock whose periods the test ends. */
function stage(workers = 1) {
  const waiting: (() => void)[] = [];
  const buffers = new ResponseBuffers((_, call) => waiting.push(call), workers);
  const endPeriod = (): void => waiting.shift()!();
  const take = (count: number): Uint8Array[] => Array.from({ length: count }, () => buffers.acquire(LARGE));
  const give = (taken: readonly Uint8Array[]): void => {
    for (const buffer of taken) buffers.release(buffer);
  };
  return { waiting, endPeriod, take, give };
}

const isFreed = (buffer: Uint8Array): boolean => buffer.byteLength === 0;

test('buffers that are needed now and then are kept, however many they are', (t) => {
  const { waiting, endPeriod, take, give } = stage();
  const first = take(8);
  give(first);
  for (let i = 0; i < 5; i++) {
    const again = take(8);
    t.true(
      again.every((buffer) => first.includes(buffer)),
      `period ${i}`,
    );
    give(again);
    t.is(waiting.length, 1);
    endPeriod();
  }
});

test('what nobody has needed for a period is given back, but for a few', (t) => {
  const { waiting, endPeriod, take, give } = stage();
  const all = take(8);
  give(all);
  endPeriod();
  while (waiting.length > 0) endPeriod();
  t.is(all.filter(isFreed).length, 5);
  // With more workers each keeps less, but one in any case.
  const of16 = stage(16);
  const others = of16.take(3);
  of16.give(others);
  while (of16.waiting.length > 0) of16.endPeriod();
  t.is(others.filter(isFreed).length, 2);
});
