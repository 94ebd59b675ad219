import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  type CreateRequest,
  type CreateResponse,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  type FileId,
  lockRequest,
  lockResponse,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { type Harness, settle } from './harness.ts';
import { create, type Mount, mount } from './requests.ts';

export const CLIENT = 'aaaaaaaa-0000-4000-8000-000000000000';
export const GUID = '11111111-2222-4333-8444-555555555555';
export const BATCH = { requestedOplockLevel: OplockLevel.BATCH };

export const v1: CreateContext = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
export const v2 = (flags = 0, timeoutMs = 0): CreateContext => ({
  name: 'DH2Q',
  data: encode(durableHandleRequestV2, { timeoutMs, flags, createGuid: GUID }),
});
export const back = (fileId: FileId): CreateContext => ({
  name: 'DHnC',
  data: encode(durableHandleReconnect, { fileId }),
});
export const backV2 = (fileId: FileId, flags = 0): CreateContext => ({
  name: 'DH2C',
  data: encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags }),
});

export async function join(h: Harness, user = 'alice'): Promise<Mount> {
  return mount(await h.logOn({ clientGuid: CLIENT }, user));
}

/** Drops the connection without a word. */
export async function lose(m: Mount): Promise<void> {
  m.client.close();
  await settle();
}

export const reopen = (m: Mount, context: CreateContext, more: Partial<CreateRequest> = {}): Promise<CreateResponse> =>
  create(m, 'f', { desiredAccess: 0, createContexts: [context], ...more });

/** LOCK of one range, numbered so that it may be repeated. [MS-SMB2] 3.3.5.14 */
export function lock(m: Mount, fileId: FileId, offset: bigint, flags: number, number: number) {
  return m.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    { lockSequenceNumber: number, lockSequenceIndex: 1, fileId, locks: [{ offset, length: 4n, flags }] },
    { treeId: m.treeId },
  );
}
