import test from 'ava';
import { Framing } from '../src/index.ts';
import { concat, echo } from './build.ts';

function collect(keep?: number): { framing: Framing; seen: string[] } {
  const seen: string[] = [];
  const framing = new Framing({
    frame: ({ bytes, start, end, length }) => {
      const id = end - start >= 28 ? bytes[start + 24] : '?';
      seen.push(`${id}:${end - start}/${length}`);
    },
    lost: (length, why) => seen.push(`lost ${length} ${why}`),
    ...(keep !== undefined && { keep: () => keep }),
  });
  return { framing, seen };
}

/** Joins what was lost in a row: where the pieces end is no matter. */
function joined(seen: readonly string[]): string {
  const out: string[] = [];
  for (const item of seen) {
    const now = /^lost (\d+) (.*)$/.exec(item);
    const before = /^lost (\d+) (.*)$/.exec(out.at(-1) ?? '');
    if (now && before && now[2] === before[2])
      out[out.length - 1] = `lost ${Number(before[1]) + Number(now[1])} ${now[2]}`;
    else out.push(item);
  }
  return out.join(' ');
}

function feed(framing: Framing, bytes: Uint8Array, piece: number): void {
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.slice(at, at + piece);
    framing.data(part, 0, part.length, { number: 1, timeUs: 0 });
    part.fill(0xee);
  }
}

/** A message of `length` bytes, all zeros behind its ProtocolId but for the MessageId. */
function message(id: number, length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length);
  bytes.set([0, length >> 16, (length >> 8) & 255, length & 255, 0xfe, 0x53, 0x4d, 0x42]);
  bytes[28] = id;
  return bytes;
}

test('messages come whole from pieces of every size, with session control between [MS-SMB2 2.1, RFC 1002 4.3]', (t) => {
  const request = concat([new Uint8Array([0x81, 0, 0, 5, 1, 2, 3, 4, 5]), echo(1)]);
  const keepAlive = new Uint8Array([0x85, 0, 0, 0]);
  const bytes = concat([request, keepAlive, message(2, 300), new Uint8Array(4), echo(3), message(4, 129)]);
  for (let piece = 1; piece <= bytes.length; piece++) {
    const { framing, seen } = collect();
    feed(framing, bytes, piece);
    t.is(joined(seen), '1:68/68 2:300/300 3:68/68 4:129/129', `pieces of ${piece}`);
    t.true(framing.buffered <= 1024);
  }
});

test('of a message that is not wanted whole only its first bytes are kept', (t) => {
  const bytes = concat([message(1, 100_000), echo(2), message(3, 70_000)]);
  for (const piece of [1, 7, 130, 1460, 65_536, bytes.length]) {
    const { framing, seen } = collect(112);
    feed(framing, bytes, piece);
    t.is(joined(seen), '1:112/100000 2:68/68 3:112/70000', `pieces of ${piece}`);
    t.true(framing.buffered <= 512);
  }
});

test('a stream seen from its middle is searched for a message, over any border of pieces', (t) => {
  const noise = Buffer.from('....SMB.....\0\0\0\x44\xfeSM.\0\0\0\0\0\0', 'latin1');
  for (let length = 0; length <= noise.length; length++) {
    const bytes = concat([noise.subarray(noise.length - length), echo(1), echo(2)]);
    for (let piece = 1; piece <= bytes.length; piece++) {
      const { framing, seen } = collect();
      framing.search();
      feed(framing, bytes, piece);
      t.is(joined(seen), `${length === 0 ? '' : `lost ${length} no SMB `}1:68/68 2:68/68`, `${length} in ${piece}`);
    }
  }
});

test('bytes that are no message are passed over until there is one', (t) => {
  const junk = Buffer.from('GET / HTTP/1.1\r\n\r\n');
  for (const piece of [1, 3, 18, 1000]) {
    const { framing, seen } = collect();
    feed(framing, concat([echo(1), junk, echo(2)]), piece);
    t.is(joined(seen), `1:68/68 lost 18 no SMB 2:68/68`, `pieces of ${piece}`);
  }
});

test('a length of something else than SMB is not believed', (t) => {
  for (const piece of [1, 5, 1000]) {
    const { framing, seen } = collect();
    feed(framing, concat([new Uint8Array([0, 0xff, 0xff, 0xff, 1, 2, 3, 4]), echo(2)]), piece);
    t.is(seen.at(-1), '2:68/68', `pieces of ${piece}`);
  }
});

test('a gap within a message costs that message its end and nothing else', (t) => {
  const bytes = concat([message(1, 300), echo(2)]);
  for (const [from, to] of [
    [100, 200],
    [100, 304],
    [64, 65],
    [4 + 28, 303],
  ] as const) {
    const { framing, seen } = collect();
    feed(framing, bytes.subarray(0, from), 33);
    framing.gap(to - from);
    feed(framing, bytes.subarray(to), 41);
    t.is(joined(seen), `1:${from - 4}/300 2:68/68`, `${from} to ${to}`);
  }
});

test('behind a gap that may hide a beginning the next message is looked for', (t) => {
  const bytes = concat([echo(1), message(2, 300), echo(3)]);
  for (const [from, to] of [
    [70, 80],
    [72, 76],
    [100, 380],
    [100, 376 + 20],
  ] as const) {
    const { framing, seen } = collect();
    feed(framing, bytes.subarray(0, from), 1000);
    framing.gap(to - from);
    feed(framing, bytes.subarray(to), 29);
    framing.flush();
    t.true(
      seen.some((item) => item.startsWith('lost')),
      `${from} to ${to}`,
    );
    if (to <= 376) t.is(seen.at(-1), '3:68/68', `${from} to ${to}`);
  }
});

test('a length that is claimed takes no memory', (t) => {
  const { framing } = collect();
  const bytes = message(1, 100);
  bytes.set([0, 0xff, 0xff, 0xff]);
  feed(framing, bytes, 10);
  t.true(framing.buffered < 1024);
});
