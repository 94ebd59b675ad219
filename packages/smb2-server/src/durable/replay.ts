import { type CreateRequest, type CreateResponse, HeaderFlags, NtStatus, OplockLevel } from '@tsmbd/smb2-codec';
import { contextResponses, type RequestedContexts } from '../create/contexts.ts';
import { StatusError } from '../errors.ts';
import { openedValues } from '../file-values.ts';
import { holderOf, leaseId } from '../leases.ts';
import type { FileOpen } from '../open.ts';
import { isSameShare } from '../places.ts';
import type { RequestContext } from '../request-context.ts';
import { durableResponse } from './grant.ts';
import { attach, leaseNow, openedAs, statStill } from './reconnect.ts';

/**
 * The Open that a CREATE with a CreateGuid repeats; undefined when it is a new one. A repeated CreateGuid without the
 * replay flag is an error. [MS-SMB2] 3.3.5.9.10
 */
export function replayedOpen(
  request: CreateRequest,
  ctx: RequestContext,
  createGuid: string,
  wanted: RequestedContexts,
): FileOpen | undefined {
  const { durables } = ctx.server;
  const isReplay = (ctx.header.flags & HeaderFlags.REPLAY_OPERATION) !== 0;
  const { clientGuid } = ctx.connection;
  if (durables.isCreating(clientGuid, createGuid)) {
    // The first one waits for somebody's oplock; its answer is still to come.
    throw new StatusError(
      isReplay ? NtStatus.STATUS_FILE_NOT_AVAILABLE : NtStatus.STATUS_DUPLICATE_OBJECTID,
      'a CREATE with this CreateGuid is under way',
    );
  }
  const open = durables.byCreateGuid(clientGuid, createGuid);
  if (open === undefined || !open.replayEligible || open.closed) return undefined;
  if (!isReplay) throw new StatusError(NtStatus.STATUS_DUPLICATE_OBJECTID, 'the CreateGuid of another open');
  // Whose open it is was settled when it became durable, whoever the session is of since.
  if ((open.durable?.owner ?? open.session.identity?.sid) !== ctx.session.identity!.sid) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the open of another user');
  }
  const lease =
    request.requestedOplockLevel === OplockLevel.LEASE && wanted.lease !== undefined
      ? leaseId(clientGuid, wanted.lease.leaseKey)
      : undefined;
  if (lease !== open.lease?.id) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'another lease than at first');
  if (open.durable?.disconnected === true) comeBack(open, ctx, createGuid, lease);
  if (open.session !== ctx.session || open.tree !== ctx.tree) {
    throw new StatusError(NtStatus.STATUS_DUPLICATE_OBJECTID, 'the open of another session');
  }
  return open;
}

/** The client lost its connection before it had the answer: it repeats the CREATE on another one. */
function comeBack(open: FileOpen, ctx: RequestContext, createGuid: string, lease: string | undefined): void {
  if (!isSameShare(open.tree.share, ctx.tree.share)) return;
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

/** What the first answer said, as things are now. */
export async function replayResponse(
  open: FileOpen,
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
): Promise<CreateResponse> {
  const stat = await statStill(ctx, open);
  ctx.speaksOf(holderOf(open));
  ctx.chain.fileId = open.fileId;
  // As Windows has it: no more than is asked for this time, and without the caching nothing is durable.
  const oplockLevel = Math.min(openedAs(ctx, open).oplockLevel, request.requestedOplockLevel);
  const durable = oplockLevel >= OplockLevel.BATCH ? durableResponse(open) : undefined;
  return {
    oplockLevel,
    flags: 0,
    createAction: open.createAction,
    ...openedValues(stat, open.tree.share, open.path.at(-1), open.reserved),
    fileId: open.fileId,
    createContexts: [
      ...contextResponses(wanted, stat, () => open.grantedAccess, leaseNow(ctx, open, wanted)),
      ...(durable === undefined ? [] : [durable]),
    ],
  };
}
