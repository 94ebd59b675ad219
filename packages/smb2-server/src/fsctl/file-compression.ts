import { decode, encode } from '@tsmbd/ms-dtyp';
import { CompressionFormat, compressionState, type IoctlRequest, NtStatus } from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/** FSCTL_GET_COMPRESSION, [MS-FSA] 2.1.5.10.12: no file is compressed here. */
export function getCompression(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  ctx.fileOpen(request.fileId);
  if (request.maxOutputResponse < 2) throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, 'needs 2 bytes');
  return encode(compressionState, { compressionState: CompressionFormat.NONE });
}

/**
 * FSCTL_SET_COMPRESSION, [MS-FSA] 2.1.5.10.31: the only state that can be set is "not compressed".
 */
export function setCompression(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  if (decode(compressionState, request.input).compressionState !== CompressionFormat.NONE) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'files are not compressed here');
  }
  return new Uint8Array(0);
}
