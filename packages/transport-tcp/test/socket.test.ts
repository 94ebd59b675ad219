import { connect as rawConnect, type Socket } from 'node:net';
import test from 'ava';
import { connect, type Listener, type ListenOptions, listen, type TransportConnection } from '../src/index.ts';
import { createMemoryTransportPair } from '../src/testing.ts';
import { collect } from './collect.ts';

const HOST = '127.0.0.1';

/** A message with room for the length prefix. */
const message = (length: number, value: number): Uint8Array => new Uint8Array(4 + length).fill(value, 4);

function startEcho(options: Partial<ListenOptions> = {}): Promise<Listener> {
  return listen({
    host: HOST,
    port: 0,
    onConnection: (connection) => {
      connection.setMaxMessageSize(1 << 24);
      connection.onMessage = (bytes, release) => connection.send([new Uint8Array(4), bytes], release);
    },
    ...options,
  });
}

const closed = (connection: TransportConnection): Promise<string> =>
  new Promise((resolve) => {
    connection.onClose = resolve;
  });

test('messages of all sizes come back as they were sent [MS-SMB2 2.1]', async (t) => {
  const listener = await startEcho();
  const client = await connect({ host: HOST, port: listener.port });
  t.is(client.remoteAddress, HOST);
  t.is(client.remotePort, listener.port);
  const lengths = [1, 100, 4096, 100_000, 1 << 20, 65_536, 3, 5_000_000, 77];
  const back = collect(client, lengths.length);
  for (const [i, length] of lengths.entries()) client.send([message(length, i)]);
  for (const [i, bytes] of (await back).entries()) {
    t.is(bytes.length, lengths[i]!);
    t.true(bytes.every((b) => b === i));
  }
  client.destroy('done');
  await listener.close();
});

test('many messages that are received together are answered, in order, and done is called for each', async (t) => {
  const count = 300;
  let done = 0;
  const listener = await startEcho({
    onConnection: (connection) => {
      connection.onMessage = (bytes, release) => {
        const answer = new Uint8Array(4 + bytes.length);
        answer.set(bytes, 4);
        release();
        connection.send([answer.subarray(0, 5), answer.subarray(5)], () => done++);
      };
    },
  });
  const client = await connect({ host: HOST, port: listener.port });
  const back = collect(client, count);
  for (let i = 0; i < count; i++) client.send([message(50, i % 256)]);
  t.deepEqual(
    (await back).map((bytes) => bytes[7]),
    Array.from({ length: count }, (_, i) => i % 256),
  );
  t.is(done, count);
  client.destroy('done');
  await listener.close();
});

test('a paused connection delivers nothing until it is resumed', async (t) => {
  let server: TransportConnection | undefined;
  const seen: number[] = [];
  let all: () => void;
  const gotAll = new Promise<void>((resolve) => {
    all = resolve;
  });
  const listener = await startEcho({
    onConnection: (connection) => {
      server = connection;
      connection.onMessage = (bytes, release) => {
        seen.push(bytes[0]!);
        release();
        if (seen.length === 1) {
          connection.pause();
          setImmediate(() => setImmediate(() => connection.resume()));
          setImmediate(() => t.deepEqual(seen, [1]));
        }
        if (seen.length === 3) all();
      };
    },
  });
  const client = await connect({ host: HOST, port: listener.port });
  for (const value of [1, 2, 3]) client.send([message(10, value)]);
  await gotAll;
  t.deepEqual(seen, [1, 2, 3]);
  t.truthy(server);
  client.destroy('done');
  await listener.close();
});

test('a close sends what is queued first; the peer sees the end', async (t) => {
  const listener = await startEcho({
    onConnection: (connection) => {
      connection.onMessage = (_, release) => {
        release();
        connection.send([message(300_000, 7)]);
        connection.close('enough');
      };
    },
  });
  const client = await connect({ host: HOST, port: listener.port });
  const seen = new Promise<number>((resolve) => {
    client.onMessage = (bytes) => resolve(bytes.length);
  });
  const end = closed(client);
  client.send([message(1, 1)]);
  t.is(await seen, 300_000);
  t.is(await end, 'closed by the peer');
  await listener.close();
});

test('bytes that are no frame close the connection and say why', async (t) => {
  let reason: Promise<string> | undefined;
  const listener = await startEcho({
    onConnection: (connection) => {
      reason = closed(connection);
    },
  });
  const socket = rawConnect(listener.port, HOST);
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await ended(socket);
  t.is(await reason, 'malformed frame: packet type 71');
  await listener.close();
});

