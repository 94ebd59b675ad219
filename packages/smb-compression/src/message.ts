import { CodecError, decode, encode } from '@tsmbd/ms-dtyp';
import {
  CompressionAlgorithmId,
  CompressionFlags,
  type CompressionPayload,
  type CompressionTransform,
  compressionTransform,
  patternV1,
} from '@tsmbd/smb2-codec';
import { compressionAlgorithm } from './algorithms.ts';
import { CompressionError } from './compression-error.ts';
import { findPatterns } from './pattern-v1.ts';
import { finished, type Steps } from './steps.ts';

/** What a receiver accepts. */
export interface DecompressOptions {
  /**
   * The most bytes that the message may have after decompression. This is checked before anything
   * is allocated.
   */
  readonly limit: number;
  /** The algorithms that were negotiated. Default: all known ones. */
  readonly algorithms?: readonly number[];
  /** Whether chained messages were negotiated. Default: true. */
  readonly chained?: boolean;
}

/**
 * The message inside a compressed message, [MS-SMB2] 3.1.5.3 and 3.3.5.2.1.2. Throws
 * CompressionError for everything that makes a receiver disconnect, and for bytes that are not a
 * compressed message.
 */
export function decompressMessage(message: Uint8Array | CompressionTransform, options: DecompressOptions): Uint8Array {
  return finished(inflateMessage(message, options));
}

/**
 * The same in steps. About INFLATED_AT_ONCE bytes are inflated in each, so that a caller that has
 * others to serve can do so between two of them.
 */
export function* inflateMessage(
  message: Uint8Array | CompressionTransform,
  options: DecompressOptions,
): Steps<Uint8Array> {
  const transform = message instanceof Uint8Array ? transformOf(message) : message;
  const size = transform.originalCompressedSegmentSize;
  if (size > options.limit) throw new CompressionError('too-long', `${size} bytes, of which ${options.limit} may be`);
  if (transform.kind === 'chained') {
    if (options.chained === false) throw new CompressionError('malformed', 'chained, which was not negotiated');
    return yield* inflateChain(transform.payloads, size, options);
  }
  const { uncompressed, compressed, compressionAlgorithm: id } = transform;
  check(id, options);
  if (uncompressed.length + size > options.limit) {
    throw new CompressionError('too-long', `${uncompressed.length + size} bytes, of which ${options.limit} may be`);
  }
  const whole = new Uint8Array(uncompressed.length + size);
  whole.set(uncompressed);
  yield* compressionAlgorithm(id).inflate(compressed, size, whole.subarray(uncompressed.length));
  return whole;
}

function transformOf(message: Uint8Array): CompressionTransform {
  try {
    return decode(compressionTransform, message);
  } catch (error) {
    if (error instanceof CodecError) throw new CompressionError('malformed', error.message);
    throw error;
  }
}

function check(id: number, { algorithms }: DecompressOptions): void {
  if (algorithms !== undefined && !algorithms.includes(id)) {
    throw new CompressionError('unknown-algorithm', `compression algorithm ${id}, which was not negotiated`);
  }
}

function* inflateChain(
  payloads: readonly CompressionPayload[],
  size: number,
  options: DecompressOptions,
): Steps<Uint8Array> {
  const whole = new Uint8Array(size);
  let to = 0;
  for (const { compressionAlgorithm: id, originalPayloadSize = 0, data } of payloads) {
    const room = size - to;
    if (id === CompressionAlgorithmId.NONE) {
      if (data.length > room) throw new CompressionError('too-long', `payload of ${data.length}, room for ${room}`);
      whole.set(data, to);
      to += data.length;
      continue;
    }
    check(id, options);
    if (id === CompressionAlgorithmId.PATTERN_V1) {
      if (data.length !== 8) throw new CompressionError('malformed', `pattern of ${data.length} bytes`);
      const { pattern, repetitions } = decode(patternV1, data);
      if (repetitions > room) throw new CompressionError('too-long', `${repetitions} repetitions, room for ${room}`);
      whole.fill(pattern, to, to + repetitions);
      to += repetitions;
      continue;
    }
    if (originalPayloadSize > room) {
      throw new CompressionError('too-long', `payload of ${originalPayloadSize}, room for ${room}`);
    }
    const part = whole.subarray(to, to + originalPayloadSize);
    yield* compressionAlgorithm(id).inflate(data, originalPayloadSize, part);
    // What was inflated since the last stop counts with the next payload.
    yield;
    to += originalPayloadSize;
  }
  if (to !== size) throw new CompressionError('truncated', `the payloads make ${to} of ${size} bytes`);
  return whole;
}

