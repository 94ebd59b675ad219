import test from 'ava';
import { BufferPool, FrameParser } from '../src/index.ts';

/** A frame with a message of `length` bytes that all are `value`. */
function frame(length: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4 + length).fill(value, 4);
  bytes[1] = length >> 16;
  bytes[2] = length >> 8;
  bytes[3] = length;
  return bytes;
}

interface Seen {
  readonly messages: { length: number; value: number; release: () => void; bytes: Uint8Array }[];
  sessionRequests: number;
  malformed: string | undefined;
}

function createParser(maxMessageSize = 1 << 24, pool = new BufferPool()): { parser: FrameParser; seen: Seen } {
  const seen: Seen = { messages: [], sessionRequests: 0, malformed: undefined };
  const parser = new FrameParser(
    {
      message: (bytes, release) => {
        seen.messages.push({
          length: bytes.length,
          value: bytes.every((b) => b === bytes[0]) ? bytes[0]! : -1,
          release,
          bytes,
        });
      },
      sessionRequest: () => {
        seen.sessionRequests++;
      },
      malformed: (reason) => {
        seen.malformed = reason;
      },
    },
    pool,
    maxMessageSize,
  );
  return { parser, seen };
}

/** Gives a stream to the parser in pieces of at most `size` bytes. */
function feed(parser: FrameParser, stream: Uint8Array, size: number): void {
  for (let at = 0; at < stream.length; ) {
    const target = parser.target();
    const count = Math.min(size, target.length, stream.length - at);
    target.set(stream.subarray(at, at + count));
    at += count;
    parser.received(count);
  }
}

const joined = (...frames: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(frames));

test('messages come out the same however the stream is cut [MS-SMB2 2.1]', (t) => {
  const lengths = [1, 64, 100, 4096, 33_000, 1, 40_000, 70_000, 3, 200_000, 32_768, 32_769, 5];
  const stream = joined(...lengths.map((length, i) => frame(length, i + 1)));
  for (const size of [1, 2, 3, 4, 5, 7, 63, 64, 65, 1000, 4095, 65_535, 65_536, 1 << 20]) {
    const { parser, seen } = createParser();
    feed(parser, stream, size);
    t.deepEqual(
      seen.messages.map(({ length, value }) => ({ length, value })),
      lengths.map((length, i) => ({ length, value: i + 1 })),
      `pieces of ${size}`,
    );
    t.false(parser.partial);
  }
});

test('a stream is cut at every place once', (t) => {
  const stream = joined(frame(5, 1), new Uint8Array([0x85, 0, 0, 0]), frame(1, 2), frame(40_000, 3), frame(7, 4));
  for (let cut = 1; cut < stream.length; cut += cut < 40 || cut > 40_000 ? 1 : 997) {
    const { parser, seen } = createParser();
    feed(parser, stream.subarray(0, cut), 1 << 20);
    feed(parser, stream.subarray(cut), 1 << 20);
    t.deepEqual(
      seen.messages.map((m) => m.value),
      [1, 2, 3, 4],
      `cut at ${cut}`,
    );
  }
});

test('messages that are kept stay as they are while more are received', (t) => {
  const { parser, seen } = createParser();
  const frames = Array.from({ length: 200 }, (_, i) => frame(i % 7 === 0 ? 50_000 : 1000, i % 251));
  feed(parser, joined(...frames), 30_000);
  t.true(seen.messages.every(({ bytes }, i) => bytes.every((b) => b === i % 251)));
});

test('released memory is used again: a slab from its front, a long buffer through the pool', (t) => {
  const pool = new BufferPool();
  const { parser, seen } = createParser(1 << 24, pool);
  feed(parser, frame(100, 1), 1000);
  seen.messages[0]!.release();
  feed(parser, frame(100, 2), 1000);
  t.is(seen.messages[1]!.bytes.byteOffset, seen.messages[0]!.bytes.byteOffset);
  t.is(seen.messages[1]!.bytes.buffer, seen.messages[0]!.bytes.buffer);

  feed(parser, frame(1 << 20, 3), 1 << 20);
  t.is(pool.idleBytes, 0);
  seen.messages[2]!.release();
  seen.messages[2]!.release();
  t.is(pool.idleBytes, (1 << 20) + 4096);
  feed(parser, frame(1 << 20, 4), 1 << 20);
  t.is(seen.messages[3]!.bytes.buffer, seen.messages[2]!.bytes.buffer);
});

