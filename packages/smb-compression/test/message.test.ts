import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { encode } from '@tsmbd/ms-dtyp';
import {
  CompressionError,
  type CompressionErrorCode,
  compressMessage,
  decompressMessage,
} from '@tsmbd/smb-compression';
import { compressionTransform, dissect, CompressionAlgorithmId as Id, patternV1 } from '@tsmbd/smb2-codec';
import test from 'ava';

const ALL = [Id.LZ77, Id.PATTERN_V1, Id.LZNT1, Id.LZ77_HUFFMAN, Id.LZ4];

function message(): Uint8Array {
  const bytes = new Uint8Array(5000);
  bytes.set(Uint8Array.from({ length: 80 }, (_, i) => (i * 37) & 0xff));
  bytes.fill(0xaa, 80, 1000);
  for (let i = 1000; i < 4000; i++) bytes[i] = 'some text that repeats '.charCodeAt(i % 23);
  return bytes;
}

test('a message compresses and comes back, chained and not, with every algorithm', (t) => {
  for (const id of [Id.LZNT1, Id.LZ77, Id.LZ77_HUFFMAN, Id.LZ4]) {
    for (const chained of [false, true]) {
      const algorithms = [id, Id.PATTERN_V1];
      const compressed = compressMessage(message(), { algorithms, chained, uncompressed: 80 })!;
      t.true(compressed.length < 1000, `${id} ${chained} ${compressed.length}`);
      t.true(Buffer.from(decompressMessage(compressed, { limit: 5000, algorithms, chained })).equals(message()));
    }
  }
});

test('Pattern_V1 alone takes runs at both ends; what does not get smaller is not sent [MS-SMB2 3.1.4.4]', (t) => {
  const options = { algorithms: [Id.PATTERN_V1], chained: true, uncompressed: 80 };
  const compressed = compressMessage(message(), options)!;
  t.true(Buffer.from(decompressMessage(compressed, { limit: 5000 })).equals(message()));
  const [pdu] = dissect(compressed);
  t.like(pdu, { kind: 'compressed', body: { kind: 'chained', originalCompressedSegmentSize: 5000 } });
  t.is(compressMessage(message(), { ...options, chained: false }), undefined);
  const noise = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31 + (i >> 3) * 7) & 0xff);
  for (const chained of [false, true]) {
    t.is(compressMessage(noise, { algorithms: ALL, chained, uncompressed: 64 }), undefined);
  }
  t.is(compressMessage(message(), { algorithms: [], chained: false, uncompressed: 0 }), undefined);
});

test('what a receiver disconnects for is a CompressionError [MS-SMB2 3.1.5.3, 3.3.5.2.1.2]', (t) => {
  const chain = compressMessage(message(), { algorithms: ALL, chained: true, uncompressed: 80 })!;
  const plain = compressMessage(message(), { algorithms: ALL, chained: false, uncompressed: 80 })!;
  const fails = (
    bytes: Uint8Array,
    options: Parameters<typeof decompressMessage>[1],
    code: CompressionErrorCode,
  ): void => {
    t.is(t.throws(() => decompressMessage(bytes, options), { instanceOf: CompressionError })?.code, code);
  };
  fails(chain, { limit: 4999 }, 'too-long');
  fails(plain, { limit: 4999 }, 'too-long');
  fails(chain, { limit: 5000, chained: false }, 'malformed');
  fails(chain, { limit: 5000, algorithms: [Id.LZ77] }, 'unknown-algorithm');
  fails(plain, { limit: 5000, algorithms: [Id.LZ4] }, 'unknown-algorithm');
  for (let length = 0; length < chain.length; length++) {
    t.throws(() => decompressMessage(chain.subarray(0, length), { limit: 5000 }), { instanceOf: CompressionError });
  }
  // Sizes that would have to be allocated are looked at first.
  const huge = plain.slice();
  huge.set([0xff, 0xff, 0xff, 0xff], 4);
  fails(huge, { limit: 1 << 20 }, 'too-long');
  const bomb = encode(compressionTransform, {
    kind: 'chained',
    originalCompressedSegmentSize: 100,
    payloads: [
      {
        compressionAlgorithm: Id.PATTERN_V1,
        flags: 1,
        data: encode(patternV1, { pattern: 0, repetitions: 0xffff_ffff }),
      },
    ],
  });
  fails(bomb, { limit: 1000 }, 'too-long');
});

const PCAPS = process.env['TSMBD_PCAPS'] ?? fileURLToPath(new URL('../../../../shared/pcaps/', import.meta.url));
const CAPTURES = [
  // Three READ responses, LZ77, LZ77+Huffman and LZNT1, of 4096 times 'a'.
  { file: 'wireshark__smb311-lz77-lz77huff-lznt1.pcap.gz', count: 3, byte: 0x61, length: 4096 },
  // A WRITE of LZNT1 and a pattern, a READ of a plain part and a pattern.
  { file: 'wireshark__smb311-chained-patternv1-lznt1.pcapng.gz', count: 2, byte: 0xaa, length: 256 },
];

for (const { file, count, byte, length } of CAPTURES) {
  const there = existsSync(`${PCAPS}/${file}`);
  (there ? test : test.skip)(`what others compressed decompresses: ${file}`, (t) => {
    const bytes = new Uint8Array(gunzipSync(readFileSync(`${PCAPS}/${file}`)));
    // Each message stands whole in one frame, behind its length.
    let found = 0;
    for (let at = 4; at < bytes.length - 4; at++) {
      if (bytes[at] !== 0xfc || bytes[at + 1] !== 0x53 || bytes[at + 2] !== 0x4d || bytes[at + 3] !== 0x42) continue;
      const size = (bytes[at - 3]! << 16) | (bytes[at - 2]! << 8) | bytes[at - 1]!;
      const [pdu] = dissect(bytes.subarray(at, at + size), {
        decompress: (m) => decompressMessage(m, { limit: 1 << 20 }),
      });
      t.deepEqual(pdu!.problems, []);
      const inner = pdu?.kind === 'compressed' ? pdu.inner!.pdus[0]! : undefined;
      const data = inner!.payloads.find(({ kind }) => kind === 'file-data')!.bytes;
      t.is(data.length, length);
      t.true(data.every((one) => one === byte));
      found++;
    }
    t.is(found, count);
  });
}
