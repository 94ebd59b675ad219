import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  type CreateContext,
  CreateContextName,
  type CreateResponse,
  DurableHandleFlags,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  durableHandleResponseV2,
  type FileId,
  LeaseState,
  lease as leaseCodec,
} from '@tsmbd/smb2-codec';

const NULL_GUID = '00000000-0000-0000-0000-000000000000';
const RWH = LeaseState.READ_CACHING | LeaseState.WRITE_CACHING | LeaseState.HANDLE_CACHING;
const flags = DurableHandleFlags.PERSISTENT;

/** DH2Q: an open that outlives the server, [MS-SMB2] 2.2.13.2.11. */
export function persistentOpen(createGuid: string): CreateContext {
  const data = encode(durableHandleRequestV2, { timeoutMs: 120_000, flags, createGuid });
  return { name: CreateContextName.DURABLE_HANDLE_REQUEST_V2, data };
}

/** DH2C: asks for that open again, [MS-SMB2] 2.2.13.2.12. */
export function reconnect(fileId: FileId, createGuid: string): CreateContext {
  const data = encode(durableHandleReconnectV2, { fileId, createGuid, flags });
  return { name: CreateContextName.DURABLE_HANDLE_RECONNECT_V2, data };
}

/** RqLs for reads, writes and handles, [MS-SMB2] 2.2.13.2.10. */
export function lease(leaseKey: string): CreateContext {
  const data = encode(leaseCodec, {
    version: 2,
    leaseKey,
    leaseState: RWH,
    flags: 0,
    leaseDuration: 0n,
    parentLeaseKey: NULL_GUID,
    epoch: 0,
  });
  return { name: CreateContextName.REQUEST_LEASE, data };
}

/** The server keeps the open even if the server itself ends. */
export function isPersistent(response: CreateResponse): boolean {
  const data = contextOf(response, CreateContextName.DURABLE_HANDLE_REQUEST_V2);
  return data !== undefined && (decode(durableHandleResponseV2, data).flags & flags) !== 0;
}

/** What the lease allows its client to cache; throws if no lease was granted. */
export function leaseStateOf(response: CreateResponse): number {
  const data = contextOf(response, CreateContextName.REQUEST_LEASE);
  if (data === undefined) throw new Error('no lease was granted');
  return decode(leaseCodec, data).leaseState;
}

function contextOf(response: CreateResponse, name: string): Uint8Array | undefined {
  return response.createContexts.find((c) => c.name === name)?.data;
}