test('behind a long message little is read before it is known where the next one belongs', (t) => {
  const { parser, seen } = createParser();
  const whole = parser.target().length;
  feed(parser, frame(1 << 20, 1), 1 << 20);
  const [first] = seen.messages.splice(0);
  first!.release();
  const next = parser.target().length;
  t.true(next * 4 <= whole, `${next} of ${whole}`);
  // A short message is read whole, and all of the slab may be filled again.
  feed(parser, frame(100, 2), 1 << 20);
  const [second] = seen.messages.splice(0);
  second!.release();
  t.true(parser.target().length >= whole);
});

test('a paused parser keeps what it has and goes on where it stopped', (t) => {
  const { parser, seen } = createParser();
  parser.paused = true;
  feed(parser, joined(frame(10, 1), frame(10, 2)), 1000);
  t.is(seen.messages.length, 0);
  parser.paused = false;
  parser.parse();
  t.deepEqual(
    seen.messages.map((m) => m.value),
    [1, 2],
  );
});

test('a NetBIOS session request is told of, a keep alive is passed over [RFC 1002 4.3]', (t) => {
  const { parser, seen } = createParser();
  const request = new Uint8Array(4 + 68);
  request.set([0x81, 0, 0, 68]);
  feed(parser, joined(request, new Uint8Array([0x85, 0, 0, 0]), frame(3, 9)), 1);
  t.is(seen.sessionRequests, 1);
  t.deepEqual(
    seen.messages.map((m) => m.value),
    [9],
  );
});

test('what is no frame, empty, or too long is malformed, and nothing after it is delivered', (t) => {
  for (const [bad, reason] of [
    [new Uint8Array([0x47, 0x45, 0x54, 0x20]), 'packet type 71'],
    [new Uint8Array([0x81, 0, 0xff, 0xff]), 'packet type 129'],
    [new Uint8Array([0, 0, 0, 0]), 'empty message'],
    [frame(1001, 1), 'message of 1001 bytes, at most 1000'],
  ] as const) {
    const { parser, seen } = createParser(1000);
    feed(parser, joined(frame(3, 7), bad, frame(3, 8)), 5);
    t.is(seen.malformed, reason);
    t.deepEqual(
      seen.messages.map((m) => m.value),
      [7],
    );
  }
});

test('a destroyed parser gives its buffer back and delivers nothing', (t) => {
  const pool = new BufferPool();
  const { parser, seen } = createParser(1 << 24, pool);
  feed(parser, frame(100_000, 1).subarray(0, 50_000), 1 << 20);
  parser.destroy();
  t.true(pool.idleBytes > 100_000);
  t.is(seen.messages.length, 0);
});

test('the pool keeps no more than it may', (t) => {
  const pool = new BufferPool(200_000);
  const buffers = [pool.take(100_000), pool.take(100_000), pool.take(100_000)];
  for (const buffer of buffers) pool.give(buffer);
  t.true(pool.idleBytes <= 200_000);
});

test('a connection that says little holds little memory, also after it has said much', (t) => {
  const { parser, seen } = createParser();
  const small = parser.target().length;
  t.true(small <= 16 * 1024);
  const echo = frame(60, 1);
  const say = (bytes: Uint8Array): void => {
    parser.target().set(bytes);
    parser.received(bytes.length);
    for (const { release } of seen.messages.splice(0)) release();
  };
  // It fills all that there is room for: more is on its way.
  for (let i = 0; i < 4; i++) say(Buffer.concat(Array.from({ length: small / echo.length }, () => echo)));
  t.true(parser.target().length > small);
  for (let i = 0; i < 100; i++) say(echo);
  t.is(parser.target().length, small);
});
