import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_DHANDLE_FLAG_*, [MS-SMB2] 2.2.13.2.11. */
export const DurableHandleFlags = { PERSISTENT: 0x0000_0002 } as const;

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2 ('DH2Q'), [MS-SMB2] 2.2.13.2.11. */
export interface DurableHandleRequestV2 {
  /**
   * How many milliseconds the open is to survive its connection; 0 leaves the choice to the server.
   */
  readonly timeoutMs: number;
  /** Bits of DurableHandleFlags. */
  readonly flags: number;
  /** Identifies this open for replay and reconnect. */
  readonly createGuid: Guid;
}

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2, [MS-SMB2] 2.2.13.2.11. */
export const durableHandleRequestV2: Codec<DurableHandleRequestV2> = {
  name: 'CREATE_DURABLE_HANDLE_REQUEST_V2',
  section: '[MS-SMB2] 2.2.13.2.11',
  decode(r) {
    const timeoutMs = r.u32('Timeout');
    const flags = r.u32('Flags');
    r.skip(8, 'Reserved');
    return { timeoutMs, flags, createGuid: r.guid('CreateGuid') };
  },
  encode(w, m) {
    w.u32(m.timeoutMs);
    w.u32(m.flags);
    w.zero(8);
    guid.encode(w, m.createGuid);
  },
};

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2 ('DH2Q'), [MS-SMB2] 2.2.14.2.12. */
export interface DurableHandleResponseV2 {
  /** How many milliseconds the open survives its connection. */
  readonly timeoutMs: number;
  /** Bits of DurableHandleFlags. */
  readonly flags: number;
}

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2, [MS-SMB2] 2.2.14.2.12. */
export const durableHandleResponseV2: Codec<DurableHandleResponseV2> = {
  name: 'CREATE_DURABLE_HANDLE_RESPONSE_V2',
  section: '[MS-SMB2] 2.2.14.2.12',
  decode: (r) => ({ timeoutMs: r.u32('Timeout'), flags: r.u32('Flags') }),
  encode(w, m) {
    w.u32(m.timeoutMs);
    w.u32(m.flags);
  },
};

/**
 * SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2 ('DH2C'), [MS-SMB2] 2.2.13.2.12. There is no response
 * context.
 */
export interface DurableHandleReconnectV2 {
  /** The durable open's FileId; only `persistent` is used. */
  readonly fileId: FileId;
  readonly createGuid: Guid;
  /** Bits of DurableHandleFlags. */
  readonly flags: number;
}

/** SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2, [MS-SMB2] 2.2.13.2.12. */
export const durableHandleReconnectV2: Codec<DurableHandleReconnectV2> = {
  name: 'CREATE_DURABLE_HANDLE_RECONNECT_V2',
  section: '[MS-SMB2] 2.2.13.2.12',
  decode: (r) => ({ fileId: fileId.decode(r), createGuid: r.guid('CreateGuid'), flags: r.u32('Flags') }),
  encode(w, m) {
    fileId.encode(w, m.fileId);
    guid.encode(w, m.createGuid);
    w.u32(m.flags);
  },
};
