import { decode } from '@tsmbd/ms-dtyp';
import { Dialect, type IoctlRequest, NtStatus, networkResiliencyRequest } from '@tsmbd/smb2-codec';
import { makeDurable } from '../durable/index.ts';
import { StatusError } from '../errors.ts';
import { DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS, type RequestContext } from '../model/index.ts';

/** FSCTL_LMR_REQUEST_RESILIENCY, [MS-SMB2] 3.3.5.15.9. */
export function requestResiliency(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  if (ctx.connection.dialect === Dialect.SMB_2_0_2) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, '2.0.2 has no resilient handles');
  }
  const open = ctx.fileOpen(request.fileId);
  if (open.handle.kind !== 'file') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no file');
  if (request.input.length < 8) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'too short');
  const { timeoutMs } = decode(networkResiliencyRequest, request.input);
  if (timeoutMs > MAX_TIMEOUT_MS) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `${timeoutMs} ms`);
  // IsResilient is set in addition to IsPersistent: a persistent open stays persistent, and waits
  // for its client as long as this request asks for.
  const kind = open.durable?.kind === 'persistent' ? 'persistent' : 'resilient';
  makeDurable(ctx, open, kind, open.durable?.version ?? 1, timeoutMs === 0 ? DEFAULT_TIMEOUT_MS : timeoutMs);
  return new Uint8Array(0);
}
