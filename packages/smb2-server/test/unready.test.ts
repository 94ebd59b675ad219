import test from 'ava';
import { Unready } from '../src/model/unready.ts';

/** An Unready, what it has sent, and its errors. */
function stage() {
  const sent: number[] = [];
  const errors: unknown[] = [];
  const unready = new Unready(
    ([bytes], done) => {
      sent.push(bytes!.length);
      done?.();
    },
    (error) => errors.push(error),
  );
  /** Sends a message of this length if it may be sent at once, as a connection does. */
  const send = (length: number, ready?: Promise<void>): void => {
    if (!unready.takes([new Uint8Array(length)], undefined, ready)) sent.push(length);
  };
  return { unready, send, sent, errors };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('messages leave in the order in which they were sent, whichever is signed first', async (t) => {
  const { unready, send, sent } = stage();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  send(1);
  send(20, first.promise);
  send(3);
  send(40, second.promise);
  send(5);
  t.deepEqual([sent, unready.bytes], [[1], 68]);
  second.resolve();
  await turn();
  t.deepEqual([sent, unready.bytes], [[1], 68]);
  first.resolve();
  await turn();
  t.deepEqual([sent, unready.bytes], [[1, 20, 3, 40, 5], 0]);
  send(6);
  t.deepEqual(sent, [1, 20, 3, 40, 5, 6]);
});

test('a message that cannot be signed ends the connection before anything behind it is sent', async (t) => {
  const { send, sent, errors } = stage();
  send(20, Promise.reject(new Error('refused')));
  send(3);
  await turn();
  t.is((errors[0] as Error).message, 'refused');
  // The connection is closed by now and drops what it is given, but calls `done`.
  t.deepEqual(sent, [20, 3]);
});
