import type { Codec, Writer } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_READFLAG_*, [MS-SMB2] 2.2.19. */
export const ReadFlags = { READ_UNBUFFERED: 0x01, REQUEST_COMPRESSED: 0x02 } as const;

/** SMB2_CHANNEL_*, [MS-SMB2] 2.2.19 and 2.2.21. */
export const Channel = {
  NONE: 0x0000_0000,
  RDMA_V1: 0x0000_0001,
  RDMA_V1_INVALIDATE: 0x0000_0002,
  RDMA_TRANSFORM: 0x0000_0003,
} as const;

/** SMB2_READFLAG_RESPONSE_*, [MS-SMB2] 2.2.20. */
export const ReadResponseFlags = { NONE: 0x0000_0000, RDMA_TRANSFORM: 0x0000_0001 } as const;

/** SMB2 READ Request, [MS-SMB2] 2.2.19. */
export interface ReadRequest {
  /**
   * The DataOffset that the client would like in the response. 0x50 puts the data right behind the
   * fixed part.
   */
  readonly padding: number;
  /** Bits of ReadFlags. */
  readonly flags: number;
  /** Bytes wanted. */
  readonly length: number;
  /** Where to start in the file, in bytes. */
  readonly offset: bigint;
  readonly fileId: FileId;
  /** The server answers with an error if it reads fewer bytes than this. */
  readonly minimumCount: number;
  /** One of Channel. */
  readonly channel: number;
  readonly remainingBytes: number;
  /** Descriptors of the channel, or empty. */
  readonly readChannelInfo: Uint8Array;
}

/** SMB2 READ Request, [MS-SMB2] 2.2.19. */
export const readRequest: Codec<ReadRequest> = {
  name: 'READ Request',
  section: '[MS-SMB2] 2.2.19',
  decode(r) {
    r.constant16(49, 'StructureSize');
    const padding = r.u8('Padding');
    const flags = r.u8('Flags');
    const length = r.u32('Length');
    const offset = r.u64('Offset');
    const id = fileId.decode(r);
    const minimumCount = r.u32('MinimumCount');
    const channel = r.u32('Channel');
    const remainingBytes = r.u32('RemainingBytes');
    const infoOffset = r.u16('ReadChannelInfoOffset');
    const infoLength = r.u16('ReadChannelInfoLength');
    return {
      padding,
      flags,
      length,
      offset,
      fileId: id,
      minimumCount,
      channel,
      remainingBytes,
      readChannelInfo: bufferAt(r, infoOffset, infoLength, 'ReadChannelInfo'),
    };
  },
  encode(w, m) {
    const infoLength = m.readChannelInfo.length;
    w.u16(49);
    w.u8(m.padding);
    w.u8(m.flags);
    w.u32(m.length);
    w.u64(m.offset);
    fileId.encode(w, m.fileId);
    w.u32(m.minimumCount);
    w.u32(m.channel);
    w.u32(m.remainingBytes);
    w.u16(infoLength === 0 ? 0 : w.offset + 4);
    w.u16(infoLength);
    // The buffer has at least one byte.
    if (infoLength === 0) w.zero(1);
    else w.bytes(m.readChannelInfo);
  },
};

/** SMB2 READ Response, [MS-SMB2] 2.2.20. */
export interface ReadResponse {
  /** Bytes sent over the channel (RDMA) instead of in `data`. */
  readonly dataRemaining: number;
  /** Bits of ReadResponseFlags (SMB 3.1.1); reserved before. */
  readonly flags: number;
  readonly data: Uint8Array;
}

/** Bytes from the SMB2 header to the data of a READ response that encodeReadResponseHead writes. */
export const READ_RESPONSE_DATA_OFFSET = 80;

/** SMB2 READ Response, [MS-SMB2] 2.2.20. */
export const readResponse: Codec<ReadResponse> = {
  name: 'READ Response',
  section: '[MS-SMB2] 2.2.20',
  decode(r) {
    r.constant16(17, 'StructureSize');
    const dataOffset = r.u8('DataOffset');
    r.skip(1, 'Reserved');
    const dataLength = r.u32('DataLength');
    const dataRemaining = r.u32('DataRemaining');
    const flags = r.u32('Flags');
    return { dataRemaining, flags, data: bufferAt(r, dataOffset, dataLength, 'Data') };
  },
  encode(w, m) {
    encodeReadResponseHead(w, m.data.length, m.dataRemaining, m.flags);
    w.bytes(m.data);
  },
};

/**
 * Writes only the fixed part of a READ Response. The data is then read directly into its place
 * behind it (READ_RESPONSE_DATA_OFFSET bytes from the header).
 */
export function encodeReadResponseHead(w: Writer, dataLength: number, dataRemaining = 0, flags = 0): void {
  w.u16(17);
  w.u8(w.offset + 14);
  w.zero(1);
  w.u32(dataLength);
  w.u32(dataRemaining);
  w.u32(flags);
}
