import { CodecError, decode } from '@tsmbd/ms-dtyp';
import { compressionTransform, patternV1 } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from './support/structures.ts';

testStructure({
  name: 'an unchained compression transform [MS-SMB2 2.2.42.1]',
  codec: compressionTransform,
  bytes: 'fc534d42 00100000 0200 0000 03000000 616263 ff00ff',
  value: {
    kind: 'unchained',
    originalCompressedSegmentSize: 4096,
    compressionAlgorithm: 2,
    uncompressed: hex('616263'),
    compressed: hex('ff00ff'),
  },
  enough: 19,
});

testStructure({
  name: 'a chained compression transform; an algorithm that compresses has the original size [MS-SMB2 2.2.42.2]',
  codec: compressionTransform,
  bytes: `fc534d42 00100000
    0000 0100 03000000 616263
    0200 0000 06000000 00020000 ff00
    0400 0000 08000000 aa000000 00010000`,
  value: {
    kind: 'chained',
    originalCompressedSegmentSize: 4096,
    payloads: [
      { compressionAlgorithm: 0, flags: 1, data: hex('616263') },
      { compressionAlgorithm: 2, flags: 0, originalPayloadSize: 512, data: hex('ff00') },
      { compressionAlgorithm: 4, flags: 0, data: hex('aa000000 00010000') },
    ],
  },
  // A prefix that ends with a payload is a shorter chain.
  alsoWhole: [19, 33],
});

testStructure({
  name: 'a Pattern_V1 payload [MS-SMB2 2.2.42.2.2]',
  codec: patternV1,
  bytes: 'aa 00 0000 00010000',
  value: { pattern: 0xaa, repetitions: 256 },
});

test('a chained payload shorter than its original size field is a CodecError [MS-SMB2 2.2.42.2.1]', (t) => {
  const wire = hex('fc534d42 00100000 0200 0100 02000000 0000');
  t.throws(() => decode(compressionTransform, wire), { instanceOf: CodecError });
});

test('Flags other than none and chained are a CodecError [MS-SMB2 2.2.42]', (t) => {
  const wire = hex('fc534d42 00100000 0200 0200 00000000 0000');
  t.throws(() => decode(compressionTransform, wire), { instanceOf: CodecError });
});
