import type { Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import { CompressionAlgorithmId } from './negotiate-contexts/compression-capabilities.ts';

/** ProtocolId of a compression transform as a little-endian u32: 0xFC 'S' 'M' 'B'. */
export const COMPRESSION_PROTOCOL_ID = 0x424d53fc;

/** SMB2_COMPRESSION_FLAG_*, [MS-SMB2] 2.2.42. */
export const CompressionFlags = { NONE: 0x0000, CHAINED: 0x0001 } as const;

/**
 * A message whose last part is compressed, SMB2 COMPRESSION_TRANSFORM_HEADER_UNCHAINED, [MS-SMB2]
 * 2.2.42.1.
 */
export interface UnchainedCompression {
  readonly kind: 'unchained';
  /** Size in bytes of the compressed part after decompression. */
  readonly originalCompressedSegmentSize: number;
  /** One of CompressionAlgorithmId. */
  readonly compressionAlgorithm: number;
  /** The message's first bytes, which are sent uncompressed. */
  readonly uncompressed: Uint8Array;
  readonly compressed: Uint8Array;
}

/** One part of a chained compression, [MS-SMB2] 2.2.42.2.1. */
export interface CompressionPayload {
  /** One of CompressionAlgorithmId. */
  readonly compressionAlgorithm: number;
  /** CHAINED in the first payload, NONE in the others. */
  readonly flags: number;
  /** Size in bytes after decompression; present with LZNT1, LZ77, LZ77+Huffman and LZ4. */
  readonly originalPayloadSize?: number;
  /**
   * The data of this part. With PATTERN_V1 it is a Pattern_V1 structure ([MS-SMB2] 2.2.42.2.2),
   * with NONE plain bytes, otherwise the compressed bytes.
   */
  readonly data: Uint8Array;
}

/** A message as a chain of parts, SMB2 COMPRESSION_TRANSFORM_HEADER_CHAINED, [MS-SMB2] 2.2.42.2. */
export interface ChainedCompression {
  readonly kind: 'chained';
  /** Size in bytes of the message after decompression. */
  readonly originalCompressedSegmentSize: number;
  readonly payloads: readonly CompressionPayload[];
}

/** A compressed message, [MS-SMB2] 2.2.42. */
export type CompressionTransform = UnchainedCompression | ChainedCompression;

const PAYLOAD = { name: 'COMPRESSION_CHAINED_PAYLOAD_HEADER', section: '[MS-SMB2] 2.2.42.2.1' };

/** SMB2 COMPRESSION_TRANSFORM_HEADER and what follows it, [MS-SMB2] 2.2.42. */
export const compressionTransform: Codec<CompressionTransform> = {
  name: 'COMPRESSION_TRANSFORM_HEADER',
  section: '[MS-SMB2] 2.2.42',
  decode(r) {
    r.constant32(COMPRESSION_PROTOCOL_ID, 'ProtocolId');
    const originalCompressedSegmentSize = r.u32('OriginalCompressedSegmentSize');
    const at = r.position;
    r.position = Math.min(at + 2, r.end);
    const flags = r.peek16('Flags');
    r.position = at;
    if (flags === CompressionFlags.NONE) {
      const compressionAlgorithm = r.u16('CompressionAlgorithm');
      r.skip(2, 'Flags');
      const offset = r.u32('Offset');
      const uncompressed = r.take(offset, 'Uncompressed');
      const compressed = r.rest('Compressed');
      return { kind: 'unchained', originalCompressedSegmentSize, compressionAlgorithm, uncompressed, compressed };
    }
    if (flags !== CompressionFlags.CHAINED) r.fail('Flags', `${flags}, must be 0 or 1`, at + 2);
    // Where an unchained message has algorithm and flags in its header, a chained one has those of
    // the first payload.
    const payloads: CompressionPayload[] = [];
    do {
      r.enter('Payloads', payloads.length, PAYLOAD);
      payloads.push(decodePayload(r));
      r.leave();
    } while (r.remaining > 0);
    return { kind: 'chained', originalCompressedSegmentSize, payloads };
  },
  encode(w, m) {
    w.u32(COMPRESSION_PROTOCOL_ID);
    w.u32(m.originalCompressedSegmentSize);
    if (m.kind === 'unchained') {
      w.u16(m.compressionAlgorithm);
      w.u16(CompressionFlags.NONE);
      w.u32(m.uncompressed.length);
      w.bytes(m.uncompressed);
      w.bytes(m.compressed);
      return;
    }
    for (const payload of m.payloads) encodePayload(w, payload);
  },
};

/** SMB2_COMPRESSION_PATTERN_PAYLOAD_V1, [MS-SMB2] 2.2.42.2.2. */
export interface PatternV1 {
  /** The byte that repeats. */
  readonly pattern: number;
  /** How often it repeats. */
  readonly repetitions: number;
}

/** SMB2_COMPRESSION_PATTERN_PAYLOAD_V1, [MS-SMB2] 2.2.42.2.2. */
export const patternV1: Codec<PatternV1> = {
  name: 'PATTERN_PAYLOAD_V1',
  section: '[MS-SMB2] 2.2.42.2.2',
  decode(r) {
    const pattern = r.u8('Pattern');
    r.skip(1, 'Reserved1');
    r.skip(2, 'Reserved2');
    return { pattern, repetitions: r.u32('Repetitions') };
  },
  encode(w, m) {
    w.u8(m.pattern);
    w.zero(3);
    w.u32(m.repetitions);
  },
};

function decodePayload(r: Reader): CompressionPayload {
  const compressionAlgorithm = r.u16('CompressionAlgorithm');
  const flags = r.u16('Flags');
  const length = r.u32('Length');
  if (!hasOriginalSize(compressionAlgorithm)) {
    return { compressionAlgorithm, flags, data: r.take(length, 'CompressedData') };
  }
  // Length counts OriginalPayloadSize too.
  if (length < 4) r.fail('Length', `${length} has no room for OriginalPayloadSize`, r.position - 4);
  const originalPayloadSize = r.u32('OriginalPayloadSize');
  return { compressionAlgorithm, flags, originalPayloadSize, data: r.take(length - 4, 'CompressedData') };
}

function encodePayload(w: Writer, m: CompressionPayload): void {
  w.u16(m.compressionAlgorithm);
  w.u16(m.flags);
  if (m.originalPayloadSize === undefined) {
    w.u32(m.data.length);
  } else {
    w.u32(m.data.length + 4);
    w.u32(m.originalPayloadSize);
  }
  w.bytes(m.data);
}

function hasOriginalSize(algorithm: number): boolean {
  return algorithm !== CompressionAlgorithmId.NONE && algorithm !== CompressionAlgorithmId.PATTERN_V1;
}
