import type { OplockLevel } from '@tsmbd/oplock-lease';
import { NtStatus, type OplockBreakRequest, type OplockBreakResponse } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../request-context.ts';

/** SMB2_OPLOCK_LEVEL_LEASE, [MS-SMB2] 2.2.24.1: not for this kind of acknowledgment. */
const LEVEL_LEASE = 0xff;

/** OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22.1. */
export function handleOplockBreak(request: OplockBreakRequest, ctx: RequestContext): OplockBreakResponse {
  if (request.kind !== 'oplock') {
    // [MS-SMB2] 3.3.5.22.2: no lease was ever granted.
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such lease');
  }
  const open = ctx.fileOpen(request.fileId);
  const { oplockLevel } = request;
  if (oplockLevel === LEVEL_LEASE) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a lease level');
  const result = ctx.server.authority.apply(open.key, {
    type: 'break-end',
    open: open.id,
    level: oplockLevel as OplockLevel,
  });
  if (result === 'not-breaking')
    throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'no break is under way');
  if (result === 'not-allowed') throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'more than was offered');
  return { kind: 'oplock', oplockLevel, fileId: open.fileId };
}
