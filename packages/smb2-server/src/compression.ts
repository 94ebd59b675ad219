import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  CompressionError,
  type CompressOptions,
  compressionAlgorithm,
  compressMessage,
  decompressMessage,
} from '@tsmbd/smb-compression';
import {
  CompressionAlgorithmId,
  CompressionCapabilitiesFlags,
  compressionCapabilities,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { DisconnectError, StatusError } from './errors.ts';

/** What a connection agreed on, [MS-SMB2] 3.3.1.7: CompressionIds, not empty, and SupportsChainedCompression. */
export interface ConnectionCompression {
  /** Values of CompressionAlgorithmId in the client's order. */
  readonly algorithms: readonly number[];
  readonly chained: boolean;
}

const SUPPORTED: readonly number[] = [
  CompressionAlgorithmId.LZNT1,
  CompressionAlgorithmId.LZ77,
  CompressionAlgorithmId.LZ77_HUFFMAN,
  CompressionAlgorithmId.PATTERN_V1,
  CompressionAlgorithmId.LZ4,
];

/** Where a READ response's data begins: what stands before it does not compress. */
const READ_HEAD = 80;
/** Less than this is not worth it. */
const MIN_REPLY = 4096;
/** More than this would keep the event loop from others for too long: it goes out as it is. */
const MAX_REPLY = 1 << 20;
/** A sample from the middle tells what does not compress at a fraction of the cost. */
const SAMPLE = 4096;

/** Answers the client's SMB2_COMPRESSION_CAPABILITIES, [MS-SMB2] 3.3.5.4: what both know, in the client's order. */
export function negotiateCompression(data: Uint8Array): {
  readonly compression: ConnectionCompression | undefined;
  readonly answer: Uint8Array;
} {
  const offered = decode(compressionCapabilities, data);
  if (offered.compressionAlgorithms.length === 0) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no compression algorithm');
  }
  const chained = (offered.flags & CompressionCapabilitiesFlags.CHAINED) !== 0;
  // A pattern is a payload of a chain: there is no place for it elsewhere.
  const usable = SUPPORTED.filter((id) => chained || id !== CompressionAlgorithmId.PATTERN_V1);
  const algorithms = [...new Set(offered.compressionAlgorithms)].filter((id) => usable.includes(id));
  const compression = algorithms.length === 0 ? undefined : { algorithms, chained };
  const answer = encode(compressionCapabilities, {
    flags: chained ? CompressionCapabilitiesFlags.CHAINED : CompressionCapabilitiesFlags.NONE,
    compressionAlgorithms: compression === undefined ? [CompressionAlgorithmId.NONE] : algorithms,
  });
  return { compression, answer };
}

/**
 * The message inside a compressed one, [MS-SMB2] 3.3.5.2.1.2. Whatever is wrong with it ends the connection. `limit` is
 * compared with the sizes that the message names before anything is allocated.
 */
export function inflate(
  compression: ConnectionCompression | undefined,
  message: Uint8Array,
  limit: number,
): Uint8Array {
  if (compression === undefined) throw new DisconnectError('compressed message on a connection without compression');
  let plain: Uint8Array;
  try {
    plain = decompressMessage(message, { ...compression, limit });
  } catch (error) {
    if (error instanceof CompressionError) throw new DisconnectError(`compressed message: ${error.message}`);
    throw error;
  }
  if (plain.length < 64 || plain[0] !== 0xfe) throw new DisconnectError('compressed message holds no SMB2 message');
  return plain;
}

/** A READ response in its compressed form, [MS-SMB2] 3.1.4.4; undefined where that is not worth it. */
export function deflateReply(compression: ConnectionCompression, message: Uint8Array): Uint8Array | undefined {
  if (message.length < MIN_REPLY || message.length > MAX_REPLY) return undefined;
  const options: CompressOptions = { ...compression, uncompressed: READ_HEAD };
  if (message.length > 8 * SAMPLE && !isCompressible(message, options)) return undefined;
  return compressMessage(message, options);
}

function isCompressible(message: Uint8Array, { algorithms }: CompressOptions): boolean {
  const id = algorithms.find((one) => one !== CompressionAlgorithmId.PATTERN_V1);
  if (id === undefined) return true;
  const middle = message.length >> 1;
  return compressionAlgorithm(id).compress(message.subarray(middle, middle + SAMPLE), SAMPLE - 256) !== undefined;
}
