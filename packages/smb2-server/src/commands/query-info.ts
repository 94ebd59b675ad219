import {
  Dialect,
  FileInformationClass,
  InfoType,
  NtStatus,
  type QueryInfoRequest,
  type QueryInfoResponse,
} from '@tsmbd/smb2-codec';
import { chain, type MaybePromise } from '@tsmbd/vfs-adapter';
import { QUERY_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { FILE_CLASSES, FS_CLASSES, querySecurity } from '../info/index.ts';
import type { RequestContext } from '../model/index.ts';

/** QUERY_INFO, [MS-SMB2] 3.3.5.20. */
export function handleQueryInfo(request: QueryInfoRequest, ctx: RequestContext): MaybePromise<QueryInfoResponse> {
  if (request.outputBufferLength > ctx.connection.maxTransactSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'OutputBufferLength is over MaxTransactSize');
  }
  const open = ctx.open(request.fileId);
  switch (request.infoType) {
    case InfoType.FILE: {
      const row = FILE_CLASSES.get(request.fileInfoClass);
      if (row === undefined) throw new StatusError(NtStatus.STATUS_INVALID_INFO_CLASS, 'unknown file class');
      if (open.kind === 'pipe' && !row.pipes) {
        throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a pipe has no such information');
      }
      requireGranted(open, QUERY_NEEDS.get(request.fileInfoClass));
      if (
        request.fileInfoClass === FileInformationClass.FileNormalizedNameInformation &&
        ctx.connection.dialect !== Dialect.SMB_3_1_1
      ) {
        // [MS-SMB2] 3.3.5.20.1
        throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'normalized names came with 3.1.1');
      }
      checkRoom(request, row.fixed);
      return chain(row.query(open as never, ctx, request), (buffer) => fit(buffer, request, ctx));
    }
    case InfoType.FILESYSTEM: {
      const row = FS_CLASSES.get(request.fileInfoClass);
      if (row === undefined) throw new StatusError(NtStatus.STATUS_INVALID_INFO_CLASS, 'unknown file system class');
      if (open.kind === 'pipe') throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'no file system');
      checkRoom(request, row.fixed);
      return chain(row.query(open), (buffer) => fit(buffer, request, ctx));
    }
    case InfoType.SECURITY:
      if (open.kind === 'pipe') throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'pipes have no descriptor');
      return chain(querySecurity(request, open, ctx), (buffer) => ({ buffer }));
    case InfoType.QUOTA:
      // [MS-SMB2] 3.3.5.20.4: this server has no quotas.
      throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'quota information');
    default:
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'unknown InfoType');
  }
}

/** [MS-SMB2] 3.3.5.20.1: refuses a buffer that is smaller than the fixed part. */
function checkRoom(request: QueryInfoRequest, fixed: number): void {
  if (request.outputBufferLength < fixed) {
    throw new StatusError(NtStatus.STATUS_INFO_LENGTH_MISMATCH, 'no room for the fixed part');
  }
}

/** Cuts the variable part to the size of the client's buffer, with STATUS_BUFFER_OVERFLOW. */
function fit(buffer: Uint8Array, request: QueryInfoRequest, ctx: RequestContext): QueryInfoResponse {
  if (buffer.length <= request.outputBufferLength) return { buffer };
  ctx.status = NtStatus.STATUS_BUFFER_OVERFLOW;
  return { buffer: buffer.subarray(0, request.outputBufferLength) };
}
