import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../request-context.ts';

/**
 * OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22. This server grants neither oplocks nor leases, so there is never
 * a break to acknowledge.
 */
export function handleOplockBreak(_request: object, _ctx: RequestContext): never {
  throw new StatusError(NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, 'no break is in progress');
}
