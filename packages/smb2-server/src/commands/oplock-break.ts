import { cacheOfAcknowledgedLevel } from '@tsmbd/oplock-lease';
import {
  type LeaseBreak,
  NtStatus,
  type OplockBreak,
  type OplockBreakRequest,
  type OplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import { leaseId } from '../leases.ts';
import type { RequestContext } from '../request-context.ts';

/** OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22. */
export function handleOplockBreak(request: OplockBreakRequest, ctx: RequestContext): OplockBreakResponse {
  return request.kind === 'oplock' ? oplockAcknowledged(request, ctx) : leaseAcknowledged(request, ctx);
}

/** [MS-SMB2] 3.3.5.22.1 */
function oplockAcknowledged(request: OplockBreak, ctx: RequestContext): OplockBreak {
  const open = ctx.fileOpen(request.fileId);
  const { oplockLevel } = request;
  const keep = cacheOfAcknowledgedLevel(oplockLevel);
  if (keep === undefined) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `level ${oplockLevel}`);
  const result = ctx.server.authority.apply(open.key, { type: 'acknowledge', holder: { open: open.id }, keep });
  switch (result) {
    case 'ended':
      return { kind: 'oplock', oplockLevel, fileId: open.fileId };
    case 'not-allowed':
      throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'more than was offered');
    default:
      throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'no break is under way');
  }
}

/** [MS-SMB2] 3.3.5.22.2: any connection of the client may answer. */
function leaseAcknowledged(request: LeaseBreak, ctx: RequestContext): LeaseBreak {
  const { authority } = ctx.server;
  const lease = leaseId(ctx.connection.clientGuid, request.leaseKey);
  const key = authority.leaseFile(lease);
  if (key === undefined) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such lease');
  const result = authority.apply(key, { type: 'acknowledge', holder: { lease }, keep: request.leaseState });
  switch (result) {
    case 'ended':
      return { ...request, flags: 0, leaseDuration: 0n };
    case 'not-allowed':
      throw new StatusError(NtStatus.STATUS_REQUEST_NOT_ACCEPTED, 'more than was offered');
    case 'not-breaking':
      throw new StatusError(NtStatus.STATUS_UNSUCCESSFUL, 'no break is under way');
    case 'unknown':
      throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such lease');
  }
}
