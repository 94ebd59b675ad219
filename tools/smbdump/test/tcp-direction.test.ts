import test from 'ava';
import { type ByteSink, DEFAULT_TCP_LIMITS, TcpDirection } from '../src/index.ts';

/** Text stands for bytes; `[n]` is a gap of n. */
class Text implements ByteSink {
  text = '';
  data(bytes: Uint8Array, start: number, end: number): void {
    this.text += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }
  gap(length: number): void {
    this.text += `[${length}]`;
  }
}

function segment(direction: TcpDirection, sequence: number, text: string, missing = 0): void {
  const bytes = Buffer.from(`..${text}..`, 'latin1');
  direction.segment(sequence, bytes, 2, bytes.length - 2, { number: 1, timeUs: 0 }, missing);
}

function stream(isn = 999): { sink: Text; direction: TcpDirection } {
  const sink = new Text();
  const direction = new TcpDirection(sink);
  direction.synchronize(isn);
  return { sink, direction };
}

const ALPHABET = 'abcdefgh';

test('every order of every segmentation of a stream gives the stream [RFC 9293 3.4]', (t) => {
  let cases = 0;
  for (let cuts = 0; cuts < 1 << (ALPHABET.length - 1); cuts++) {
    const parts: { at: number; text: string }[] = [];
    let from = 0;
    for (let i = 1; i <= ALPHABET.length; i++) {
      if (i < ALPHABET.length && (cuts & (1 << (i - 1))) === 0) continue;
      parts.push({ at: from, text: ALPHABET.slice(from, i) });
      from = i;
    }
    if (parts.length > 6) continue;
    for (const order of permutations(parts)) {
      // Around the wrap of the sequence number too.
      for (const isn of [999, 0xffff_fffb]) {
        const { sink, direction } = stream(isn);
        for (const { at, text } of order) segment(direction, (isn + 1 + at) >>> 0, text);
        if (sink.text !== ALPHABET || direction.buffered !== 0) return t.fail(`${JSON.stringify(order)}: ${sink.text}`);
        cases++;
      }
    }
  }
  t.true(cases > 30_000);
});

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (let i = 0; i < items.length; i++) {
    for (const rest of permutations(items.filter((_, j) => j !== i))) yield [items[i]!, ...rest];
  }
}

test('what is sent again, in other cuts and with overlaps, is delivered once', (t) => {
  for (let from = 0; from < 8; from++) {
    for (let to = from + 1; to <= 8; to++) {
      const { sink, direction } = stream();
      segment(direction, 1000, 'abc');
      segment(direction, 1005, 'fgh');
      segment(direction, 1000 + from, ALPHABET.slice(from, to));
      segment(direction, 1003, 'de');
      t.is(sink.text, ALPHABET, `again ${from} to ${to}`);
    }
  }
});

test('of overlapping bytes that differ, those count that were delivered first', (t) => {
  const { sink, direction } = stream();
  segment(direction, 1000, 'abcd');
  segment(direction, 1002, 'XYef');
  t.is(sink.text, 'abcdef');
});

test('a keep-alive, one byte before what is expected, is nothing new', (t) => {
  const { sink, direction } = stream();
  segment(direction, 1000, 'ab');
  segment(direction, 1001, '\0');
  segment(direction, 1002, 'c');
  t.is(sink.text, 'abc');
});

test('a gap is told when the receiver has acknowledged it and it does not come for a while', (t) => {
  const sink = new Text();
  const direction = new TcpDirection(sink, { ...DEFAULT_TCP_LIMITS, patience: 3 });
  direction.synchronize(999);
  segment(direction, 1000, 'ab');
  segment(direction, 1005, 'fg');
  direction.acknowledged(1002);
  direction.acknowledged(1002);
  t.is(sink.text, 'ab');
  for (let i = 0; i < 4; i++) direction.acknowledged(1007);
  t.is(sink.text, 'ab');
  direction.acknowledged(1007);
  t.is(sink.text, 'ab[3]fg');
  segment(direction, 1007, 'h');
  t.is(sink.text, 'ab[3]fgh');
});

test('at the end all that waits is delivered with its gaps', (t) => {
  const { sink, direction } = stream();
  segment(direction, 1004, 'e');
  segment(direction, 1001, 'bc');
  segment(direction, 1007, 'h');
  direction.flush();
  t.is(sink.text, '[1]bc[1]e[2]h');
});

test('bytes that the snapshot length cut off are a gap, unless they are sent again whole', (t) => {
  const { sink, direction } = stream();
  segment(direction, 1000, 'ab', 2);
  segment(direction, 1004, 'ef');
  t.is(sink.text, 'ab[2]ef');
  segment(direction, 1009, 'jk', 1);
  segment(direction, 1006, 'gh', 1);
  t.is(sink.text, 'ab[2]efgh[1]jk[1]');
  segment(direction, 1007, 'hijkl', 3);
  t.is(sink.text, 'ab[2]efgh[1]jk[1][3]');
});

test('what waits is bounded by bytes and by segments', (t) => {
  const sink = new Text();
  const direction = new TcpDirection(sink, { maxWaitingBytes: 10, maxWaitingSegments: 3, patience: 1000 });
  direction.synchronize(999);
  for (let i = 0; i < 100; i++) {
    segment(direction, 1001 + 5 * i, 'abcd');
    t.true(direction.buffered <= 10);
  }
  direction.flush();
  t.is(sink.text.replaceAll('[1]', '').length, 400);
});

test('a stream seen from its middle begins with its first segment; one far from it is not believed', (t) => {
  const sink = new Text();
  const direction = new TcpDirection(sink);
  segment(direction, 0xffff_ffff, 'ab');
  segment(direction, 0x7000_0000, 'xx');
  segment(direction, 1, 'c');
  t.is(sink.text, 'abc');
  t.is(direction.buffered, 0);
});
