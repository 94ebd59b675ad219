import { decode } from '@tsmbd/ms-dtyp';
import {
  FileInformationClass,
  filePipeInformation,
  InfoType,
  NtStatus,
  type SetInfoRequest,
  type SetInfoResponse,
} from '@tsmbd/smb2-codec';
import { requireGranted, SET_NEEDS } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { SET_CLASSES, setSecurity } from '../info/index.ts';
import type { RequestContext } from '../model/index.ts';

/** SET_INFO, [MS-SMB2] 3.3.5.21. */
export async function handleSetInfo(request: SetInfoRequest, ctx: RequestContext): Promise<SetInfoResponse> {
  if (request.buffer.length > ctx.connection.maxTransactSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'BufferLength is over MaxTransactSize');
  }
  const open = ctx.open(request.fileId);
  switch (request.infoType) {
    case InfoType.FILE: {
      if (open.kind === 'pipe') {
        if (request.fileInfoClass === FileInformationClass.FilePipeInformation) return setPipe(request.buffer);
        throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'a pipe has no such information');
      }
      const row = SET_CLASSES.get(request.fileInfoClass);
      if (row === undefined) throw new StatusError(NtStatus.STATUS_INVALID_INFO_CLASS, 'unknown file class');
      requireGranted(open, SET_NEEDS.get(request.fileInfoClass));
      await row.set(request.buffer, open, ctx);
      return {};
    }
    case InfoType.SECURITY:
      if (open.kind === 'pipe') throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'pipes have no descriptor');
      await setSecurity(request, open, ctx);
      return {};
    case InfoType.FILESYSTEM:
      // [MS-SMB2] 3.3.5.21.2: only the administrator sets labels and quota limits.
      throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'file system information cannot be set');
    case InfoType.QUOTA:
      throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'quota information');
    default:
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'unknown InfoType');
  }
}

/**
 * FilePipeInformation, [MS-FSCC] 2.4. Clients set the read mode of a pipe. What is valid is
 * accepted and changes nothing: a pipe is always in message mode.
 */
function setPipe(buffer: Uint8Array): SetInfoResponse {
  if (buffer.length < 8) throw new StatusError(NtStatus.STATUS_INFO_LENGTH_MISMATCH, 'FilePipeInformation');
  const { readMode, completionMode } = decode(filePipeInformation, buffer);
  if (readMode > 1 || completionMode > 1) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no such mode');
  return {};
}
