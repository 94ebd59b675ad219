import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_WATCH_TREE: changes below subdirectories are reported too, [MS-SMB2] 2.2.35. */
export const ChangeNotifyFlags = { WATCH_TREE: 0x0001 } as const;

/** FILE_NOTIFY_CHANGE_*, the completion filter, [MS-SMB2] 2.2.35. */
export const NotifyFilter = {
  FILE_NAME: 0x0000_0001,
  DIR_NAME: 0x0000_0002,
  ATTRIBUTES: 0x0000_0004,
  SIZE: 0x0000_0008,
  LAST_WRITE: 0x0000_0010,
  LAST_ACCESS: 0x0000_0020,
  CREATION: 0x0000_0040,
  EA: 0x0000_0080,
  SECURITY: 0x0000_0100,
  STREAM_NAME: 0x0000_0200,
  STREAM_SIZE: 0x0000_0400,
  STREAM_WRITE: 0x0000_0800,
} as const;

/** SMB2 CHANGE_NOTIFY Request, [MS-SMB2] 2.2.35. */
export interface ChangeNotifyRequest {
  /** Bits of ChangeNotifyFlags. */
  readonly flags: number;
  /** The most bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  readonly fileId: FileId;
  /** Bits of NotifyFilter. */
  readonly completionFilter: number;
}

/** SMB2 CHANGE_NOTIFY Request, [MS-SMB2] 2.2.35. */
export const changeNotifyRequest: Codec<ChangeNotifyRequest> = {
  name: 'CHANGE_NOTIFY Request',
  section: '[MS-SMB2] 2.2.35',
  decode(r) {
    r.constant16(32, 'StructureSize');
    const flags = r.u16('Flags');
    const outputBufferLength = r.u32('OutputBufferLength');
    const id = fileId.decode(r);
    const completionFilter = r.u32('CompletionFilter');
    r.skip(4, 'Reserved');
    return { flags, outputBufferLength, fileId: id, completionFilter };
  },
  encode(w, m) {
    w.u16(32);
    w.u16(m.flags);
    w.u32(m.outputBufferLength);
    fileId.encode(w, m.fileId);
    w.u32(m.completionFilter);
    w.zero(4);
  },
};

/** SMB2 CHANGE_NOTIFY Response, [MS-SMB2] 2.2.36. */
export interface ChangeNotifyResponse {
  /** A list of FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1; empty with STATUS_NOTIFY_ENUM_DIR. */
  readonly buffer: Uint8Array;
}

/** SMB2 CHANGE_NOTIFY Response, [MS-SMB2] 2.2.36. */
export const changeNotifyResponse: Codec<ChangeNotifyResponse> = {
  name: 'CHANGE_NOTIFY Response',
  section: '[MS-SMB2] 2.2.36',
  decode(r) {
    r.constant16(9, 'StructureSize');
    const offset = r.u16('OutputBufferOffset');
    const length = r.u32('OutputBufferLength');
    return { buffer: bufferAt(r, offset, length, 'Buffer') };
  },
  encode(w, m) {
    w.u16(9);
    w.u16(w.offset + 6);
    w.u32(m.buffer.length);
    w.bytes(m.buffer);
  },
};
