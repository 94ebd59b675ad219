import { type CompressionAlgorithm, CompressionError, compressionAlgorithm } from '@tsmbd/smb-compression';
import { CompressionAlgorithmId } from '@tsmbd/smb2-codec';
import test from 'ava';
import { VECTORS } from './vectors.ts';

const NAMES = ['LZNT1', 'LZ77', 'LZ77_HUFFMAN', 'LZ4'] as const;

function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

for (const { name, algorithm, compressed, text } of VECTORS) {
  test(`decompresses ${name}`, (t) => {
    const input = Uint8Array.from(Buffer.from(compressed, 'hex'));
    const expected = latin1(text);
    const { compress, decompress } = compressionAlgorithm(algorithm);
    t.true(Buffer.from(decompress(input, expected.length)).equals(expected));
    // One byte more than there is, and input that is cut off, are errors.
    t.throws(() => decompress(input, expected.length + 5000), { instanceOf: CompressionError });
    if (expected.length > 1000) return;
    for (let length = 0; length < input.length - 6; length++) {
      t.throws(() => decompress(input.subarray(0, length), expected.length), { instanceOf: CompressionError });
    }
    const again = compress(expected, 4096)!;
    t.true(Buffer.from(decompress(again, expected.length)).equals(expected));
  });
}

for (const name of NAMES) {
  test(`a size that is no number of bytes is a CompressionError: ${name}`, (t) => {
    const { decompress } = compressionAlgorithm(CompressionAlgorithmId[name]);
    for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32]) {
      t.throws(
        () => decompress(new Uint8Array(8), size),
        { instanceOf: CompressionError, code: 'malformed' },
        `${size}`,
      );
    }
  });
}

test('compresses the examples of [MS-XCA] 3.1 to the same bytes', (t) => {
  for (const { algorithm, compressed, text, name } of VECTORS) {
    if (algorithm !== CompressionAlgorithmId.LZ77 || !name.includes('3.1')) continue;
    const out = compressionAlgorithm(algorithm).compress(latin1(text), 4096)!;
    t.is(Buffer.from(out).toString('hex'), compressed);
  }
});

test('an LZ4 block decompresses: literals, a match that overlaps itself, last literals', (t) => {
  // Token 0x15: one literal, match of 4 + 5; distance 1; token 0x50: five literals.
  const block = Uint8Array.of(0x15, 0x61, 0x01, 0x00, 0x50, 0x62, 0x63, 0x64, 0x65, 0x66);
  const { decompress } = compressionAlgorithm(CompressionAlgorithmId.LZ4);
  t.is(Buffer.from(decompress(block, 15)).toString(), `${'a'.repeat(10)}bcdef`);
  t.throws(() => decompress(block, 16), { instanceOf: CompressionError });
  t.throws(() => decompress(block, 9), { instanceOf: CompressionError });
  t.throws(() => decompress(Uint8Array.of(0x15, 0x61, 0x02, 0x00), 10), { message: /goes back 2/ });
  t.throws(() => decompress(Uint8Array.of(0x15, 0x61, 0x00, 0x00), 10), { message: /goes back 0/ });
});

test('an algorithm that there is not is an error', (t) => {
  for (const id of [0, 4, 6, 0xffff]) t.throws(() => compressionAlgorithm(id), { instanceOf: CompressionError });
});

/** Numbers that follow from a seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Data of several kinds and sizes: nothing, noise, text, runs, repetitions near and far, across
 * chunks and blocks.
 */
function samples(): Uint8Array[] {
  const next = random(7);
  const noise = Uint8Array.from({ length: 70_000 }, () => next() * 256);
  const words = ['alpha', 'beta ', 'gamma', '\r\n', '0123', 'SMB'];
  const text = latin1(Array.from({ length: 60_000 }, () => words[Math.floor(next() * words.length)]).join(''));
  const far = new Uint8Array(140_000);
  far.set(noise.subarray(0, 3000));
  far.set(noise.subarray(0, 3000), 8000);
  far.set(noise.subarray(0, 3000), 65_000);
  far.set(noise.subarray(0, 3000), 133_000);
  const skewed = Uint8Array.from({ length: 100_000 }, () => Math.min(255, Math.floor(-Math.log2(next()) * 3)));
  const sizes = [1, 2, 3, 4, 5, 12, 13, 31, 32, 33, 64, 255, 4095, 4096, 4097, 8192, 65_535, 65_536, 65_537];
  return [
    ...sizes.map((size) => text.subarray(0, size)),
    ...sizes.map((size) => noise.subarray(0, size)),
    ...sizes.map((size) => new Uint8Array(size).fill(0x41)),
    text,
    far,
    skewed,
    new Uint8Array(1_000_000),
  ];
}

for (const name of NAMES) {
  const { compress, decompress }: CompressionAlgorithm = compressionAlgorithm(CompressionAlgorithmId[name]);

  test(`${name}: what is compressed decompresses to itself, and is smaller where it can be`, (t) => {
    for (const [i, data] of samples().entries()) {
      const room = data.length * 2 + 1024;
      const compressed = compress(data, room);
      t.not(compressed, undefined, `${i}`);
      t.true(Buffer.from(decompress(compressed!, data.length)).equals(data), `sample ${i}, ${data.length} bytes`);
      // With a limit there is either a result below it, or none.
      const limited = compress(data);
      if (limited !== undefined) t.true(limited.length < data.length);
      t.is(limited === undefined, compressed!.length >= data.length, `sample ${i}, ${data.length} bytes`);
    }
    t.true(compress(new Uint8Array(1_000_000))!.length < 30_000);
    t.is(compress(samples()[37]!), undefined);
  });

  test(`${name}: bytes changed at random give an error or data of the size asked for`, (t) => {
    const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 100_000);
    const next = random(seed);
    t.log(`FUZZ_SEED=${seed}`);
    const data = samples()[16]!.subarray(0, 6000);
    const compressed = compress(data, 20_000)!;
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      const broken = compressed.slice(0, next() < 0.3 ? Math.floor(next() * compressed.length) : undefined);
      for (let k = 0; k < 1 + next() * 4; k++) broken[Math.floor(next() * broken.length)] = next() * 256;
      try {
        t.is(decompress(broken, data.length).length, data.length);
      } catch (error) {
        t.true(error instanceof CompressionError, `${error}`);
        refused++;
      }
    }
    t.true(refused > 100);
  });
}