test('a NetBIOS session request gets a positive response [RFC 1002 4.3.2]', async (t) => {
  const listener = await startEcho();
  const socket = rawConnect(listener.port, HOST);
  const request = Buffer.alloc(72);
  request.set([0x81, 0, 0, 68]);
  socket.write(request);
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  t.deepEqual([...answer], [0x82, 0, 0, 0]);
  socket.destroy();
  await listener.close();
});

test('a message longer than allowed closes the connection before its bytes are waited for', async (t) => {
  let reason: Promise<string> | undefined;
  const listener = await startEcho({
    maxMessageSize: 1000,
    onConnection: (connection) => {
      reason = closed(connection);
    },
  });
  const socket = rawConnect(listener.port, HOST);
  socket.write(new Uint8Array([0, 0, 0x10, 0]));
  await ended(socket);
  t.is(await reason, 'malformed frame: message of 4096 bytes, at most 1000');
  await listener.close();
});

test('connections above the limits are closed at once, and room is made again', async (t) => {
  const refused: string[] = [];
  const listener = await startEcho({
    maxConnectionsPerAddress: 1,
    onRefused: (_, reason) => refused.push(reason),
  });
  const first = await connect({ host: HOST, port: listener.port });
  const second = rawConnect(listener.port, HOST);
  await ended(second);
  t.deepEqual(refused, ['1 connections of this address']);
  const gone = closed(first);
  first.destroy('leaving');
  t.is(await gone, 'leaving');
  // The listener sees the end a turn later.
  for (let tries = 0; ; tries++) {
    const third = await connect({ host: HOST, port: listener.port });
    const answer = collect(third, 1);
    third.send([message(1, 5)]);
    const ok = await answer.then(
      () => true,
      () => false,
    );
    third.destroy('done');
    if (ok) break;
    if (tries > 50) t.fail('never let in again');
  }
  await listener.close();
});

test('a connection that both limits keep out has one other make room for it', async (t) => {
  const asked: (string | undefined)[] = [];
  const refused: string[] = [];
  const listener = await startEcho({
    maxConnections: 1,
    maxConnectionsPerAddress: 1,
    makeRoom: (group) => {
      asked.push(group);
      return group !== undefined;
    },
    onRefused: (_, reason) => refused.push(reason),
  });
  const first = await connect({ host: HOST, port: listener.port });
  const second = await connect({ host: HOST, port: listener.port });
  const answer = collect(second, 1);
  second.send([message(1, 5)]);
  t.is((await answer).length, 1);
  t.deepEqual(asked, [HOST]);
  t.deepEqual(refused, []);
  first.destroy('done');
  second.destroy('done');
  await listener.close();
});

test('a port that is taken rejects with the system error', async (t) => {
  const listener = await startEcho();
  const error = await t.throwsAsync(startEcho({ port: listener.port }));
  t.is((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
  await listener.close();
});

test('a connection that nobody listens to rejects', async (t) => {
  const listener = await startEcho();
  await listener.close();
  await t.throwsAsync(connect({ host: HOST, port: listener.port }), { code: 'ECONNREFUSED' });
});

test('what is sent after a close is dropped, and done is called all the same', async (t) => {
  const listener = await startEcho();
  const client = await connect({ host: HOST, port: listener.port });
  const end = closed(client);
  client.destroy('gone');
  await end;
  t.plan(1);
  client.send([message(1, 1)], () => t.pass());
  await listener.close();
});

test('a peer that takes nothing makes bufferedBytes grow and reading pause', async (t) => {
  let server: TransportConnection | undefined;
  let count = 0;
  const listener = await startEcho({
    maxBufferedBytes: 4 << 20,
    onConnection: (connection) => {
      server = connection;
      connection.onMessage = (_, release) => {
        release();
        count++;
        connection.send([message(1 << 20, 1)]);
      };
    },
  });
  const client = await connect({ host: HOST, port: listener.port });
  client.pause();
  for (let i = 0; i < 2000; i++) client.send([message(60, 1)]);
  while (server === undefined || server.bufferedBytes <= 4 << 20) await new Promise((r) => setImmediate(r));
  const before = count;
  for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r));
  t.is(count, before);
  t.true(count < 2000);
  const end = closed(server);
  client.destroy('done');
  await end;
  await listener.close();
});

test('the memory pair carries copies, in order, and tells of the end', async (t) => {
  const { client, server } = createMemoryTransportPair();
  const back = collect(client, 2);
  const end = closed(server);
  server.onMessage = (bytes, release) => {
    server.send([new Uint8Array(4), bytes]);
    release();
  };
  const first = message(3, 1);
  client.send([first], () => first.fill(9));
  client.send([message(2, 2)]);
  t.deepEqual(await back, [new Uint8Array([1, 1, 1]), new Uint8Array([2, 2])]);
  client.onClose = () => {};
  client.close('bye');
  t.is(await end, 'closed by the peer');
  t.true(client.idle);
});

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}
