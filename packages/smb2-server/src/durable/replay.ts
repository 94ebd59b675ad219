import type { LeaseId } from '@tsmbd/oplock-lease';
import {
  type CreateRequest,
  type CreateResponse,
  DurableHandleFlags,
  type DurableHandleRequestV2,
  HeaderFlags,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { requireShareLeaves } from '../access/index.ts';
import { holderOf, leaseId, requireWanted } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { contextResponses, networkOpenValues, type RequestedContexts } from '../metadata/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';
import { isSameShare } from '../names/index.ts';
import { durableResponse, offersPersistence } from './grant.ts';
import { attach, leaseNow, maximalAccess, openedAs, orWaitAgain, statStill, untilLost } from './reconnect.ts';

/** The answer to a repeated CREATE. */
export interface Replayed {
  readonly open: FileOpen;
  /** The Open waited for its client, and belongs to this session from now on. */
  readonly isBack: boolean;
}

/**
 * The Open that a CREATE with a CreateGuid repeats; undefined when the CREATE is a new one. A
 * repeated CreateGuid without the replay flag is an error. [MS-SMB2] 3.3.5.9, 3.3.5.9.10
 */
export function replayedOpen(
  request: CreateRequest,
  ctx: RequestContext,
  requestV2: DurableHandleRequestV2 | undefined,
  wanted: RequestedContexts,
): Replayed | undefined {
  if (requestV2 === undefined) return undefined;
  const { createGuid } = requestV2;
  const { durables } = ctx.server;
  const isReplay = (ctx.header.flags & HeaderFlags.REPLAY_OPERATION) !== 0;
  const { clientGuid } = ctx.connection;
  durables.requireHere(clientGuid, createGuid, ctx.triedAt);
  if (durables.isCreating(clientGuid, createGuid)) {
    // The first CREATE waits for another client's oplock; its response is still to come.
    throw new StatusError(
      isReplay ? NtStatus.STATUS_FILE_NOT_AVAILABLE : NtStatus.STATUS_DUPLICATE_OBJECTID,
      'a CREATE with this CreateGuid is under way',
    );
  }
  const open = durables.byCreateGuid(clientGuid, createGuid);
  if (open === undefined || !open.replayEligible || open.closed) {
    return isReplay ? persistentOpen(request, ctx, requestV2, wanted) : undefined;
  }
  if (!isReplay) throw new StatusError(NtStatus.STATUS_DUPLICATE_OBJECTID, 'the CreateGuid of another open');
  requireOwner(ctx, open);
  const lease = repeatedLease(request, ctx, wanted);
  if (lease !== open.lease?.id) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'another lease than at first');
  const isBack = open.durable?.disconnected === true;
  if (isBack) {
    // This check comes before the Open is given to the session: a client that is refused must not
    // have it.
    requireAsked(open, requestV2);
    comeBack(open, ctx, createGuid, lease);
  }
  if (open.session !== ctx.session || open.tree !== ctx.tree) {
    throw new StatusError(NtStatus.STATUS_DUPLICATE_OBJECTID, 'the open of another session');
  }
  requireAsked(open, requestV2);
  return { open, isBack };
}

/**
 * Before a CREATE is repeated: the client may have lost the connection that it made the Open by,
 * and this worker may not have heard of that.
 */
export function untilReplayable(
  ctx: RequestContext,
  requestV2: DurableHandleRequestV2 | undefined,
): Promise<void> | undefined {
  if (requestV2 === undefined || (ctx.header.flags & HeaderFlags.REPLAY_OPERATION) === 0) return undefined;
  const { durables } = ctx.server;
  const { createGuid } = requestV2;
  const open = durables.byCreateGuid(ctx.connection.clientGuid, createGuid);
  return untilLost(ctx.server, open ?? durables.persistentByCreateGuid(createGuid));
}

/**
 * [MS-SMB2] 3.3.5.9.10: the CREATE of a persistent open must ask for persistence again when it is
 * repeated.
 */
function requireAsked({ durable }: FileOpen, requestV2: DurableHandleRequestV2): void {
  if (durable?.kind !== 'persistent' || asksPersistence(requestV2)) return;
  throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a persistent open is asked for as such');
}

