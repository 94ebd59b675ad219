import { writeSync } from 'node:fs';
import test from 'ava';
import { connect, type ListenOptions, listen, type WriteNow } from '../src/index.ts';
import { collect } from './collect.ts';

const HOST = '127.0.0.1';

/**
 * A server that answers each message with messages of these lengths, and a client that sends one.
 * Returns what came.
 */
async function answered(lengths: readonly number[], options: Partial<ListenOptions>) {
  let done = 0;
  const listener = await listen({
    host: HOST,
    port: 0,
    onConnection: (connection) => {
      connection.onMessage = (_, release) => {
        release();
        // Later, so that each is written by itself.
        setImmediate(() => {
          for (const [i, length] of lengths.entries()) {
            connection.send([new Uint8Array(4 + length).fill(i, 4)], () => void done++);
          }
        });
      };
    },
    ...options,
  });
  const client = await connect({ host: HOST, port: listener.port });
  const received = collect(client, lengths.length);
  client.send([new Uint8Array(5)]);
  const messages = await received;
  client.destroy('done');
  await listener.close();
  return { messages, done };
}

const LENGTHS = [100, 1, 60_000, 4096, 1 << 20, 7, 65_000, 12];

/** What the system may take of a write. */
const TAKES: Readonly<Record<string, (n: number) => number>> = {
  everything: () => Number.POSITIVE_INFINITY,
  nothing: () => 0,
  'a part of each': () => 3,
  'a part now and then': (n) => (n % 2 === 0 ? Number.POSITIVE_INFINITY : 10),
};

for (const [what, takes] of Object.entries(TAKES)) {
  test(`messages arrive whole and in order when the system takes ${what} at once`, async (t) => {
    let calls = 0;
    const writeNow: WriteNow = (descriptor, bytes) => {
      const count = Math.min(bytes.length, takes(calls++));
      return count === 0 ? -1 : writeSync(descriptor, bytes, 0, count);
    };
    const { messages, done } = await answered(LENGTHS, { writeNow });
    t.deepEqual(
      messages.map((bytes) => bytes.length),
      LENGTHS,
    );
    for (const [i, bytes] of messages.entries()) t.true(bytes.every((byte) => byte === i));
    t.is(done, LENGTHS.length);
    t.true(calls > 0);
  });
}

test('nothing is written to the descriptor of a connection that has ended', async (t) => {
  const ended = Promise.withResolvers<void>();
  let calls = 0;
  let done = 0;
  const listener = await listen({
    host: HOST,
    port: 0,
    writeNow: () => {
      calls++;
      return 0;
    },
    onConnection: (connection) => {
      connection.onMessage = (_, release) => {
        release();
        connection.destroy('enough');
        connection.send([new Uint8Array(10)], () => void done++);
        setImmediate(() => {
          connection.send([new Uint8Array(10)], () => void done++);
          ended.resolve();
        });
      };
    },
  });
  const client = await connect({ host: HOST, port: listener.port });
  client.send([new Uint8Array(5)]);
  await ended.promise;
  await new Promise((resolve) => setTimeout(resolve, 10));
  t.deepEqual([calls, done], [0, 2]);
  client.destroy('done');
  await listener.close();
});
