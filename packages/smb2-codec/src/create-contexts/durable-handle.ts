import type { Codec } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST ('DHnQ'), [MS-SMB2] 2.2.13.2.3: 16 reserved bytes. */
export type DurableHandleRequest = Readonly<Record<string, never>>;

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST, [MS-SMB2] 2.2.13.2.3. */
export const durableHandleRequest: Codec<DurableHandleRequest> = {
  name: 'CREATE_DURABLE_HANDLE_REQUEST',
  section: '[MS-SMB2] 2.2.13.2.3',
  decode(r) {
    r.skip(16, 'DurableRequest');
    return {};
  },
  encode: (w) => w.zero(16),
};

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE ('DHnQ'), [MS-SMB2] 2.2.14.2.3: 8 reserved bytes. */
export type DurableHandleResponse = Readonly<Record<string, never>>;

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE, [MS-SMB2] 2.2.14.2.3. */
export const durableHandleResponse: Codec<DurableHandleResponse> = {
  name: 'CREATE_DURABLE_HANDLE_RESPONSE',
  section: '[MS-SMB2] 2.2.14.2.3',
  decode(r) {
    r.skip(8, 'Reserved');
    return {};
  },
  encode: (w) => w.zero(8),
};

/**
 * SMB2_CREATE_DURABLE_HANDLE_RECONNECT ('DHnC'), [MS-SMB2] 2.2.13.2.4. There is no response
 * context.
 */
export interface DurableHandleReconnect {
  /** The durable open's FileId; only `persistent` is used. */
  readonly fileId: FileId;
}

/** SMB2_CREATE_DURABLE_HANDLE_RECONNECT, [MS-SMB2] 2.2.13.2.4. */
export const durableHandleReconnect: Codec<DurableHandleReconnect> = {
  name: 'CREATE_DURABLE_HANDLE_RECONNECT',
  section: '[MS-SMB2] 2.2.13.2.4',
  decode: (r) => ({ fileId: fileId.decode(r) }),
  encode: (w, m) => fileId.encode(w, m.fileId),
};
