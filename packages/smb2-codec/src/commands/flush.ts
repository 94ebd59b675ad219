import type { Codec } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2 FLUSH Request, [MS-SMB2] 2.2.17. */
export interface FlushRequest {
  readonly fileId: FileId;
  /**
   * Reserved1. It is 0xFFFF in an Apple client's full flush, which the server answers only when the
   * data is on the disk.
   */
  readonly reserved1: number;
}

/** SMB2 FLUSH Request, [MS-SMB2] 2.2.17. */
export const flushRequest: Codec<FlushRequest> = {
  name: 'FLUSH Request',
  section: '[MS-SMB2] 2.2.17',
  decode(r) {
    r.constant16(24, 'StructureSize');
    const reserved1 = r.u16('Reserved1');
    r.skip(4, 'Reserved2');
    return { fileId: fileId.decode(r), reserved1 };
  },
  encode(w, m) {
    w.u16(24);
    w.u16(m.reserved1);
    w.zero(4);
    fileId.encode(w, m.fileId);
  },
};

/** SMB2 FLUSH Response, [MS-SMB2] 2.2.18: no fields. */
export type FlushResponse = EmptyBody;

/** SMB2 FLUSH Response, [MS-SMB2] 2.2.18. */
export const flushResponse: Codec<FlushResponse> = emptyBody('FLUSH Response', '[MS-SMB2] 2.2.18');
