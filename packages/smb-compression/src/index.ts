export { type CompressionAlgorithm, compressionAlgorithm } from './algorithms.ts';
export { CompressionError, type CompressionErrorCode } from './compression-error.ts';
export { lz4Compress, lz4Decompress } from './lz4.ts';
export { lz77Compress, lz77Decompress } from './lz77.ts';
export { lz77HuffmanCompress, lz77HuffmanDecompress } from './lz77-huffman.ts';
export { lznt1Compress, lznt1Decompress } from './lznt1.ts';
export {
  type CompressOptions,
  compressMessage,
  type DecompressOptions,
  decompressMessage,
  inflateMessage,
} from './message.ts';
export { findPatterns } from './pattern-v1.ts';
export { INFLATED_AT_ONCE, type Steps } from './steps.ts';
