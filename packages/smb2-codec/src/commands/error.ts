import type { Codec } from '@tsmbd/ms-dtyp';
import { EMPTY_BYTES } from '../buffers.ts';

/** SMB2 ERROR Response, [MS-SMB2] 2.2.2. */
export interface ErrorResponse {
  /** Number of error contexts in errorData (SMB 3.1.1), or 0. */
  readonly errorContextCount: number;
  /** Depends on the status: empty, a symbolic link error, a u32, or error contexts. */
  readonly errorData: Uint8Array;
}

/** The error response without data. */
export const EMPTY_ERROR: ErrorResponse = Object.freeze({ errorContextCount: 0, errorData: EMPTY_BYTES });

/**
 * SMB2 ERROR Response, [MS-SMB2] 2.2.2. A response without data still has one byte of data on the
 * wire.
 */
export const errorResponse: Codec<ErrorResponse> = {
  name: 'ERROR Response',
  section: '[MS-SMB2] 2.2.2',
  decode(r) {
    r.constant16(9, 'StructureSize');
    const errorContextCount = r.u8('ErrorContextCount');
    r.skip(1, 'Reserved');
    const byteCount = r.u32('ByteCount');
    return { errorContextCount, errorData: byteCount === 0 ? EMPTY_BYTES : r.take(byteCount, 'ErrorData') };
  },
  encode(w, m) {
    w.u16(9);
    w.u8(m.errorContextCount);
    w.zero(1);
    w.u32(m.errorData.length);
    if (m.errorData.length === 0) w.zero(1);
    else w.bytes(m.errorData);
  },
};
