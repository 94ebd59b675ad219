import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import test from 'ava';
import { BufferPool, DEFAULT_LIMITS } from '../src/index.ts';
import { SocketConnection } from '../src/socket-connection.ts';

/**
 * A socket that takes nothing until it is told to, and what the connection gave it to read into.
 */
class FakeSocket extends Duplex {
  onread!: { buffer: () => Uint8Array; callback: (count: number) => boolean };
  bytesWritten = 0;
  #taken: (() => void)[] = [];

  override _read(): void {}

  override _write(chunk: Uint8Array, _: BufferEncoding, done: () => void): void {
    this.bytesWritten += chunk.length;
    this.#taken.push(done);
  }

  /** The peer takes one segment. */
  takeOne(): void {
    this.#taken.shift()?.();
  }

  receive(bytes: Uint8Array): void {
    this.onread.buffer().set(bytes);
    this.onread.callback(bytes.length);
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
}

function createConnection() {
  const socket = new FakeSocket();
  const connection = new SocketConnection(
    (onread) => {
      socket.onread = onread;
      return socket as unknown as Socket;
    },
    new BufferPool(),
    DEFAULT_LIMITS,
    0,
    {},
  );
  let reason: string | undefined;
  connection.begin(() => {
    connection.onClose = (why) => {
      reason = why;
    };
  });
  /** Lets events out and says why the connection closed. */
  const reasonNow = async (): Promise<string | undefined> => {
    await new Promise((resolve) => setImmediate(resolve));
    return reason;
  };
  return { socket, connection, reasonNow };
}

const FRAME = new Uint8Array([0, 0, 0, 2, 1, 1]);

test('a connection on which nothing comes is closed', async (t) => {
  const { connection, reasonNow } = createConnection();
  connection.sweep(30_000);
  t.is(await reasonNow(), undefined);
  connection.sweep(30_001);
  t.is(await reasonNow(), 'nothing received in time');
});

test('a connection that was used may be idle for as long as it likes', async (t) => {
  const { socket, connection, reasonNow } = createConnection();
  socket.receive(FRAME);
  for (const now of [10_000, 1_000_000, 100_000_000]) connection.sweep(now);
  t.is(await reasonNow(), undefined);
});

test('a message that is begun must be finished in time; time that the connection is paused does not count', async (t) => {
  const { socket, connection, reasonNow } = createConnection();
  socket.receive(FRAME);
  connection.sweep(10_000);
  socket.receive(FRAME.subarray(0, 5));
  connection.sweep(15_000);
  connection.pause();
  connection.sweep(200_000);
  connection.resume();
  connection.sweep(210_000);
  connection.sweep(270_000);
  t.is(await reasonNow(), undefined);
  connection.sweep(270_001);
  t.is(await reasonNow(), 'message not finished in time');
});

test('the time of a message begins with it, however long the connection and its clock have been there', async (t) => {
  // The kernel's client lost its connection in a long upload: messages were delivered between two
  // sweeps, and the next was being received at each of them.
  const { socket, connection, reasonNow } = createConnection();
  for (const now of [1_000_000, 1_010_000, 1_100_000]) {
    socket.receive(FRAME);
    socket.receive(FRAME.subarray(0, 5));
    connection.sweep(now);
    t.is(await reasonNow(), undefined);
    socket.receive(FRAME.subarray(5));
  }
  t.is(await reasonNow(), undefined);
});

test('a peer that takes nothing is closed, one that takes slowly is not', async (t) => {
  const { socket, connection, reasonNow } = createConnection();
  socket.receive(FRAME);
  for (let i = 0; i < 5; i++) connection.send([new Uint8Array(100)]);
  for (let now = 0; now < 400_000; now += 100_000) {
    connection.sweep(now);
    socket.takeOne();
    await reasonNow();
  }
  t.is(await reasonNow(), undefined);
  connection.sweep(400_000);
  connection.sweep(520_000);
  t.is(await reasonNow(), undefined);
  connection.sweep(520_001);
  t.is(await reasonNow(), 'nothing taken in time');
});

test('done is called for what was sent when the connection closes before it was taken', async (t) => {
  const { socket, connection, reasonNow } = createConnection();
  socket.receive(FRAME);
  let done = 0;
  connection.send([new Uint8Array(100)], () => done++);
  connection.send([new Uint8Array(100), new Uint8Array(10)], () => done++);
  connection.destroy('enough');
  t.is(await reasonNow(), 'enough');
  socket.takeOne();
  t.is(done, 2);
});

test('a message without room for its prefix, or longer than the prefix can say, is our own mistake', (t) => {
  const { connection } = createConnection();
  t.throws(() => connection.send([]), { instanceOf: RangeError });
  t.throws(() => connection.send([new Uint8Array(3)]), { instanceOf: RangeError });
  t.throws(() => connection.send([new Uint8Array(4), new Uint8Array(0x1000000)]), { instanceOf: RangeError });
});
