import { type OplockLevel as FileOplockLevel, type OpenId, Oplock } from '@tsmbd/oplock-lease';
import {
  AccessMask,
  CreateAction,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  Dialect,
  FileAction,
  NotifyFilter,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { type Grant, grantExisting, grantNew } from '../access/create.ts';
import { fileChanged } from '../caching.ts';
import { newChannelSequence } from '../channel-sequence.ts';
import { grantDurability } from '../durable/grant.ts';
import { leaseNow, openedAs } from '../durable/reconnect.ts';
import { StatusError } from '../errors.ts';
import { openedValues, wholeClusters } from '../file-values.ts';
import { holderOf, leaseId, noLease, parentLease, wantedLease } from '../leases.ts';
import { openedLink } from '../links.ts';
import type { FileOpen } from '../open.ts';
import type { RequestContext } from '../request-context.ts';
import { claimOpen, withdraw } from './claim.ts';
import { contextResponses } from './contexts.ts';
import { applySideEffects, type Candidate } from './side-effects.ts';
import { OVERWRITES } from './validate.ts';

/** The file lost its name while the open waited: the name is looked at again. */
export class Vanished extends Error {}

/** SMB2_OPLOCK_LEVEL_*; a lease comes with a context, and directories have no oplocks. [MS-SMB2] 3.3.5.9 */
function wantedOplock(request: CreateRequest, handle: VfsHandle, { tree, server }: RequestContext): FileOplockLevel {
  const { requestedOplockLevel: level } = request;
  const { share } = tree;
  if (handle.kind !== 'file' || !share.oplocks) return Oplock.NONE;
  if (share.kernelOplocks === true) {
    const alone = level === Oplock.EXCLUSIVE || level === Oplock.BATCH;
    // What no local program opens, such as a stream, needs no hold.
    const held = alone && (handle.lease === undefined || server.systemLeases.take(share, handle.identity, handle));
    return held ? level : Oplock.NONE;
  }
  return level === Oplock.LEVEL_II || level === Oplock.EXCLUSIVE || level === Oplock.BATCH ? level : Oplock.NONE;
}

/** Where the file is by now: it may have been renamed since it was looked up. */
async function pathNow({ handle, path, renames, ctx }: Candidate): Promise<VfsPath> {
  let now = path;
  for (let seen = renames; seen !== ctx.server.renames; ) {
    seen = ctx.server.renames;
    now = await (handle.file ?? handle).path();
  }
  return now;
}

/** The name was another one when the open was claimed by it: it is of the one that there is, unless that is about to go. */
async function renamedMeanwhile({ handle, ctx }: Candidate, open: OpenId, path: VfsPath): Promise<void> {
  const file = handle.file ?? handle;
  const link = await openedLink(ctx.tree.share, path, handle, await file.stat());
  if (ctx.server.authority.apply(file.identity, { type: 'set-link', open, ...link }) === 'delete-pending') {
    throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'renamed, and being deleted');
  }
}

/** The server has removed or replaced names since the file was looked up: its own may be among them. */
function namesChanged({ ctx, renames, removals }: Candidate): boolean {
  return ctx.server.renames !== renames || ctx.server.removals !== removals;
}

/** Throws STATUS_ACCESS_DENIED where the user may no longer have what he was to be granted. */
async function requireStill(granted: number, may: () => Promise<Grant>): Promise<void> {
  const now = await may();
  if ((granted & ~now.granted) !== 0) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'rights changed meanwhile');
}

