import { type IoctlRequest, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../request-context.ts';

/** FSCTL_SMBTORTURE_GLOBAL_READ_RESPONSE_BODY_PADDING8 of Samba's smbtorture. */
export const TORTURE_READ_PADDING = 0x8384_8023;

/** From now on every READ response has 8 bytes of padding before its data, as [MS-SMB2] 2.2.20 allows. */
export function tortureReadPadding(_request: IoctlRequest, ctx: RequestContext): Uint8Array {
  if (!ctx.server.config.tortureHooks) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'smbd:FSCTL_SMBTORTURE = no');
  }
  ctx.server.readPadding = 8;
  return new Uint8Array(0);
}
