import type { LeaseRequest, OpenId } from '@tsmbd/oplock-lease';
import {
  AccessMask,
  CreateAction,
  CreateDisposition,
  type CreateRequest,
  FileAction,
  NotifyFilter,
} from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { audit, type Grant } from '../access/index.ts';
import { leaseId, parentLease } from '../caching/index.ts';
import { grantDurability } from '../durable/index.ts';
import { wholeClusters } from '../metadata/index.ts';
import { type FileOpen, newChannelSequence, newFileOpen, tellOpened } from '../model/index.ts';
import type { Candidate } from './side-effects.ts';
import { DATA_RIGHTS, OVERWRITES } from './validate.ts';

/** A place among the file's opens, and what was granted with it. */
export interface Claim {
  readonly id: OpenId;
  readonly grant: Grant;
  /** The lease that the open was requested with. */
  readonly lease: LeaseRequest | undefined;
  /** The client uses the lease's key for another file too. It gets no caching for either file. */
  readonly isLeaseRefused: boolean;
  readonly deleteOnClose: boolean;
  readonly overwrites: boolean;
  /** Others had to give something up first, so what was known of the file may be out of date. */
  readonly waited: boolean;
}

/** What the answer needs beside the Open. */
export interface Registered {
  /** The client knows of the lease already, because a break of the lease has reached it. */
  readonly isTold: boolean;
  readonly durable: ReturnType<typeof grantDurability>;
}

/** An open that has none of these rights has nothing that a repeated CREATE could lose. */
const REPLAYED_RIGHTS = DATA_RIGHTS | AccessMask.DELETE;
/** CreateOptions that FileModeInformation shows, [MS-FSCC] 2.4.26. */
const MODE_OPTIONS = 0x0000_103e;

/** Makes the Open of a claim, [MS-SMB2] 3.3.5.9. No table contains this Open yet. */
export function makeOpen(c: Candidate, claim: Claim, path: VfsPath): FileOpen {
  const { request, ctx, wanted, durability, handle, created } = c;
  const { id, lease, deleteOnClose, overwrites } = claim;
  const { server, connection } = ctx;
  const { granted } = claim.grant;
  const { requestV2, appInstance } = durability;
  return newFileOpen({
    id,
    fileId: { persistent: server.newPersistentId(id), volatile: server.newVolatileId(id) },
    session: ctx.session,
    tree: ctx.tree,
    grantedAccess: granted,
    openedAt: server.env.wallTime(),
    sequence: newChannelSequence(ctx.header.status),
    // [MS-SMB2] 3.3.5.9.10
    replayEligible: requestV2 !== undefined && handle.kind === 'file' && (granted & REPLAYED_RIGHTS) !== 0,
    handle,
    lease: lease && { id: lease.id, version: lease.version, parent: parentLease(wanted.lease, ctx) },
    askedLease: claim.isLeaseRefused ? leaseId(connection.clientGuid, wanted.lease!.leaseKey) : undefined,
    desiredAccess: request.desiredAccess,
    shareAccess: request.shareAccess,
    createOptions: request.createOptions,
    deleteOnClose,
    mode: request.createOptions & MODE_OPTIONS,
    path,
    markedDeleted: deleteOnClose && !created,
    reserved: handle.kind === 'file' && (created || overwrites) ? wholeClusters(wanted.allocationSize ?? 0n) : 0n,
    createAction: actionOf(request, created),
    clientGuid: connection.clientGuid,
    createGuid: requestV2?.createGuid,
    appInstance: appInstance && { id: appInstance.appInstanceId, version: appInstance.version },
  });
}

function actionOf(request: CreateRequest, created: boolean): number {
  if (created) return CreateAction.CREATED;
  if (request.createDisposition === CreateDisposition.SUPERSEDE) return CreateAction.SUPERSEDED;
  return OVERWRITES.has(request.createDisposition) ? CreateAction.OVERWRITTEN : CreateAction.OPENED;
}

/**
 * Puts the Open into the tables of session, tree and server, and tells the clients that watch or
 * cache the directory.
 */
export function register(c: Candidate, claim: Claim, open: FileOpen): Registered {
  const { ctx, durability, handle, created } = c;
  const { server, session, tree } = ctx;
  const isTold = claim.lease !== undefined && server.oplockBreaks.isKnown(open.key, claim.lease.id);
  session.opens.set(open.fileId.volatile, open);
  tree.openCount += 1;
  audit(tree, open.path, claim.grant.rights, open.grantedAccess | claim.grant.byDisposition, 'success');
  server.opens.add(open);
  server.descriptors.opened(open);
  if (open.createGuid !== undefined || open.appInstance !== undefined) server.durables.add(open);
  const durable = grantDurability(ctx, open, durability);
  ctx.chain.fileId = open.fileId;
  server.systemLeases.settle(open.key, handle, open.id);
  server.directoryLeases.settle(handle);
  tellOpened(server, open);
  if (created && (handle.file === undefined || c.fileCreated === true)) {
    const filter = handle.kind === 'directory' ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME;
    server.changed(open, FileAction.ADDED, filter);
  }
  if (created && handle.file !== undefined) server.streamChanged(open, FileAction.ADDED_STREAM);
  else if (claim.overwrites) server.dataChanged(open, NotifyFilter.ATTRIBUTES);
  return { isTold, durable };
}