/** From a descriptor to an Open: claimed, changed as the disposition says, and answered. Throws Vanished. */
export async function openClaimed(c: Candidate, firstStat: VfsStat): Promise<CreateResponse> {
  const { request, ctx, wanted, durability, access, handle, created } = c;
  let { path } = c;
  const { server, tree, session } = ctx;
  let stat = firstStat;
  const overwrites = !created && OVERWRITES.has(request.createDisposition);
  if (stat.kind === 'other' && (access & DATA_RIGHTS) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'neither file nor directory');
  }
  if (stat.kind === 'symlink' && (request.createOptions & CreateOptions.OPEN_REPARSE_POINT) === 0) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'a symbolic link that is not followed');
  }
  const ofNewFile = c.fileCreated ?? created;
  const opening = { request, tree, path, access, isStream: handle.file !== undefined, overwrites };
  const may = (): Promise<Grant> => (ofNewFile ? grantNew(opening) : grantExisting(opening, handle, stat));
  const { granted, byDisposition, rights } = await may();

  const id = server.newOpenId();
  const deleteOnClose = (request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0;
  const link = await openedLink(tree.share, path, handle, stat);
  // Nothing that was checked so far is trusted without this: the claim and its refusal are one step.
  const askedLease = wantedLease(request, wanted.lease, handle, ctx);
  const lease = askedLease === 'none' ? undefined : askedLease;
  const { waited } = await claimOpen(ctx, handle, {
    type: 'open',
    open: id,
    ...link,
    // Others share or do not share what the disposition does too.
    access: granted | (byDisposition & (AccessMask.FILE_WRITE_DATA | AccessMask.DELETE)),
    share: request.shareAccess,
    deleteOnClose,
    oplock: wantedOplock(request, handle, ctx),
    levelTwo: tree.share.level2Oplocks && tree.share.kernelOplocks !== true,
    lease,
    overwrites,
    // [MS-SMB2] 3.3.5.9: clients of earlier dialects do not know that they are to try again.
    yieldsToReserved: ctx.connection.dialect >= Dialect.SMB_3_0,
  });
  try {
    if ((waited || namesChanged(c)) && (await handle.stat()).linkCount === 0) throw new Vanished();
    // Another client had all that time to take a right away again.
    if (waited) await requireStill(granted, may);
    // What a client caches from now on begins with what it is told here: no older than the grant.
    const isOld = waited || server.byteChanges !== c.byteChanges;
    const changed = await applySideEffects(c, stat, overwrites);
    if (overwrites) fileChanged(server, { key: handle.identity, id });
    if (changed || isOld) stat = await handle.stat();
    path = await pathNow(c);
    if (path !== c.path) await renamedMeanwhile(c, id, path);
  } catch (error) {
    await withdraw(server, handle, id);
    throw error;
  }
  if (session.state === 'closed' || tree.session.trees.get(tree.treeId) !== tree) {
    await withdraw(server, handle, id);
    throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session or tree went meanwhile');
  }

  const key = handle.identity;
  const fileId = { persistent: server.newPersistentId(id), volatile: BigInt(id) };
  const open: FileOpen = {
    kind: 'file',
    id,
    fileId,
    session,
    tree,
    grantedAccess: granted,
    openedAt: server.env.wallTime(),
    closed: false,
    sequence: newChannelSequence(ctx.header.status),
    // [MS-SMB2] 3.3.5.9.10
    replayEligible: durability.requestV2 !== undefined && handle.kind === 'file' && (granted & REPLAYED_RIGHTS) !== 0,
    handle,
    key,
    lease: lease && { id: lease.id, version: lease.version, parent: parentLease(wanted.lease, ctx) },
    askedLease: askedLease === 'none' ? leaseId(ctx.connection.clientGuid, wanted.lease!.leaseKey) : undefined,
    desiredAccess: request.desiredAccess,
    shareAccess: request.shareAccess,
    createOptions: request.createOptions,
    deleteOnClose,
    posixDelete: false,
    position: 0n,
    mode: request.createOptions & MODE_OPTIONS,
    path,
    enumeration: undefined,
    listing: undefined,
    watch: undefined,
    markedDeleted: deleteOnClose && !created,
    reserved: handle.kind === 'file' && (created || overwrites) ? wholeClusters(wanted.allocationSize ?? 0n) : 0n,
    createAction: actionOf(request, created),
    clientGuid: ctx.connection.clientGuid,
    createGuid: durability.requestV2?.createGuid,
    appInstance: durability.appInstance && {
      id: durability.appInstance.appInstanceId,
      version: durability.appInstance.version,
    },
    durable: undefined,
    lockSequences: undefined,
    stickyWriteTime: false,
    changeTimeOf: undefined,
    modified: false,
  };
  const isTold = lease !== undefined && server.oplockBreaks.isKnown(open.key, lease.id);
  session.opens.set(fileId.volatile, open);
  tree.openCount += 1;
  server.opens.add(open);
  server.descriptors.opened(open);
  if (open.createGuid !== undefined || open.appInstance !== undefined) server.durables.add(open);
  const durable = grantDurability(ctx, open, durability);
  ctx.chain.fileId = fileId;
  server.systemLeases.settle(key, handle, id);
  server.directoryLeases.settle(handle);
  if (created && (handle.file === undefined || c.fileCreated === true)) {
    const filter = handle.kind === 'directory' ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME;
    server.changed(open, FileAction.ADDED, filter);
  }
  if (created && handle.file !== undefined) server.streamChanged(open, FileAction.ADDED_STREAM);
  else if (overwrites) server.dataChanged(open, NotifyFilter.ATTRIBUTES);
  const seen = server.times.seen(open, stat);
  // What was granted may have been taken again while the disk was asked, and whom nobody could tell is told now.
  ctx.speaksOf(holderOf(open));
  if (!isTold) ctx.tellsAgain(holderOf(open), open.key);
  const leaseTold = askedLease === 'none' ? noLease(wanted.lease!) : leaseNow(ctx, open, wanted);
  return {
    oplockLevel: askedLease === 'none' ? OplockLevel.LEASE : openedAs(ctx, open).oplockLevel,
    flags: 0,
    createAction: open.createAction,
    ...openedValues(seen, tree.share, path.at(-1), open.reserved),
    fileId,
    createContexts: contextResponses(wanted, seen, () => rights.maximal, leaseTold, durable),
  };
}

function actionOf(request: CreateRequest, created: boolean): number {
  if (created) return CreateAction.CREATED;
  if (request.createDisposition === CreateDisposition.SUPERSEDE) return CreateAction.SUPERSEDED;
  return OVERWRITES.has(request.createDisposition) ? CreateAction.OVERWRITTEN : CreateAction.OPENED;
}

const DATA_RIGHTS =
  AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA | AccessMask.FILE_EXECUTE;
/** An open with none of them has nothing that a repeated CREATE could lose. */
const REPLAYED_RIGHTS = DATA_RIGHTS | AccessMask.DELETE;
/** CreateOptions that FileModeInformation shows, [MS-FSCC] 2.4.26. */
const MODE_OPTIONS = 0x0000_103e;
