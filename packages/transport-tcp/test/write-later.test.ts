import { writeSync } from 'node:fs';
import test from 'ava';
import { connect, type ListenOptions, listen, type TransportConnection, type WriteLater } from '../src/index.ts';
import { collect } from './collect.ts';

const HOST = '127.0.0.1';
const LENGTHS = [100, 3 << 20, 7, 8, 5 << 20, (2 << 20) + 1, 60_000];

/** A listener that does this with each connection when it has heard from the client. */
async function serving(then: (connection: TransportConnection) => void, options: Partial<ListenOptions>) {
  return listen({
    host: HOST,
    port: 0,
    onConnection: (connection) => {
      connection.onMessage = (_, release) => {
        release();
        then(connection);
      };
    },
    ...options,
  });
}

/** Sends messages of these lengths, each filled with its number. */
function sendAll(connection: TransportConnection, done: () => void): void {
  for (const [i, length] of LENGTHS.entries()) connection.send([new Uint8Array(4 + length).fill(i, 4)], done);
}

/** As much as the system takes, but not more than this. */
function upTo(most: number): WriteLater {
  return async (descriptor, bytes) => {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return writeSync(descriptor, bytes, 0, Math.min(most, bytes.length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return -1;
      throw error;
    }
  };
}

const WRITERS: Readonly<Record<string, WriteLater>> = {
  'as much as it can': upTo(Number.POSITIVE_INFINITY),
  'a little at a time': upTo(100_000),
  nothing: async () => -1,
  'nothing, with an error': async () => {
    throw new Error('no descriptor is left');
  },
};

for (const [what, writeLater] of Object.entries(WRITERS)) {
  test(`long messages arrive whole and in order when the other thread writes ${what}`, async (t) => {
    let done = 0;
    const listener = await serving((connection) => sendAll(connection, () => void done++), { writeLater });
    const client = await connect({ host: HOST, port: listener.port, maxMessageSize: 8 << 20 });
    const received = collect(client, LENGTHS.length);
    client.send([new Uint8Array(5)]);
    const messages = await received;
    t.deepEqual(
      messages.map((bytes) => bytes.length),
      LENGTHS,
    );
    for (const [i, bytes] of messages.entries()) t.true(bytes.every((byte) => byte === i));
    t.is(done, LENGTHS.length);
    client.destroy('done');
    await listener.close();
  });
}

test('a close waits for the long messages before it', async (t) => {
  let done = 0;
  const listener = await serving(
    (connection) => {
      sendAll(connection, () => void done++);
      t.true(connection.bufferedBytes > 9 << 20);
      connection.close('enough');
    },
    { writeLater: upTo(300_000) },
  );
  const client = await connect({ host: HOST, port: listener.port, maxMessageSize: 8 << 20 });
  let count = 0;
  client.onMessage = (_, release) => {
    count++;
    release();
  };
  await new Promise<void>((resolve) => {
    client.onClose = () => resolve();
    client.send([new Uint8Array(5)]);
  });
  t.deepEqual([count, done], [LENGTHS.length, LENGTHS.length]);
  await listener.close();
});

test('done is called for all, and not before the other thread has ended, when the connection ends', async (t) => {
  const thread = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  let done = 0;
  const writeLater: WriteLater = () => thread.promise;
  const listener = await serving(
    (connection) => {
      connection.onClose = () => closed.resolve();
      sendAll(connection, () => void done++);
    },
    { writeLater },
  );
  const client = await connect({ host: HOST, port: listener.port, maxMessageSize: 8 << 20 });
  const first = new Promise<void>((resolve) => {
    client.onMessage = (_, release) => {
      release();
      resolve();
    };
  });
  client.send([new Uint8Array(5)]);
  await first;
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.destroy('gone');
  await closed.promise;
  t.is(done, 1);
  thread.resolve(-1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.is(done, LENGTHS.length);
  await listener.close();
});