/** How a sender compresses. */
export interface CompressOptions {
  /** The algorithms that both sides know, the preferred one first. */
  readonly algorithms: readonly number[];
  /** Whether both sides know chained messages. */
  readonly chained: boolean;
  /**
   * Bytes at the start of the message that are left uncompressed: headers, which do not compress.
   */
  readonly uncompressed: number;
}

/**
 * A message in its compressed form, [MS-SMB2] 3.1.4.4; undefined if that is not smaller. With
 * Pattern_V1 (chained only), a run of equal bytes at the front or at the end of the compressed part
 * takes eight bytes.
 */
export function compressMessage(message: Uint8Array, options: CompressOptions): Uint8Array | undefined {
  const { algorithms, chained, uncompressed } = options;
  const id = algorithms.find((one) => one !== CompressionAlgorithmId.NONE && one !== CompressionAlgorithmId.PATTERN_V1);
  const head = message.subarray(0, uncompressed);
  const rest = message.subarray(uncompressed);
  if (!chained) {
    if (id === undefined) return undefined;
    const compressed = compressionAlgorithm(id).compress(rest);
    if (compressed === undefined || compressed.length + UNCHAINED_HEADER >= rest.length) return undefined;
    return encode(compressionTransform, {
      kind: 'unchained',
      originalCompressedSegmentSize: rest.length,
      compressionAlgorithm: id,
      uncompressed: head,
      compressed,
    });
  }
  const payloads = [plain(head)];
  const hasPattern = algorithms.includes(CompressionAlgorithmId.PATTERN_V1);
  const { front, back } = hasPattern ? findPatterns(rest) : { front: 0, back: 0 };
  if (front > 0) payloads.push(pattern(rest[0]!, front));
  const middle = rest.subarray(front, rest.length - back);
  const compressed = id === undefined ? undefined : compressionAlgorithm(id).compress(middle, middle.length - 4);
  if (compressed !== undefined) {
    payloads.push({
      compressionAlgorithm: id!,
      flags: CompressionFlags.NONE,
      originalPayloadSize: middle.length,
      data: compressed,
    });
  } else if (middle.length > 0) payloads.push(plain(middle));
  if (back > 0) payloads.push(pattern(rest[rest.length - 1]!, back));
  if (payloads.length === 1 || (payloads.length === 2 && compressed === undefined && front === 0)) return undefined;
  const first = { ...payloads[0]!, flags: CompressionFlags.CHAINED };
  const whole = encode(compressionTransform, {
    kind: 'chained',
    originalCompressedSegmentSize: message.length,
    payloads: [first, ...payloads.slice(1)],
  });
  return whole.length < message.length ? whole : undefined;
}

/** Bytes of an unchained header. */
const UNCHAINED_HEADER = 16;

function plain(data: Uint8Array): CompressionPayload {
  return { compressionAlgorithm: CompressionAlgorithmId.NONE, flags: CompressionFlags.NONE, data };
}

function pattern(byte: number, repetitions: number): CompressionPayload {
  return {
    compressionAlgorithm: CompressionAlgorithmId.PATTERN_V1,
    flags: CompressionFlags.NONE,
    data: encode(patternV1, { pattern: byte, repetitions }),
  };
}
