import { decode } from '@tsmbd/ms-dtyp';
import {
  FileInformationClass,
  FsInformationClass,
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
      if (open.kind === 'pipe') throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'no file system');
      throw ofFileSystem(request);
    case InfoType.QUOTA:
      throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'quota information');
    default:
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'unknown InfoType');
  }
}

/**
 * Why information about the file system is not set, [MS-SMB2] 3.3.5.21.2 and [MS-FSA] 2.1.5.16:
 * only an administrator sets quota limits, labels and ids, and no client is one.
 */
function ofFileSystem({ fileInfoClass, buffer }: SetInfoRequest): StatusError {
  const least = FS_SIZES.get(fileInfoClass);
  if (least === undefined) return new StatusError(NtStatus.STATUS_INVALID_INFO_CLASS, 'unknown file system class');
  if (buffer.length < least) return new StatusError(NtStatus.STATUS_INFO_LENGTH_MISMATCH, `needs ${least} bytes`);
  return new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'for administrators');
}

/** Bytes of the fixed part of each class that can be set, [MS-FSCC] 2.5. */
const FS_SIZES: ReadonlyMap<number, number> = new Map<number, number>([
  [FsInformationClass.FileFsLabelInformation, 4],
  [FsInformationClass.FileFsControlInformation, 48],
  [FsInformationClass.FileFsObjectIdInformation, 64],
]);

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
