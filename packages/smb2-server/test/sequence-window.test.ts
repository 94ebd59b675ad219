import test from 'ava';
import { SequenceWindow } from '../src/model/sequence-window.ts';

/** A window that a client was given `credits` ids of, from 1 on. */
function opened(credits: number, max = 64): SequenceWindow {
  const window = new SequenceWindow(max);
  window.consume(0n, 1);
  window.grant(credits);
  return window;
}

test('an id is used once, in whatever order ids come [MS-SMB2 3.3.5.2.3]', (t) => {
  const window = opened(6);
  t.true(window.consume(3n, 1));
  t.false(window.consume(3n, 1), 'before those below it');
  for (const id of [1n, 2n, 4n]) t.true(window.consume(id, 1), `${id}`);
  for (const id of [0n, 1n, 2n, 3n, 4n]) t.false(window.consume(id, 1), `${id} again`);
  t.is(window.available, 2);
});

test('an id that was not granted is refused, and so is a charge that reaches behind the window [MS-SMB2 3.3.5.2.3]', (t) => {
  const window = opened(4);
  t.false(window.consume(5n, 1));
  t.false(window.consume(3n, 3));
  t.false(window.consume(1n << 60n, 1));
  t.true(window.consume(3n, 2), 'what was refused used no id');
  t.true(window.consume(1n, 2));
  t.false(window.consume(5n, 1));
});

test('a charge that meets a used id is refused as a whole [MS-SMB2 3.3.5.2.3]', (t) => {
  const window = opened(6);
  t.true(window.consume(3n, 1));
  t.false(window.consume(2n, 3));
  t.true(window.consume(2n, 1), 'the ids around it are free');
  t.true(window.consume(4n, 1));
});

test('no more credits are out than the limit, whatever is asked for [MS-SMB2 3.3.1.2]', (t) => {
  const window = new SequenceWindow(8);
  window.consume(0n, 1);
  t.is(window.grant(1000), 8);
  t.is(window.grant(1000), 0);
  window.consume(1n, 1);
  t.is(window.grant(1000), 1);
});

test('a window reaches twice the limit at most while a low id is left out [MS-SMB2 3.3.1.1]', (t) => {
  const window = new SequenceWindow(4);
  window.consume(0n, 1);
  window.grant(4);
  let id = 2n;
  let granted = 5n;
  for (let i = 0; i < 100; i++) {
    if (id < granted && window.consume(id, 1)) id += 1n;
    granted += BigInt(window.grant(4));
  }
  t.true(granted <= 1n + 8n, `${granted} ids`);
  t.true(window.consume(1n, 1));
  t.true(window.grant(1) > 0);
});

test('a client that asks for no credits is left with one [MS-SMB2 3.3.1.2]', (t) => {
  const window = new SequenceWindow(8);
  window.consume(0n, 1);
  t.is(window.grant(0), 1);
  t.is(window.grant(0), 0);
});
