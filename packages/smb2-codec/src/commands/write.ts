import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_WRITEFLAG_*, [MS-SMB2] 2.2.21. */
export const WriteFlags = { WRITE_THROUGH: 0x0000_0001, WRITE_UNBUFFERED: 0x0000_0002 } as const;

/** SMB2 WRITE Request, [MS-SMB2] 2.2.21. */
export interface WriteRequest {
  /** Where to start in the file, in bytes. */
  readonly offset: bigint;
  readonly fileId: FileId;
  /** One of Channel. */
  readonly channel: number;
  /** With an RDMA channel: the number of bytes to fetch over it. */
  readonly remainingBytes: number;
  /** Bits of WriteFlags. */
  readonly flags: number;
  /** The bytes to write; empty with an RDMA channel. */
  readonly data: Uint8Array;
  /** Descriptors of the channel; empty without one. */
  readonly writeChannelInfo: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * SMB2_CHANNEL_RDMA_V1, SMB2_CHANNEL_RDMA_V1_INVALIDATE or SMB2_CHANNEL_RDMA_TRANSFORM, [MS-SMB2]
 * 2.2.21.
 */
function isRdma(channel: number): boolean {
  return channel >= 1 && channel <= 3;
}

/** SMB2 WRITE Request, [MS-SMB2] 2.2.21. */
export const writeRequest: Codec<WriteRequest> = {
  name: 'WRITE Request',
  section: '[MS-SMB2] 2.2.21',
  decode(r) {
    r.constant16(49, 'StructureSize');
    const dataOffset = r.u16('DataOffset');
    const length = r.u32('Length');
    const offset = r.u64('Offset');
    const id = fileId.decode(r);
    const channel = r.u32('Channel');
    const remainingBytes = r.u32('RemainingBytes');
    const infoOffset = r.u16('WriteChannelInfoOffset');
    const infoLength = r.u16('WriteChannelInfoLength');
    const flags = r.u32('Flags');
    return {
      offset,
      fileId: id,
      channel,
      remainingBytes,
      flags,
      data: bufferAt(r, dataOffset, length, 'Data'),
      // Without a channel these fields are reserved, and are ignored: some clients leave old values
      // in them.
      writeChannelInfo: isRdma(channel) ? bufferAt(r, infoOffset, infoLength, 'WriteChannelInfo') : NOTHING,
    };
  },
  encode(w, m) {
    const infoLength = m.writeChannelInfo.length;
    const bufferOffset = w.offset + 48;
    w.u16(49);
    w.u16(bufferOffset + infoLength);
    w.u32(m.data.length);
    w.u64(m.offset);
    fileId.encode(w, m.fileId);
    w.u32(m.channel);
    w.u32(m.remainingBytes);
    w.u16(infoLength === 0 ? 0 : bufferOffset);
    w.u16(infoLength);
    w.u32(m.flags);
    w.bytes(m.writeChannelInfo);
    w.bytes(m.data);
  },
};

/** SMB2 WRITE Response, [MS-SMB2] 2.2.22. */
export interface WriteResponse {
  /** Bytes written. */
  readonly count: number;
  /** Reserved by the protocol, 0. */
  readonly remaining: number;
}

/** SMB2 WRITE Response, [MS-SMB2] 2.2.22. */
export const writeResponse: Codec<WriteResponse> = {
  name: 'WRITE Response',
  section: '[MS-SMB2] 2.2.22',
  decode(r) {
    r.constant16(17, 'StructureSize');
    r.skip(2, 'Reserved');
    const count = r.u32('Count');
    const remaining = r.u32('Remaining');
    r.skip(4, 'WriteChannelInfo');
    return { count, remaining };
  },
  encode(w, m) {
    w.u16(17);
    w.zero(2);
    w.u32(m.count);
    w.u32(m.remaining);
    w.zero(4);
  },
};
