import test from 'ava';
import { compressionAlgorithm, compressMessage, INFLATED_AT_ONCE, inflateMessage } from '../src/index.ts';

/** Bytes of which some repeat, none for long. */
const TEXT = Uint8Array.from(
  { length: 5 * INFLATED_AT_ONCE },
  (_, i) => (Math.imul(i, 0x9e3779b1) >>> (i % 13)) & 0x3f,
);

for (const [name, id] of [
  ['LZNT1', 1],
  ['LZ77', 2],
  ['LZ77+Huffman', 3],
  ['LZ4', 5],
] as const) {
  test(`${name} does not inflate a large message without a stop`, (t) => {
    const compressed = compressionAlgorithm(id).compress(TEXT, 2 * TEXT.length)!;
    const steps = compressionAlgorithm(id).inflate(compressed, TEXT.length);
    let stops = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) stops += 1;
    t.true(Buffer.from(step.value).equals(TEXT));
    t.is(stops, 4);
  });

  test(`${name} in a message, chained or not, stops as often`, (t) => {
    for (const chained of [false, true]) {
      const message = compressMessage(TEXT, { algorithms: [id], chained, uncompressed: 80 });
      if (message === undefined) continue;
      const steps = inflateMessage(message, { limit: TEXT.length });
      let stops = 0;
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) stops += 1;
      t.true(Buffer.from(step.value).equals(TEXT));
      t.true(stops >= 4, `${stops}`);
    }
    t.pass();
  });
}