/**
 * A persistent Open that waits for its client is the one that the repeated CREATE made. This holds
 * even if the Open has been used since, or the server has been restarted. [MS-SMB2] 3.3.5.9 Create
 * Context Validation
 */
function persistentOpen(
  request: CreateRequest,
  ctx: RequestContext,
  requestV2: DurableHandleRequestV2,
  wanted: RequestedContexts,
): Replayed | undefined {
  if (!asksPersistence(requestV2) || !offersPersistence(ctx)) return undefined;
  const open = ctx.server.durables.persistentByCreateGuid(requestV2.createGuid);
  if (open === undefined || open.closed || !isSameShare(open.tree.share, ctx.tree.share)) return undefined;
  if (open.durable?.disconnected !== true) {
    throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'the open has not lost its connection yet');
  }
  requireOwner(ctx, open);
  const isSame =
    open.createOptions === request.createOptions &&
    open.shareAccess === request.shareAccess &&
    (open.desiredAccess ?? request.desiredAccess) === request.desiredAccess;
  if (!isSame) throw new StatusError(NtStatus.STATUS_CONTEXT_MISMATCH, 'another CREATE had this CreateGuid');
  comeBack(open, ctx, requestV2.createGuid, repeatedLease(request, ctx, wanted));
  if (open.session !== ctx.session) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'another lease than at first');
  return { open, isBack: true };
}

function asksPersistence({ flags }: DurableHandleRequestV2): boolean {
  return (flags & DurableHandleFlags.PERSISTENT) !== 0;
}

/** The owner of the open was settled when it became durable, no matter whose the session is now. */
function requireOwner(ctx: RequestContext, open: FileOpen): void {
  if ((open.durable?.owner ?? open.session.identity?.sid) !== ctx.session.identity!.sid) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the open of another user');
  }
}

function repeatedLease(request: CreateRequest, ctx: RequestContext, wanted: RequestedContexts): LeaseId | undefined {
  if (request.requestedOplockLevel !== OplockLevel.LEASE || wanted.lease === undefined) return undefined;
  return leaseId(ctx.connection.clientGuid, wanted.lease.leaseKey);
}

/**
 * The client lost its connection before it received the response. It repeats the CREATE on another
 * connection.
 */
function comeBack(open: FileOpen, ctx: RequestContext, createGuid: string, lease: LeaseId | undefined): void {
  if (!isSameShare(open.tree.share, ctx.tree.share)) return;
  requireShareLeaves(ctx.tree, open.grantedAccess);
  requireWanted(ctx);
  const result = ctx.server.authority.apply(open.key, {
    type: 'reconnect',
    open: open.id,
    owner: ctx.session.identity!.sid,
    client: ctx.connection.clientGuid,
    createGuid,
    lease,
  });
  if (result !== 'reconnected') return;
  attach(ctx, open);
  ctx.tellsAgain(holderOf(open), open.key);
}

/** Repeats what the first response said, with the present values. */
export function replayResponse(
  { open, isBack }: Replayed,
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
): Promise<CreateResponse> {
  const answer = (): Promise<CreateResponse> => responseOf(open, request, ctx, wanted);
  return isBack ? orWaitAgain(ctx, open, answer) : answer();
}

async function responseOf(
  open: FileOpen,
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
): Promise<CreateResponse> {
  const stat = await statStill(ctx, open);
  const maximal = await maximalAccess(ctx, open, wanted, stat);
  ctx.speaksOf(holderOf(open));
  ctx.chain.fileId = open.fileId;
  // As in Windows: no more is granted than this repeated CREATE asks for, and without the caching
  // nothing is durable.
  const oplockLevel = Math.min(openedAs(ctx, open).oplockLevel, request.requestedOplockLevel);
  const durable = oplockLevel >= OplockLevel.BATCH ? durableResponse(open) : undefined;
  return {
    oplockLevel,
    flags: 0,
    createAction: open.createAction,
    ...networkOpenValues(stat, open.tree.share, open.path.at(-1), open.reserved),
    fileId: open.fileId,
    createContexts: [
      ...contextResponses(wanted, stat, () => maximal, leaseNow(ctx, open, wanted)),
      ...(durable === undefined ? [] : [durable]),
    ],
  };
}
