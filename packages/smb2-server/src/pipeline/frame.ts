import { HEADER_SIZE } from '@tsmbd/smb2-codec';

/** Bytes of the transport's length field, which precedes every message. [MS-SMB2] 2.1 */
export const LENGTH_SIZE = 4;
/** Bytes of an SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
export const TRANSFORM_SIZE = 52;
/** Free bytes before each message that is sent, so that the message can be sealed in place. */
export const HEADROOM = LENGTH_SIZE + TRANSFORM_SIZE;
/** Offset of the SessionId in an SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
export const TRANSFORM_SESSION_ID_AT = 44;
/** The smallest encrypted message: it holds at least a header. */
export const SMALLEST_SEALED = TRANSFORM_SIZE + HEADER_SIZE;

/**
 * The first four bytes of a message as a little-endian u32: 0xff, 0xfe, 0xfd or 0xfc, and `SMB`.
 */
export const ProtocolId = {
  SMB1: 0x424d_53ff,
  SMB2: 0x424d_53fe,
  TRANSFORM: 0x424d_53fd,
  COMPRESSED: 0x424d_53fc,
} as const;

/** The message's ProtocolId; undefined if the message has fewer than four bytes. */
export function protocolOf(message: Uint8Array): number | undefined {
  if (message.length < 4) return undefined;
  return (message[0]! | (message[1]! << 8) | (message[2]! << 16) | (message[3]! << 24)) >>> 0;
}
