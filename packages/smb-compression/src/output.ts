import { CompressionError } from './compression-error.ts';

/**
 * Room for the `size` bytes that a caller expects. @throws CompressionError if `size` is not a
 * number of bytes
 */
export function outputOf(size: number): Uint8Array {
  if (!Number.isInteger(size) || size < 0 || size > MAX_SIZE) {
    throw new CompressionError('malformed', `${size} is no size of data`);
  }
  return new Uint8Array(size);
}

/** OriginalCompressedSegmentSize and OriginalPayloadSize have 32 bits, [MS-SMB2] 2.2.42. */
const MAX_SIZE = 0xffff_ffff;
