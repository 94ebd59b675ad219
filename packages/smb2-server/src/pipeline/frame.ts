import { HEADER_SIZE } from '@tsmbd/smb2-codec';

/** Bytes of the transport's length, which stand before every message. [MS-SMB2] 2.1 */
export const LENGTH_SIZE = 4;
/** Bytes of an SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
export const TRANSFORM_SIZE = 52;
/** Room before each message that is sent, so that it can be sealed where it is. */
export const HEADROOM = LENGTH_SIZE + TRANSFORM_SIZE;
/** Bytes of an unchained SMB2 COMPRESSION_TRANSFORM_HEADER, [MS-SMB2] 2.2.42.1. */
export const COMPRESSION_SIZE = 16;
/** Where an SMB2 TRANSFORM_HEADER has its SessionId, [MS-SMB2] 2.2.41. */
export const TRANSFORM_SESSION_ID_AT = 44;
/** An encrypted message has a header inside. */
export const SMALLEST_SEALED = TRANSFORM_SIZE + HEADER_SIZE;

/** What a message begins with as a little-endian u32: 0xff, 0xfe, 0xfd or 0xfc, and `SMB`. */
export const ProtocolId = {
  SMB1: 0x424d_53ff,
  SMB2: 0x424d_53fe,
  TRANSFORM: 0x424d_53fd,
  COMPRESSED: 0x424d_53fc,
} as const;

/** The message's ProtocolId; undefined where it has less than four bytes. */
export function protocolOf(message: Uint8Array): number | undefined {
  if (message.length < 4) return undefined;
  return (message[0]! | (message[1]! << 8) | (message[2]! << 16) | (message[3]! << 24)) >>> 0;
}
