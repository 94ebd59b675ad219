import { type OplockLevel as FileOplockLevel, Oplock } from '@tsmbd/oplock-lease';
import {
  AccessMask,
  CreateAction,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  FileAction,
  NotifyFilter,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { type FileRights, fileRights, grant, mapGeneric, parentRights } from '../access.ts';
import { fileChanged } from '../caching.ts';
import { newChannelSequence } from '../channel-sequence.ts';
import { claimOpen, withdraw } from '../create/claim.ts';
import { contextResponses, type RequestedContexts, requestedContexts } from '../create/contexts.ts';
import { openOrCreate } from '../create/open-file.ts';
import { openPipe } from '../create/open-pipe.ts';
import { checkOverwrite, checkReadOnly, overwriteRights } from '../create/overwrite.ts';
import { applySideEffects, type Candidate } from '../create/side-effects.ts';
import { OVERWRITES, validateCreate } from '../create/validate.ts';
import { takeOver } from '../durable/app-instance.ts';
import { grantDurability } from '../durable/grant.ts';
import { leaseNow, openedAs, reconnect } from '../durable/reconnect.ts';
import { replayedOpen, replayResponse } from '../durable/replay.ts';
import { type RequestedDurability, requestedDurability } from '../durable/requested.ts';
import { StatusError } from '../errors.ts';
import { openedValues, wholeClusters } from '../file-values.ts';
import { claimAlone } from '../info/replaced.ts';
import { holderOf, leaseId, noLease, parentLease, wantedLease } from '../leases.ts';
import type { FileOpen } from '../open.ts';
import { parseName } from '../path.ts';
import type { RequestContext } from '../request-context.ts';
import type { SmbServer } from '../server.ts';

/** CREATE, [MS-SMB2] 3.3.5.9: find or make, check, claim, change, answer. */
export async function handleCreate(request: CreateRequest, ctx: RequestContext): Promise<CreateResponse> {
  const { session, server, tree } = ctx;
  if (session.opens.size >= server.config.maxOpensPerSession) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many opens in the session');
  }
  if (tree.share.type === 'pipe') return openPipe(request, ctx);
  const wanted = requestedContexts(request.createContexts);
  const durability = requestedDurability(request.createContexts, ctx.connection.dialect);
  if (durability.reconnect !== undefined || durability.reconnectV2 !== undefined) {
    return reconnect(request, ctx, durability, wanted);
  }
  validateCreate(request);
  const { path, stream, isData } = parseName(request.name);
  if (stream !== undefined) checkStream(request, ctx);
  if (isData === true) return createOf(notDirectory(request), ctx, wanted, durability, path, stream);
  return createOf(request, ctx, wanted, durability, path, stream);
}

/** A directory has streams and no bytes of its own. [MS-FSA] 2.1.5.1 */
function notDirectory(request: CreateRequest): CreateRequest {
  if ((request.createOptions & CreateOptions.DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_A_DIRECTORY, 'the bytes of a file are no directory');
  }
  return { ...request, createOptions: request.createOptions | CreateOptions.NON_DIRECTORY_FILE };
}

/** The name is known to be one: replayed, or opened. */
async function createOf(
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
  durability: RequestedDurability,
  path: VfsPath,
  stream: string | undefined,
): Promise<CreateResponse> {
  const { server } = ctx;
  const access = mapGeneric(request.desiredAccess);
  const createGuid = durability.requestV2?.createGuid;
  const replayed = replayedOpen(request, ctx, durability.requestV2, wanted);
  if (replayed !== undefined) return replayResponse(replayed, request, ctx, wanted);
  if (durability.appInstance !== undefined) await takeOver(ctx, durability.appInstance, { path, stream });
  const ended = createGuid === undefined ? undefined : server.durables.creating(ctx.connection.clientGuid, createGuid);
  try {
    return await openAndClaim(request, ctx, wanted, durability, path, stream, access);
  } finally {
    ended?.();
  }
}

/** Opens the file and claims it; again when its name went while that waited. */
async function openAndClaim(
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
  durability: RequestedDurability,
  path: VfsPath,
  stream: string | undefined,
  access: number,
): Promise<CreateResponse> {
  for (;;) {
    const { byteChanges, renames, removals } = ctx.server;
    const { handle, created, fileCreated, stat } = await openOrCreate(request, path, access, ctx, stream);
    try {
      const candidate = {
        request,
        ctx,
        wanted,
        durability,
        path,
        access,
        handle,
        created,
        fileCreated,
        byteChanges,
        renames,
        removals,
      };
      return await claim(candidate, stat ?? (await handle.stat()));
    } catch (error) {
      ctx.server.systemLeases.settle(handle.identity, handle, undefined);
      ctx.server.directoryLeases.settle(handle);
      // Whatever failed after the file was made takes it away again, unless somebody else has opened it meanwhile.
      if (created && ctx.server.authority.peek(handle.identity) === undefined) await removeAgain(handle, ctx.server);
      const { file } = handle;
      if (fileCreated === true && file !== undefined && ctx.server.authority.peek(file.identity) === undefined) {
        await removeAgain(file, ctx.server);
      }
      await handle.close();
      if (!(error instanceof Vanished)) throw error;
    }
  }
}

