import { type Guid, NULL_GUID } from '@tsmbd/ms-dtyp';
import { oplockOfCache } from '@tsmbd/oplock-lease';
import {
  CreateAction,
  type CreateRequest,
  type CreateResponse,
  Dialect,
  DurableHandleFlags,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import { fileRights, requireShareLeaves } from '../access/index.ts';
import { holderOf, leaseId, leaseResponse, requireWanted } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { contextResponses, networkOpenValues, type RequestedContexts } from '../metadata/index.ts';
import type { Durability, Engine, FileOpen, RequestContext } from '../model/index.ts';
import { isOpenOf, isSameShare, parseName } from '../names/index.ts';
import { detachOrClose } from './detach.ts';
import { offersPersistence } from './grant.ts';
import type { RequestedDurability } from './requested.ts';

/**
 * A client comes back for an Open, [MS-SMB2] 3.3.5.9.7 and 3.3.5.9.12. No name is looked up and
 * nothing is opened.
 */
export async function reconnect(
  request: CreateRequest,
  ctx: RequestContext,
  durability: RequestedDurability,
  wanted: RequestedContexts,
): Promise<CreateResponse> {
  const { server, connection, session, tree } = ctx;
  if (durability.reconnectV2 !== undefined && server.persistent.unopened.size > 0) {
    await server.persistent.unopened.seek(ctx, durability.reconnectV2);
  }
  const open = named(ctx, durability);
  if (open === undefined) await requireHere(ctx, durability);
  await untilLost(server, open);
  if (open === undefined || open.closed || !isSameShare(open.tree.share, tree.share)) throw notFound('no such open');
  const lease = wantedLeaseId(ctx, wanted);
  // [MS-SMB2] 3.3.5.9.12: errors about what cannot be found come before errors about what is wrong.
  const { reconnectV2 } = durability;
  const { durable } = open;
  if (reconnectV2 !== undefined && (durable?.disconnected !== true || !isCreateGuid(durable, reconnectV2.createGuid))) {
    throw notFound('the open does not wait for this client');
  }
  if (open.lease !== undefined && open.lease.version !== wanted.lease?.version)
    throw notFound('a lease of another kind');
  if (
    lease !== undefined &&
    lease === open.lease?.id &&
    !open.deleteOnClose &&
    !isOpenOf(open, parseName(request.name))
  ) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the open is of another file');
  }
  // [MS-SMB2] 3.3.5.9.12
  if (
    open.durable?.kind !== 'persistent' &&
    ((durability.reconnectV2?.flags ?? 0) & DurableHandleFlags.PERSISTENT) !== 0
  ) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the open is not persistent');
  }
  requireShareLeaves(tree, open.grantedAccess);
  // An open that came to a session which has ended would not wait for its client any more.
  requireWanted(ctx);
  const result = server.authority.apply(open.key, {
    type: 'reconnect',
    open: open.id,
    owner: session.identity!.sid,
    client: connection.clientGuid,
    createGuid: durability.reconnectV2?.createGuid,
    lease,
  });
  if (result === 'access-denied') throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the open of another user');
  if (result === 'not-found') throw notFound('the open does not wait for this client');
  attach(ctx, open);
  return orWaitAgain(ctx, open, async () => {
    const stat = await statStill(ctx, open);
    const maximal = await maximalAccess(ctx, open, wanted, stat);
    const lease = leaseNow(ctx, open, wanted);
    ctx.speaksOf(holderOf(open));
    ctx.tellsAgain(holderOf(open), open.key);
    return {
      ...openedAs(ctx, open),
      flags: 0,
      createAction: CreateAction.OPENED,
      ...networkOpenValues(stat, tree.share, open.path.at(-1), open.reserved),
      fileId: open.fileId,
      // [MS-SMB2] 3.3.5.9.9: a client that reconnects is not told the file's identity.
      createContexts: contextResponses({ ...wanted, onDiskId: false }, stat, () => maximal, lease),
    };
  });
}

/**
 * Answers with an Open that was just given to the session. If that fails, the Open waits for its
 * client again: a client that was not told its new FileId can neither use nor close the Open.
 */
export async function orWaitAgain(
  ctx: RequestContext,
  open: FileOpen,
  answer: () => Promise<CreateResponse>,
): Promise<CreateResponse> {
  try {
    return await answer();
  } catch (error) {
    if (isStill(ctx, open)) {
      ctx.session.opens.delete(open.fileId.volatile);
      await detachOrClose(ctx.server, open);
    }
    throw error;
  }
}

/**
 * The answer to MxAc, [MS-SMB2] 3.3.5.9.5: all that the user may do with the file, no matter what
 * the Open may do.
 */
export async function maximalAccess(
  ctx: RequestContext,
  open: FileOpen,
  wanted: RequestedContexts,
  stat: VfsStat,
): Promise<number> {
  if (!wanted.maximalAccess) return 0;
  const { maximal } = await fileRights(ctx.tree, open.handle, stat);
  requireStill(ctx, open);
  return maximal;
}

/**
 * The back end's stat of the Open's file. While the back end is asked, the Open may end, or may go
 * to another session; then this throws.
 */
