import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_0_INFO_*, [MS-SMB2] 2.2.37 and 2.2.39. */
export const InfoType = { FILE: 0x01, FILESYSTEM: 0x02, SECURITY: 0x03, QUOTA: 0x04 } as const;

/**
 * *_SECURITY_INFORMATION, the AdditionalInformation of a security query or change, [MS-SMB2]
 * 2.2.37.
 */
export const SecurityInformation = {
  OWNER: 0x0000_0001,
  GROUP: 0x0000_0002,
  DACL: 0x0000_0004,
  SACL: 0x0000_0008,
  LABEL: 0x0000_0010,
  ATTRIBUTE: 0x0000_0020,
  SCOPE: 0x0000_0040,
  BACKUP: 0x0001_0000,
} as const;

/** SL_*, which entries a query of EAs or quotas returns, [MS-SMB2] 2.2.37. */
export const QueryInfoFlags = {
  RESTART_SCAN: 0x0000_0001,
  RETURN_SINGLE_ENTRY: 0x0000_0002,
  INDEX_SPECIFIED: 0x0000_0004,
} as const;

/** SMB2 QUERY_INFO Request, [MS-SMB2] 2.2.37. */
export interface QueryInfoRequest {
  /** One of InfoType. */
  readonly infoType: number;
  /**
   * One of FileInformationClass or FsInformationClass, depending on infoType; 0 for security and
   * quota.
   */
  readonly fileInfoClass: number;
  /** The most bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  /** Bits of SecurityInformation, or the EA index. */
  readonly additionalInformation: number;
  /** Bits of QueryInfoFlags. */
  readonly flags: number;
  readonly fileId: FileId;
  /** A quota query, [MS-SMB2] 2.2.37.1, or a list of FILE_GET_EA_INFORMATION; usually empty. */
  readonly inputBuffer: Uint8Array;
  /**
   * InputBufferOffset as sent with an empty `inputBuffer`, if it is not 0; nothing depends on it.
   */
  readonly inputBufferOffset?: number;
}

/** SMB2 QUERY_INFO Request, [MS-SMB2] 2.2.37. */
export const queryInfoRequest: Codec<QueryInfoRequest> = {
  name: 'QUERY_INFO Request',
  section: '[MS-SMB2] 2.2.37',
  decode(r) {
    r.constant16(41, 'StructureSize');
    const infoType = r.u8('InfoType');
    const fileInfoClass = r.u8('FileInfoClass');
    const outputBufferLength = r.u32('OutputBufferLength');
    const inputOffset = r.u16('InputBufferOffset');
    r.skip(2, 'Reserved');
    const inputLength = r.u32('InputBufferLength');
    const additionalInformation = r.u32('AdditionalInformation');
    const flags = r.u32('Flags');
    const id = fileId.decode(r);
    const inputBuffer = bufferAt(r, inputOffset, inputLength, 'InputBuffer');
    const request = {
      infoType,
      fileInfoClass,
      outputBufferLength,
      additionalInformation,
      flags,
      fileId: id,
      inputBuffer,
    };
    return inputLength === 0 && inputOffset !== 0 ? { ...request, inputBufferOffset: inputOffset } : request;
  },
  encode(w, m) {
    w.u16(41);
    w.u8(m.infoType);
    w.u8(m.fileInfoClass);
    w.u32(m.outputBufferLength);
    w.u16(m.inputBuffer.length === 0 ? (m.inputBufferOffset ?? 0) : w.offset + 32);
    w.zero(2);
    w.u32(m.inputBuffer.length);
    w.u32(m.additionalInformation);
    w.u32(m.flags);
    fileId.encode(w, m.fileId);
    w.bytes(m.inputBuffer);
  },
};

/** SMB2 QUERY_INFO Response, [MS-SMB2] 2.2.38. */
export interface QueryInfoResponse {
  /** The information of the requested class. */
  readonly buffer: Uint8Array;
}

/** SMB2 QUERY_INFO Response, [MS-SMB2] 2.2.38. */
export const queryInfoResponse: Codec<QueryInfoResponse> = {
  name: 'QUERY_INFO Response',
  section: '[MS-SMB2] 2.2.38',
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