/** [MS-FSA] 2.1.5.1: a stream is no directory, and there are none where the back end keeps none. */
function checkStream(request: CreateRequest, ctx: RequestContext): void {
  if (!ctx.tree.share.vfs!.features.streams) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'no streams here');
  }
  if ((request.createOptions & CreateOptions.DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_A_DIRECTORY, 'a stream is no directory');
  }
}

/** The file lost its name while the open waited: the name is looked at again. */
class Vanished extends Error {}

/** Nobody opens it any more while it goes. */
async function removeAgain(handle: VfsHandle, server: SmbServer): Promise<void> {
  const release = claimAlone(handle.identity, server);
  try {
    await handle.unlink();
    server.removals += 1;
  } catch {
    // Somebody else was faster, or the back end fails: the refusal that brought us here is what counts.
  } finally {
    release();
  }
}

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

/** The server has removed or replaced names since the file was looked up: its own may be among them. */
function namesChanged({ ctx, renames, removals }: Candidate): boolean {
  return ctx.server.renames !== renames || ctx.server.removals !== removals;
}

/** From a descriptor to an Open. */
async function claim(c: Candidate, firstStat: VfsStat): Promise<CreateResponse> {
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
  if (overwrites) checkOverwrite(stat, request);
  const rights: FileRights = created
    ? { maximal: tree.maximalAccess, descriptor: undefined }
    : await fileRights(tree, handle, stat);
  // Overwriting needs the right to write, whatever the client wants of the open. [MS-FSA] 2.1.5.1.2.1
  const byDisposition = overwrites ? overwriteRights(request.createDisposition, handle.file !== undefined) : 0;
  const needed = access | byDisposition;
  const parent = (): Promise<FileRights> => (path.length === 0 ? Promise.resolve(rights) : parentRights(tree, path));
  const granted =
    checkReadOnly(stat, created, request, access, await grant(needed, rights, parent)) & ~(needed & ~access);
  const grantedAccess = (access & AccessMask.MAXIMUM_ALLOWED) !== 0 ? granted : granted & access;

  const id = server.newOpenId();
  const deleteOnClose = (request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0;
  // Nothing that was checked so far is trusted without this: the claim and its refusal are one step.
  const askedLease = wantedLease(request, wanted.lease, handle, ctx);
  const lease = askedLease === 'none' ? undefined : askedLease;
  const { waited } = await claimOpen(ctx, handle, {
    type: 'open',
    open: id,
    // Others share or do not share what the disposition does too.
    access: grantedAccess | (byDisposition & (AccessMask.FILE_WRITE_DATA | AccessMask.DELETE)),
    share: request.shareAccess,
    deleteOnClose,
    oplock: wantedOplock(request, handle, ctx),
    levelTwo: tree.share.level2Oplocks && tree.share.kernelOplocks !== true,
    lease,
    overwrites,
  });
  try {
    if ((waited || namesChanged(c)) && (await handle.stat()).linkCount === 0) throw new Vanished();
    // What a client caches from now on begins with what it is told here: no older than the grant.
    const isOld = waited || server.byteChanges !== c.byteChanges;
    const changed = await applySideEffects(c, stat, overwrites);
    if (overwrites) fileChanged(server, { key: handle.identity, id });
    if (changed || isOld) stat = await handle.stat();
    path = await pathNow(c);
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
    grantedAccess,
    openedAt: server.env.wallTime(),
    closed: false,
    sequence: newChannelSequence(ctx.header.status),
    // [MS-SMB2] 3.3.5.9.10
    replayEligible:
      durability.requestV2 !== undefined && handle.kind === 'file' && (grantedAccess & REPLAYED_RIGHTS) !== 0,
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
/** Who has none of them has nothing that a repeated CREATE could lose. */
const REPLAYED_RIGHTS = DATA_RIGHTS | AccessMask.DELETE;
/** CreateOptions that FileModeInformation shows, [MS-FSCC] 2.4.26. */
const MODE_OPTIONS = 0x0000_103e;
