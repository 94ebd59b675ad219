import type { Codec } from '@tsmbd/ms-dtyp';

/** Bytes of a transform header. */
export const TRANSFORM_HEADER_SIZE = 52;

/** ProtocolId of a transform header as a little-endian u32: 0xFD 'S' 'M' 'B'. */
export const TRANSFORM_PROTOCOL_ID = 0x424d53fd;

/**
 * Flags/EncryptionAlgorithm of a transform header: 1 in every dialect that has it, [MS-SMB2]
 * 2.2.41.
 */
export const TransformFlags = { ENCRYPTED: 0x0001 } as const;

/**
 * Where the part begins that the cipher authenticates but does not encrypt: Nonce to SessionId, 32
 * bytes.
 */
export const TRANSFORM_AAD_OFFSET = 20;

/** SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
export interface TransformHeader {
  /** 16 bytes: the cipher's tag. */
  readonly signature: Uint8Array;
  /** 16 bytes, of which a CCM cipher takes the first 11 and a GCM cipher the first 12. */
  readonly nonce: Uint8Array;
  /** Bytes of the encrypted message. */
  readonly originalMessageSize: number;
  /** Bits of TransformFlags. */
  readonly flags: number;
  readonly sessionId: bigint;
}

/** SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
export const transformHeader: Codec<TransformHeader> = {
  name: 'TRANSFORM_HEADER',
  section: '[MS-SMB2] 2.2.41',
  decode(r) {
    r.constant32(TRANSFORM_PROTOCOL_ID, 'ProtocolId');
    const signature = r.take(16, 'Signature');
    const nonce = r.take(16, 'Nonce');
    const originalMessageSize = r.u32('OriginalMessageSize');
    r.skip(2, 'Reserved');
    return { signature, nonce, originalMessageSize, flags: r.u16('Flags'), sessionId: r.u64('SessionId') };
  },
  encode(w, m) {
    w.u32(TRANSFORM_PROTOCOL_ID);
    w.bytes(m.signature);
    w.bytes(m.nonce);
    w.u32(m.originalMessageSize);
    w.zero(2);
    w.u16(m.flags);
    w.u64(m.sessionId);
  },
};
