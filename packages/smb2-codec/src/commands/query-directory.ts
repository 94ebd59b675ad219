import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt, textAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_* flags of a QUERY_DIRECTORY, [MS-SMB2] 2.2.33. */
export const QueryDirectoryFlags = {
  RESTART_SCANS: 0x01,
  RETURN_SINGLE_ENTRY: 0x02,
  INDEX_SPECIFIED: 0x04,
  REOPEN: 0x10,
} as const;

/** SMB2 QUERY_DIRECTORY Request, [MS-SMB2] 2.2.33. */
export interface QueryDirectoryRequest {
  /** One of FileInformationClass. */
  readonly fileInformationClass: number;
  /** Bits of QueryDirectoryFlags. */
  readonly flags: number;
  /** Where to resume, if `flags` has INDEX_SPECIFIED. */
  readonly fileIndex: number;
  readonly fileId: FileId;
  /** The most bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  /** With wildcards as in [MS-FSA] 2.1.4.4; `*` for all. */
  readonly searchPattern: string;
}

/** SMB2 QUERY_DIRECTORY Request, [MS-SMB2] 2.2.33. */
export const queryDirectoryRequest: Codec<QueryDirectoryRequest> = {
  name: 'QUERY_DIRECTORY Request',
  section: '[MS-SMB2] 2.2.33',
  decode(r) {
    r.constant16(33, 'StructureSize');
    const fileInformationClass = r.u8('FileInformationClass');
    const flags = r.u8('Flags');
    const fileIndex = r.u32('FileIndex');
    const id = fileId.decode(r);
    const nameOffset = r.u16('FileNameOffset');
    const nameLength = r.u16('FileNameLength');
    const outputBufferLength = r.u32('OutputBufferLength');
    const searchPattern = textAt(r, nameOffset, nameLength, 'SearchPattern');
    return { fileInformationClass, flags, fileIndex, fileId: id, outputBufferLength, searchPattern };
  },
  encode(w, m) {
    w.u16(33);
    w.u8(m.fileInformationClass);
    w.u8(m.flags);
    w.u32(m.fileIndex);
    fileId.encode(w, m.fileId);
    w.u16(w.offset + 8);
    w.u16(m.searchPattern.length * 2);
    w.u32(m.outputBufferLength);
    w.utf16(m.searchPattern);
  },
};

/** SMB2 QUERY_DIRECTORY Response, [MS-SMB2] 2.2.34. */
export interface QueryDirectoryResponse {
  /** Entries of the requested class, [MS-FSCC] 2.4. */
  readonly buffer: Uint8Array;
}

/** SMB2 QUERY_DIRECTORY Response, [MS-SMB2] 2.2.34. */
export const queryDirectoryResponse: Codec<QueryDirectoryResponse> = {
  name: 'QUERY_DIRECTORY Response',
  section: '[MS-SMB2] 2.2.34',
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
