import { CompressionAlgorithmId } from '@tsmbd/smb2-codec';

/** Bytes of a published source, and what they decompress to. */
export interface Vector {
  readonly name: string;
  readonly algorithm: number;
  /** Hex. */
  readonly compressed: string;
  /** Latin-1 text. */
  readonly text: string;
}

/**
 * The examples of [MS-XCA] 3.1 to 3.3, and outputs of Windows that other projects quote in their
 * tests.
 */
export const VECTORS: readonly Vector[] = [
  {
    name: 'MS-XCA 3.1 example 1 (MS-XCA 3.1)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: '3f0000006162636465666768696a6b6c6d6e6f707172737475767778797a',
    text: 'abcdefghijklmnopqrstuvwxyz',
  },
  {
    name: 'MS-XCA 3.1 example 2 (MS-XCA 3.1)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: 'ffffff1f61626317000fff2601',
    text: 'abc'.repeat(100),
  },
  {
    name: 'run of 281 (Windows output quoted in jfjallid/go-smb smb/compress/compress_test.go)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: 'ffffff7f5a07000fff1501',
    text: 'Z'.repeat(281),
  },
  {
    name: 'short match (Windows output quoted in jfjallid/go-smb smb/compress/compress_test.go)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: 'ffffff0f414243441f0002',
    text: 'ABCD'.repeat(4),
  },
  {
    name: '1,000,000 run (32-bit length) (Windows output quoted in jfjallid/go-smb smb/compress/compress_test.go)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: 'ffffff7f4107000fff00003c420f00',
    text: 'A'.repeat(1000000),
  },
  {
    name: '2,000,000 run (Windows output quoted in jfjallid/go-smb smb/compress/compress_test.go)',
    algorithm: CompressionAlgorithmId.LZ77,
    compressed: 'ffffff7f4107000fff00007c841e00',
    text: 'A'.repeat(2000000),
  },
  {
    name: 'MS-XCA 3.2 example 2 (abc x100) (MS-XCA 3.2)',
    algorithm: CompressionAlgorithmId.LZ77_HUFFMAN,
    compressed:
      '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000030230000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000a8dc0000ff2601',
    text: 'abc'.repeat(100),
  },
  {
    name: 'MS-XCA 3.2 example 1 (a..z) (MS-XCA 3.2 (bytes as in samba lib/compression tests))',
    algorithm: CompressionAlgorithmId.LZ77_HUFFMAN,
    compressed:
      '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000050555555555555555555554544040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000d8523ed794115be9195ff9d67cdf8d0400000000',
    text: 'abcdefghijklmnopqrstuvwxyz',
  },
  {
    name: 'MS-XCA 3.3 (MS-XCA 3.3)',
    algorithm: CompressionAlgorithmId.LZNT1,
    compressed:
      '38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c091601484500be009e000401189000',
    text: 'F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\u0000',
  },
  {
    name: 'overlapping match (public example)',
    algorithm: CompressionAlgorithmId.LZNT1,
    compressed: '03b002610200',
    text: 'a'.repeat(6),
  },
  {
    name: '4096-byte run, 4+12 token (public example)',
    algorithm: CompressionAlgorithmId.LZNT1,
    compressed: '03b00241fc0f',
    text: 'A'.repeat(4096),
  },
  {
    name: 'uncompressed chunk (public example)',
    algorithm: CompressionAlgorithmId.LZNT1,
    compressed: '023061626300000000',
    text: 'abc',
  },
];
