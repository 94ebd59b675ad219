import { decode, encode, type Filetime, filetimeFromUnixNs } from '@tsmbd/ms-dtyp';
import {
  allocationSize,
  type CreateContext,
  CreateContextName,
  eaBuffer,
  type Lease,
  lease,
  NtStatus,
  queryMaximalAccessRequest,
  queryMaximalAccessResponse,
  queryOnDiskIdResponse,
  timewarpToken,
} from '@tsmbd/smb2-codec';
import type { VfsEa, VfsStat } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';
import { fileIdOf } from './file-values.ts';

/**
 * What the create contexts of a request ask for, [MS-SMB2] 2.2.13.2. Unknown contexts are ignored.
 */
export interface RequestedContexts {
  /** MxAc: the client wants its MaximalAccess. */
  readonly maximalAccess: boolean;
  /**
   * FILETIME. The client does not want its MaximalAccess if the file's ChangeTime is still this
   * one.
   */
  readonly knownSince?: Filetime | undefined;
  /** QFid: the client wants the file's identity. */
  readonly onDiskId: boolean;
  /** AlSi: bytes to reserve. */
  readonly allocationSize: bigint | undefined;
  /** SecD: the descriptor of a new file, self-relative. */
  readonly securityDescriptor: Uint8Array | undefined;
  /** ExtA: extended attributes of a new file. */
  readonly eas: readonly VfsEa[] | undefined;
  /** RqLs: what the client wants to cache. */
  readonly lease: Lease | undefined;
  /** TWrp: the file is to be opened as it was then. FILETIME. */
  readonly snapshot?: Filetime | undefined;
}

const NONE: RequestedContexts = {
  maximalAccess: false,
  onDiskId: false,
  allocationSize: undefined,
  securityDescriptor: undefined,
  eas: undefined,
  lease: undefined,
};

/** Throws STATUS_INVALID_PARAMETER for a malformed context. */
export function requestedContexts(contexts: readonly CreateContext[]): RequestedContexts {
  if (contexts.length === 0) return NONE;
  let wanted = NONE;
  for (const { name, data } of contexts) {
    // As on Windows: a context's name may not be shorter than those that exist. [MS-SMB2] 2.2.13.2
    if (name.length < 4) invalid(name);
    switch (name) {
      case CreateContextName.QUERY_MAXIMAL_ACCESS_REQUEST:
        // [MS-SMB2] 2.2.13.2.5: empty, or the timestamp of what the client knows.
        if (data.length !== 0 && data.length !== 8) invalid(name);
        wanted = { ...wanted, maximalAccess: true, knownSince: decode(queryMaximalAccessRequest, data).timestamp };
        break;
      case CreateContextName.QUERY_ON_DISK_ID:
        wanted = { ...wanted, onDiskId: true };
        break;
      case CreateContextName.ALLOCATION_SIZE:
        wanted = { ...wanted, allocationSize: decode(allocationSize, data).allocationSize };
        break;
      case CreateContextName.SD_BUFFER:
        wanted = { ...wanted, securityDescriptor: data.slice() };
        break;
      case CreateContextName.EA_BUFFER:
        wanted = {
          ...wanted,
          eas: decode(eaBuffer, data).eas.map((ea) => ({ name: ea.name, value: ea.value.slice() })),
        };
        break;
      case CreateContextName.REQUEST_LEASE:
        if (data.length !== LEASE_SIZE && data.length !== LEASE_V2_SIZE) invalid(name);
        wanted = { ...wanted, lease: decode(lease, data) };
        break;
      case CreateContextName.TIMEWARP_TOKEN:
        if (data.length !== 8) invalid(name);
        wanted = { ...wanted, snapshot: decode(timewarpToken, data).timestamp };
        break;
      default:
        break;
    }
  }
  return wanted;
}

/** The contexts of the response. */
export function contextResponses(
  wanted: RequestedContexts,
  stat: VfsStat,
  maximalAccess: () => number,
  granted: Lease | undefined,
  durable?: CreateContext,
): readonly CreateContext[] {
  if (wanted === NONE) return durable === undefined ? NO_CONTEXTS : [durable];
  const contexts: CreateContext[] = [];
  if (wanted.maximalAccess) {
    // [MS-SMB2] 3.3.5.9.5
    const isKnown = wanted.knownSince === filetimeFromUnixNs(stat.changeTime);
    const answer = isKnown
      ? { queryStatus: NtStatus.STATUS_NONE_MAPPED, maximalAccess: 0 }
      : { queryStatus: NtStatus.STATUS_SUCCESS, maximalAccess: maximalAccess() };
    contexts.push({
      name: CreateContextName.QUERY_MAXIMAL_ACCESS_REQUEST,
      data: encode(queryMaximalAccessResponse, answer),
    });
  }
  if (wanted.onDiskId) {
    contexts.push({
      name: CreateContextName.QUERY_ON_DISK_ID,
      data: encode(queryOnDiskIdResponse, { diskFileId: fileIdOf(stat), volumeId: stat.device }),
    });
  }
  if (granted !== undefined) contexts.push({ name: CreateContextName.REQUEST_LEASE, data: encode(lease, granted) });
  if (durable !== undefined) contexts.push(durable);
  return contexts;
}

/** Bytes of the lease contexts, [MS-SMB2] 2.2.13.2.8, 2.2.13.2.10. */
const LEASE_SIZE = 32;
const LEASE_V2_SIZE = 52;

const NO_CONTEXTS: readonly CreateContext[] = [];

function invalid(name: string): never {
  throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `create context ${name}`);
}
