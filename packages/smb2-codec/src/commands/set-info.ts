import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';
import { EMPTY_BODY, type EmptyBody } from './empty-body.ts';

/** SMB2 SET_INFO Request, [MS-SMB2] 2.2.39. */
export interface SetInfoRequest {
  /** One of InfoType. */
  readonly infoType: number;
  /**
   * One of FileInformationClass or FsInformationClass, depending on infoType; 0 for security and
   * quota.
   */
  readonly fileInfoClass: number;
  /** Bits of SecurityInformation. */
  readonly additionalInformation: number;
  readonly fileId: FileId;
  /** The information of the class. */
  readonly buffer: Uint8Array;
}

/** SMB2 SET_INFO Request, [MS-SMB2] 2.2.39. */
export const setInfoRequest: Codec<SetInfoRequest> = {
  name: 'SET_INFO Request',
  section: '[MS-SMB2] 2.2.39',
  decode(r) {
    r.constant16(33, 'StructureSize');
    const infoType = r.u8('InfoType');
    const fileInfoClass = r.u8('FileInfoClass');
    const length = r.u32('BufferLength');
    const offset = r.u16('BufferOffset');
    r.skip(2, 'Reserved');
    const additionalInformation = r.u32('AdditionalInformation');
    const id = fileId.decode(r);
    const buffer = bufferAt(r, offset, length, 'Buffer');
    return { infoType, fileInfoClass, additionalInformation, fileId: id, buffer };
  },
  encode(w, m) {
    w.u16(33);
    w.u8(m.infoType);
    w.u8(m.fileInfoClass);
    w.u32(m.buffer.length);
    w.u16(w.offset + 24);
    w.zero(2);
    w.u32(m.additionalInformation);
    fileId.encode(w, m.fileId);
    w.bytes(m.buffer);
  },
};

/** SMB2 SET_INFO Response, [MS-SMB2] 2.2.40: no fields. */
export type SetInfoResponse = EmptyBody;

/** SMB2 SET_INFO Response, [MS-SMB2] 2.2.40: StructureSize alone. */
export const setInfoResponse: Codec<SetInfoResponse> = {
  name: 'SET_INFO Response',
  section: '[MS-SMB2] 2.2.40',
  decode(r) {
    r.constant16(2, 'StructureSize');
    return EMPTY_BODY;
  },
  encode(w) {
    w.u16(2);
  },
};
