import { CacheBits, type CacheState, Oplock, oplockOfCache, validCache } from '@tsmbd/oplock-lease';
import {
  type LeaseBreak,
  NtStatus,
  type OplockBreak,
  type OplockBreakRequest,
  type OplockBreakResponse,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { leaseId } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/** OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22. */
export function handleOplockBreak(request: OplockBreakRequest, ctx: RequestContext): OplockBreakResponse {
  return request.kind === 'oplock' ? oplockAcknowledged(request, ctx) : leaseAcknowledged(request, ctx);
}

/** [MS-SMB2] 3.3.5.22.1 */
function oplockAcknowledged(request: OplockBreak, ctx: RequestContext): OplockBreak {
  const open = ctx.fileOpen(request.fileId);
  const { oplockLevel } = request;
  const { authority } = ctx.server;
  const own = authority.peek(open.key)?.opens.get(open.id);
  const keep = acknowledged(oplockLevel, own?.cache ?? CacheBits.NONE, own?.breaking?.to ?? CacheBits.NONE);
  const holder = { open: open.id };
  const result = authority.apply(open.key, { type: 'acknowledge', holder, keep: keep ?? CacheBits.NONE });
  switch (result) {
    case 'ended':
      // If the level is not a valid level, or not one that this oplock can be broken to, the break
      // ends and the holder keeps nothing.
      if (oplockLevel === OplockLevel.LEASE) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a lease');
      if (keep === undefined) throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, `level ${oplockLevel}`);
      return { kind: 'oplock', oplockLevel: oplockOfCache(keep), fileId: open.fileId };
    case 'not-allowed':
      throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'more than was offered');
    default:
      throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'no break is under way');
  }
}

/**
 * What a holder of `had` keeps when it acknowledges with `level`; undefined when that level is not
 * allowed. The holder of a batch oplock that acknowledges with exclusive keeps nothing. A holder
 * that acknowledges with level II, but was not offered level II, keeps nothing either. [MS-FSA]
 * 2.1.5.19
 */
function acknowledged(level: number, had: CacheState, offered: CacheState): CacheState | undefined {
  if (level === OplockLevel.II && oplockOfCache(had) !== Oplock.LEVEL_II) return CacheBits.READ & offered;
  if (level === OplockLevel.EXCLUSIVE && oplockOfCache(had) === Oplock.BATCH) return CacheBits.NONE;
  return level === OplockLevel.NONE ? CacheBits.NONE : undefined;
}

/** [MS-SMB2] 3.3.5.22.2: the acknowledgment may come on any connection of the client. */
function leaseAcknowledged(request: LeaseBreak, ctx: RequestContext): LeaseBreak {
  const { authority } = ctx.server;
  const lease = leaseId(ctx.connection.clientGuid, request.leaseKey);
  const key = authority.leaseFile(lease);
  if (key === undefined) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such lease');
  // The client knows that it has the lease, so it has seen the response to the CREATE.
  for (const { id, lease: held } of authority.peek(key)?.opens.values() ?? []) {
    const open = held === lease ? ctx.server.opens.byId(id) : undefined;
    if (open !== undefined) open.replayEligible = false;
  }
  const result = authority.apply(key, { type: 'acknowledge', holder: { lease }, keep: request.leaseState });
  switch (result) {
    case 'ended':
      return { ...request, leaseState: validCache(request.leaseState), flags: 0, leaseDuration: 0n };
    case 'not-allowed':
      throw new StatusError(NtStatus.STATUS_REQUEST_NOT_ACCEPTED, 'more than was offered');
    case 'not-breaking':
      throw new StatusError(NtStatus.STATUS_UNSUCCESSFUL, 'no break is under way');
    case 'unknown':
      throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such lease');
  }
}
