import { CodecError, decode } from '@tsmbd/ms-dtyp';
import {
  CompressionError,
  type CompressOptions,
  compressionAlgorithm,
  compressMessage,
  inflateMessage,
  type Steps,
} from '@tsmbd/smb-compression';
import {
  CompressionAlgorithmId,
  type CompressionPayload,
  type CompressionTransform,
  compressionTransform,
  HEADER_SIZE,
} from '@tsmbd/smb2-codec';
import { DisconnectError } from '../errors.ts';
import type { ConnectionCompression } from '../model/index.ts';

/**
 * Bytes that one credit pays for, with room for the headers of a request beside its payload.
 * [MS-SMB2] 3.3.5.2.5
 */
const CREDIT_SIZE = (64 << 10) + 1024;
/** Offsets of CreditCharge and NextCommand in a header, [MS-SMB2] 2.2.1.2. */
const CREDIT_CHARGE_AT = 6;
const NEXT_COMMAND_AT = 20;
/** Where the data of a READ response begins. The bytes before it do not compress. */
const READ_HEAD = 80;
/** A smaller response is not worth compressing. */
const MIN_REPLY = 4096;
/**
 * Compressing a larger response would keep the event loop from others for too long: it is sent
 * uncompressed.
 */
const MAX_REPLY = 1 << 20;
/** A sample from the middle shows at a fraction of the cost whether the data can be compressed. */
const SAMPLE = 4096;

/**
 * A compressed message that may be inflated: the size that it names is within what its connection
 * may send.
 */
export interface Deflated {
  readonly transform: CompressionTransform;
  /** Size in bytes of the message inside. */
  readonly size: number;
}

/** Limits on the message inside a compressed message. */
export interface InflateLimits {
  /** Largest message, in bytes, that the connection may send. */
  readonly size: number;
  /**
   * Credits that the connection has. A message needs one credit for each 64 KiB begun. [MS-SMB2]
   * 3.3.5.2.5
   */
  readonly credits: number;
}

/**
 * Checks a compressed message before any of it is inflated, [MS-SMB2] 3.3.5.2.1.2: the size that it
 * names and, if its header is not compressed, the CreditCharge. Anything wrong ends the connection.
 */
export function deflated(
  compression: ConnectionCompression | undefined,
  message: Uint8Array,
  limits: InflateLimits,
): Deflated {
  if (compression === undefined) throw new DisconnectError('compressed message on a connection without compression');
  const transform = transformOf(message);
  const head = transform.kind === 'chained' ? plainHead(transform.payloads[0]) : transform.uncompressed;
  const size =
    transform.originalCompressedSegmentSize + (transform.kind === 'chained' ? 0 : transform.uncompressed.length);
  if (size > limits.size) throw new DisconnectError(`compressed message: ${size} bytes inside, ${limits.size} may be`);
  const charge = Math.min(chargeIn(head), limits.credits);
  if (size > charge * CREDIT_SIZE) {
    throw new DisconnectError(`compressed message: ${size} bytes inside, its ${charge} credits are for less`);
  }
  return { transform, size };
}

/** Makes the message inside, in steps. Anything wrong with it ends the connection. */
export function* inflate(compression: ConnectionCompression, { transform, size }: Deflated): Steps<Uint8Array> {
  let plain: Uint8Array;
  try {
    plain = yield* inflateMessage(transform, { ...compression, limit: size });
  } catch (error) {
    if (error instanceof CompressionError) throw new DisconnectError(`compressed message: ${error.message}`);
    throw error;
  }
  if (plain.length < 64 || plain[0] !== 0xfe) throw new DisconnectError('compressed message holds no SMB2 message');
  return plain;
}

function transformOf(message: Uint8Array): CompressionTransform {
  try {
    return decode(compressionTransform, message);
  } catch (error) {
    if (error instanceof CodecError) throw new DisconnectError(`compressed message: ${error.message}`);
    throw error;
  }
}

function plainHead(first: CompressionPayload | undefined): Uint8Array {
  return first?.compressionAlgorithm === CompressionAlgorithmId.NONE ? first.data : new Uint8Array(0);
}

/**
 * How many credits the message takes. For a compound, and when the header is compressed, the only
 * limit is what the connection has.
 */
function chargeIn(head: Uint8Array): number {
  if (head.length < HEADER_SIZE) return Infinity;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(NEXT_COMMAND_AT, true) !== 0 ? Infinity : Math.max(1, view.getUint16(CREDIT_CHARGE_AT, true));
}

/**
 * A READ response in its compressed form, [MS-SMB2] 3.1.4.4; undefined when compression is not
 * worth it.
 */
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
