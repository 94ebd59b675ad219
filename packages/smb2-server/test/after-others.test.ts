import type { VfsWatchEvent } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { afterOthers } from '../src/notify/index.ts';

const event = (name: string): VfsWatchEvent => ({ type: 'added', path: [name], directory: false });

test('a change that another worker made is not told before that worker had its say, however busy it is', async (t) => {
  const told: string[] = [];
  const timers: (() => void)[] = [];
  const asked: (() => void)[] = [];
  const take = afterOthers(
    ({ path }) => void told.push(path[0]!),
    () => new Promise((resolve) => void asked.push(resolve)),
    (_ms, call) => {
      timers.push(call);
      return () => {};
    },
  );
  take(event('a'));
  take(event('b'));
  t.is(asked.length, 0, 'it may not have noticed yet that the change is done');
  timers.shift()!();
  timers.shift()!();
  take(event('c'));
  await Promise.resolve();
  t.deepEqual([asked.length, told], [1, []]);
  timers.shift()!();
  asked.shift()!();
  await new Promise(setImmediate);
  t.deepEqual(told, ['a']);
  t.is(asked.length, 1, 'one question for all that came meanwhile');
  asked.shift()!();
  await new Promise(setImmediate);
  t.deepEqual(told, ['a', 'b', 'c']);
  take(event('d'));
  timers.shift()!();
  asked.shift()!();
  await new Promise(setImmediate);
  t.is(told.at(-1), 'd');
});
