import { type Guid, NULL_GUID } from '@tsmbd/ms-dtyp';
import type { HolderName, LeaseGrant, LeaseId, LeaseRequest } from '@tsmbd/oplock-lease';
import {
  Capabilities,
  type CreateRequest,
  Dialect,
  type Lease,
  LeaseFlags,
  LeaseState,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import type { VfsHandle } from '@tsmbd/vfs-adapter';
import { shareKey } from '../config.ts';
import { StatusError } from '../errors.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';
import { isSameShare } from '../names/index.ts';
import { fileChangesOutside } from './byte-changes.ts';

/**
 * A lease is identified by a client and the client's key, not by a connection or session. [MS-SMB2]
 * 3.3.1.11
 */
export function leaseId(clientGuid: Guid, key: Guid): LeaseId {
  return `${clientGuid}/${key}`;
}

/** The holder of what the open may cache: its lease, or the open itself if it has an oplock. */
export function holderOf({ id, lease }: FileOpen): HolderName {
  return lease === undefined ? { open: id } : { lease: lease.id };
}

/** The client that the lease belongs to. */
export function leaseClient(id: LeaseId): Guid {
  return id.slice(0, id.indexOf('/'));
}

/** The client's key of the lease. */
export function leaseKey(id: LeaseId): Guid {
  return id.slice(id.indexOf('/') + 1);
}

/**
 * The lease that a CREATE asks for, if one can be granted; undefined otherwise. A key that is in
 * use for another file is refused, even if this file could not have a lease. The exception is a
 * client that cannot know that the files differ: the result is then `none`, and the client may
 * cache neither file. [MS-SMB2] 3.3.5.9.8, 3.3.5.9.11
 */
export function wantedLease(
  request: CreateRequest,
  context: Lease | undefined,
  handle: VfsHandle,
  ctx: RequestContext,
): LeaseRequest | 'none' | undefined {
  const { kind, identity } = handle;
  const { dialect, clientGuid, serverCapabilities } = ctx.connection;
  if (context === undefined || request.requestedOplockLevel !== OplockLevel.LEASE) return undefined;
  if ((serverCapabilities & Capabilities.LEASING) === 0 || !ctx.tree.share.oplocks) return undefined;
  if (context.version === 2 && dialect < Dialect.SMB_3_0) return undefined;
  const id = leaseId(clientGuid, context.leaseKey);
  const leased = ctx.server.authority.leaseFile(id) ?? identity;
  if (leased !== identity) {
    if (!isElsewhere(id, leased, ctx)) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the lease is on another file');
    }
    fileChangesOutside(ctx.server, leased);
    return 'none';
  }
  // The same, if the other file is at home at another worker.
  if (ctx.tree.madeFor !== undefined && ctx.server.workers?.isLeaseAmbiguous(id) === true) return 'none';
  // This holds as long as the other open that was made this way is open.
  if (ctx.server.opens.isAmbiguous(id) || ctx.server.workers?.isAmbiguous(id) === true) return 'none';
  // The system makes programs wait for a file only while one descriptor of it is open, and a lease
  // may have many.
  if (ctx.tree.share.kernelOplocks === true && kind !== 'directory') return undefined;
  let state = context.leaseState;
  if (kind === 'directory') {
    if (context.version !== 2 || (serverCapabilities & Capabilities.DIRECTORY_LEASING) === 0) return undefined;
    // A directory has no bytes, so there are no writes to cache.
    state &= ~LeaseState.WRITE_CACHING;
    if (state !== 0 && !ctx.server.directoryLeases.prepare(ctx.tree.share, handle)) return undefined;
  } else if (kind !== 'file') return undefined;
  const { version, epoch } = context;
  return { id, state, version, epoch };
}

/**
 * Whether the client takes two files for one: both have the same share name in their path, but that
 * share is a different folder for each tree. As in Samba, the client may then cache neither file.
 */
function isElsewhere(id: LeaseId, leased: string, { server, tree: { share } }: RequestContext): boolean {
  for (const [open, { lease }] of server.authority.peek(leased)?.opens ?? []) {
    const other = lease === id ? server.opens.byId(open)?.tree.share : undefined;
    if (other !== undefined && shareKey(other) === shareKey(share) && !isSameShare(other, share)) return true;
  }
  return false;
}

/**
 * The lease of the parent directory that the request names as this client's own, [MS-SMB2]
 * 2.2.13.2.10.
 */
export function parentLease(context: Lease | undefined, ctx: RequestContext): LeaseId | undefined {
  if (context === undefined || (context.flags & LeaseFlags.PARENT_LEASE_KEY_SET) === 0) return undefined;
  return leaseId(ctx.connection.clientGuid, context.parentLeaseKey);
}

/**
 * What the response says when the open has no part in the lease, although its key is the key of a
 * lease.
 */
export function noLease(context: Lease): Lease {
  return leaseResponse(context, {
    state: LeaseState.NONE,
    version: context.version,
    epoch: context.epoch,
    breaking: false,
  });
}

/** What the response says about the lease, [MS-SMB2] 2.2.14.2.10, 2.2.14.2.11. */
export function leaseResponse(context: Lease, grant: LeaseGrant): Lease {
  const parent = grant.version === 2 ? context.flags & LeaseFlags.PARENT_LEASE_KEY_SET : 0;
  return {
    version: grant.version,
    leaseKey: context.leaseKey,
    leaseState: grant.state,
    flags: (grant.breaking ? LeaseFlags.BREAK_IN_PROGRESS : 0) | parent,
    leaseDuration: 0n,
    parentLeaseKey: parent === 0 ? NULL_GUID : context.parentLeaseKey,
    epoch: grant.epoch,
  };
}