export async function statStill(ctx: RequestContext, open: FileOpen): Promise<VfsStat> {
  try {
    const stat = await open.handle.stat();
    requireStill(ctx, open);
    return ctx.server.times.seen(open, stat);
  } catch (error) {
    // A handle that was closed meanwhile reports an error of its own.
    requireStill(ctx, open);
    throw error;
  }
}

function requireStill(ctx: RequestContext, open: FileOpen): void {
  if (!isStill(ctx, open)) throw notFound('the open went meanwhile');
}

/** Whether the Open belongs to this request's session. */
function isStill({ session }: RequestContext, open: FileOpen): boolean {
  return !open.closed && open.session === session && open.durable?.disconnected !== true;
}

/**
 * The Open belongs to this session from now on. FileId.Persistent stays as it is. FileId.Volatile
 * may change, and must differ from all others of the session, so a new one is made. [MS-SMB2]
 * 2.2.14.1, 3.3.5.9.7
 */
export function attach(ctx: RequestContext, open: FileOpen): void {
  const { server, session, tree, connection } = ctx;
  server.durables.connected(open);
  open.durable!.disconnected = false;
  server.durables.moveToClient(open, connection.clientGuid);
  open.session = session;
  server.descriptors.reconnected(open);
  // The tree may be of a share that was made anew since: the index of opens has to know.
  server.opens.delete(open);
  open.tree = tree;
  open.fileId = { persistent: open.fileId.persistent, volatile: server.newVolatileId(server.newOpenId()) };
  server.opens.add(open);
  session.opens.set(open.fileId.volatile, open);
  tree.openCount += 1;
  ctx.chain.fileId = open.fileId;
}

/**
 * The client may have lost the connection that it had at another worker. It may come back before
 * this worker has heard of that. Undefined if there is nothing to be heard.
 */
export function untilLost({ workers }: Engine, open: FileOpen | undefined): Promise<void> | undefined {
  if (open === undefined || !open.session.isHosted || open.durable?.disconnected === true) return undefined;
  return workers?.hear(open.session);
}

/** The client may have come back to another worker than the one that has the Open. */
async function requireHere(ctx: RequestContext, { reconnect, reconnectV2 }: RequestedDurability): Promise<void> {
  const { workers } = ctx.server;
  if (workers === undefined || ctx.session.isHosted) return;
  if (
    reconnectV2 !== undefined &&
    (reconnectV2.flags & DurableHandleFlags.PERSISTENT) !== 0 &&
    offersPersistence(ctx)
  ) {
    await workers.requireCreateGuidHere(reconnectV2.createGuid);
  }
  workers.requirePersistentHere((reconnectV2?.fileId ?? reconnect!).persistent);
}

function named(ctx: RequestContext, { reconnect, reconnectV2 }: RequestedDurability): FileOpen | undefined {
  const { durables } = ctx.server;
  const open = durables.byPersistentId((reconnectV2?.fileId ?? reconnect!).persistent);
  if (reconnectV2 === undefined) return open;
  const persistent = (reconnectV2.flags & DurableHandleFlags.PERSISTENT) !== 0;
  // [MS-SMB2] 3.3.5.9.12: for persistent handles the CreateGuid may be used instead of the FileId.
  const byGuid = (): FileOpen | undefined =>
    persistent && offersPersistence(ctx) ? durables.persistentByCreateGuid(reconnectV2.createGuid) : undefined;
  const found = open ?? byGuid();
  if (found?.durable?.kind === 'persistent' && !persistent) throw notFound('a persistent open is asked for as such');
  return found;
}

/** The context of version 2 names a null CreateGuid if the Open was made with version 1. */
function isCreateGuid({ createGuid }: Durability, named: Guid): boolean {
  return (createGuid ?? NULL_GUID) === named;
}

/**
 * The lease that the request names, if the dialect has leases. RequestedOplockLevel does not matter
 * here.
 */
function wantedLeaseId(ctx: RequestContext, wanted: RequestedContexts): string | undefined {
  if (wanted.lease === undefined) return undefined;
  if (ctx.connection.dialect === Dialect.SMB_2_0_2) return undefined;
  return leaseId(ctx.connection.clientGuid, wanted.lease.leaseKey);
}

/** What the Open may cache now, in the form of a CREATE response. */
export function openedAs(ctx: RequestContext, open: FileOpen): { readonly oplockLevel: number } {
  if (open.lease !== undefined) return { oplockLevel: OplockLevel.LEASE };
  const state = ctx.server.authority.peek(open.key)?.opens.get(open.id);
  return { oplockLevel: state === undefined ? OplockLevel.NONE : oplockOfCache(state.cache) };
}

/** The Open's lease as it is now. */
export function leaseNow(ctx: RequestContext, open: FileOpen, wanted: RequestedContexts) {
  if (open.lease === undefined || wanted.lease === undefined) return undefined;
  const lease = ctx.server.authority.peek(open.key)?.leases.get(open.lease.id);
  if (lease === undefined) return undefined;
  const { cache: state, version, epoch } = lease;
  return leaseResponse(wanted.lease, { state, version, epoch, breaking: lease.breaking !== undefined });
}

function notFound(why: string): StatusError {
  return new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, why);
}
