import { CompressionAlgorithmId } from '@tsmbd/smb2-codec';
import { CompressionError } from './compression-error.ts';
import { lz4Compress, lz4Decompress, lz4Inflate } from './lz4.ts';
import { lz77Compress, lz77Decompress, lz77Inflate } from './lz77.ts';
import { lz77HuffmanCompress, lz77HuffmanDecompress, lz77HuffmanInflate } from './lz77-huffman.ts';
import { lznt1Compress, lznt1Decompress, lznt1Inflate } from './lznt1.ts';
import type { Steps } from './steps.ts';

/** One algorithm, in both directions. */
export interface CompressionAlgorithm {
  /**
   * The compressed bytes, or undefined if they would be `limit` bytes or more. Default of `limit`:
   * the input's length.
   */
  compress(input: Uint8Array, limit?: number): Uint8Array | undefined;
  /**
   * Exactly `size` bytes. They are allocated at once, so check `size` first. Throws
   * CompressionError.
   */
  decompress(input: Uint8Array, size: number): Uint8Array;
  /**
   * The same in steps, of about INFLATED_AT_ONCE bytes each. With `out`, which has `size` bytes,
   * nothing is allocated for them.
   */
  inflate(input: Uint8Array, size: number, out?: Uint8Array): Steps<Uint8Array>;
}

/**
 * The algorithm of a CompressionAlgorithmId. Pattern_V1 and NONE are not included: they exist only
 * in messages.
 */
export function compressionAlgorithm(id: number): CompressionAlgorithm {
  const algorithm = ALGORITHMS.get(id);
  if (algorithm === undefined) throw new CompressionError('unknown-algorithm', `compression algorithm ${id}`);
  return algorithm;
}

const ALGORITHMS: ReadonlyMap<number, CompressionAlgorithm> = new Map<number, CompressionAlgorithm>([
  [CompressionAlgorithmId.LZNT1, { compress: lznt1Compress, decompress: lznt1Decompress, inflate: lznt1Inflate }],
  [CompressionAlgorithmId.LZ77, { compress: lz77Compress, decompress: lz77Decompress, inflate: lz77Inflate }],
  [
    CompressionAlgorithmId.LZ77_HUFFMAN,
    { compress: lz77HuffmanCompress, decompress: lz77HuffmanDecompress, inflate: lz77HuffmanInflate },
  ],
  [CompressionAlgorithmId.LZ4, { compress: lz4Compress, decompress: lz4Decompress, inflate: lz4Inflate }],
]);
