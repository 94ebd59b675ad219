import { connectionsOfFixture, fixtures, streamOf } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { BufferPool, FrameParser } from '../src/index.ts';

/**
 * Cuts a stream with the parser, which receives as many bytes at a time as `size` says; the
 * messages, copied.
 */
function cut(stream: Buffer, size: () => number): Buffer[] {
  const messages: Buffer[] = [];
  const handler = {
    message: (bytes: Uint8Array, release: () => void) => {
      messages.push(Buffer.from(bytes));
      release();
    },
    sessionRequest: () => undefined,
    malformed: (reason: string) => {
      throw new Error(reason);
    },
  };
  const parser = new FrameParser(handler, new BufferPool(), 1 << 24);
  for (let at = 0; at < stream.length; ) {
    const target = parser.target();
    const count = Math.min(size(), target.length, stream.length - at);
    target.set(stream.subarray(at, at + count));
    at += count;
    parser.received(count);
  }
  return messages;
}

/** The same stream cut by its length prefixes, without the parser. */
function expected(stream: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 4 <= stream.length; ) {
    const end = at + 4 + stream.readUIntBE(at + 1, 3);
    if (end > stream.length) break;
    messages.push(stream.subarray(at + 4, end));
    at = end;
  }
  return messages;
}

/** Small numbers that look random and are the same in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

test('captured streams give the same messages at every segmentation [MS-SMB2 2.1]', (t) => {
  let streams = 0;
  let count = 0;
  for (const fixture of fixtures()) {
    for (const connection of connectionsOfFixture(fixture)) {
      for (const fromClient of [true, false]) {
        const stream = streamOf(connection, fromClient);
        const wanted = Buffer.concat(expected(stream));
        const seed = streams + 1;
        const next = random(seed);
        const sizes = [() => 1 << 20, () => 1 + next(16), () => 1 + next(3000)];
        // Byte by byte takes its time: where the streams are short.
        if (stream.length < 40_000) sizes.push(() => 1);
        for (const size of sizes) {
          if (!Buffer.concat(cut(stream, size)).equals(wanted)) t.fail(`${fixture.file}, seed ${seed}`);
        }
        streams++;
        count += expected(stream).length;
      }
    }
  }
  t.log(`${count} messages in ${streams} streams`);
  t.true(count > 1000);
});
