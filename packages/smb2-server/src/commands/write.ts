import { AccessMask, Dialect, NotifyFilter, NtStatus, type WriteRequest, type WriteResponse } from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import { COMMAND_NEEDS, requireGranted } from '../access/index.ts';
import { fileChanged, fileChanges } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import { MAX_OFFSET } from '../metadata/index.ts';
import type { FileOpen, PipeOpen, RequestContext } from '../model/index.ts';

/** SMB2_WRITEFLAG_WRITE_THROUGH, [MS-SMB2] 2.2.21. */
const WRITE_THROUGH = 0x0000_0001;
/** SMB2_CHANNEL_RDMA_V1, _V1_INVALIDATE and _TRANSFORM: the bytes are not in the message. */
const RDMA_CHANNELS: ReadonlySet<number> = new Set([1, 2, 3]);
/** The offset that means "at the end", for opens that may only append. [MS-FSA] 2.1.5.4 */
const AT_END = 0xffff_ffff_ffff_ffffn;
/**
 * The size of the largest file: 16 TiB less 64 KiB, as on NTFS with clusters of 4 KiB, which is
 * what clients take this server's file system for.
 */
const MAX_FILE_SIZE = 0xfff_ffff_0000n;
/** FILE_WRITE_THROUGH of the CREATE, [MS-SMB2] 2.2.13. */
const OPTION_WRITE_THROUGH = 0x0000_0002;

/**
 * WRITE, [MS-SMB2] 3.3.5.13. The payload is written directly from the buffer in which it was
 * received.
 */
export function handleWrite(request: WriteRequest, ctx: RequestContext): WriteResponse | Promise<WriteResponse> {
  const open = ctx.open(request.fileId);
  if (request.data.length > ctx.connection.maxWriteSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'more than MaxWriteSize');
  }
  // The field was reserved before 3.0. Other values than these have no meaning, and some clients
  // leave them in. [MS-SMB2] 2.2.21
  if (ctx.connection.dialect >= Dialect.SMB_3_0 && RDMA_CHANNELS.has(request.channel)) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'RDMA channel without RDMA');
  }
  if (open.kind === 'pipe') return writePipe(open, request);
  if (open.handle.kind === 'directory') {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'WRITE to a directory');
  }
  const { data } = request;
  const mayOnlyAppend = (open.grantedAccess & AccessMask.FILE_WRITE_DATA) === 0;
  requireGranted(open, COMMAND_NEEDS.WRITE);
  if (mayOnlyAppend && request.offset === AT_END) return append(open, request, ctx);
  const { offset } = request;
  if (offset > MAX_OFFSET || offset + BigInt(data.length) > MAX_OFFSET) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'Offset is negative');
  }
  if (data.length > 0 && offset + BigInt(data.length) > MAX_FILE_SIZE) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'past the largest file');
  }
  if (mayOnlyAppend) return append(open, request, ctx);
  return ctx.server.fileEnds.beside(open.key, () => {
    if (open.closed) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'closed before an append was over');
    return writeAt(open, offset, request, ctx);
  });
}

function writeAt(
  open: FileOpen,
  offset: bigint,
  request: WriteRequest,
  ctx: RequestContext,
): WriteResponse | Promise<WriteResponse> {
  const { data } = request;
  requireUnlocked(ctx.server, open, offset, BigInt(data.length), true);
  if (data.length === 0) return { count: 0, remaining: 0 };
  fileChanges(ctx.server, open);
  ctx.server.times.beforeWrite(open);
  const later = open.handle.write(data, Number(offset));
  const through = (request.flags & WRITE_THROUGH) !== 0 || (open.createOptions & OPTION_WRITE_THROUGH) !== 0;
  if (later === undefined && !through) return written(open, data.length, ctx);
  return finishLater(open, later, through, data.length, ctx);
}

async function finishLater(
  open: FileOpen,
  later: Promise<void> | undefined | void,
  through: boolean,
  count: number,
  ctx: RequestContext,
): Promise<WriteResponse> {
  try {
    await later;
  } finally {
    fileChanged(ctx.server, open);
  }
  if (through) await open.handle.flush();
  return written(open, count, ctx);
}

function written(open: FileOpen, count: number, ctx: RequestContext): WriteResponse {
  ctx.server.wrote(open, NotifyFilter.SIZE | NotifyFilter.LAST_WRITE);
  return { count, remaining: 0 };
}

/**
 * Writes relative to the end that the file has when it is this write's turn: either at the end, or,
 * without FILE_WRITE_DATA, at an offset that is not before the end. [MS-FSA] 2.1.5.4
 */
function append(open: FileOpen, request: WriteRequest, ctx: RequestContext): WriteResponse | Promise<WriteResponse> {
  const write = ({ size }: VfsStat): WriteResponse | Promise<WriteResponse> => {
    const offset = request.offset === AT_END ? size : request.offset;
    if (offset < size) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'open may only append');
    return writeAt(open, offset, request, ctx);
  };
  return ctx.server.fileEnds.inTurn(open.key, () => {
    if (open.closed) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'closed before it was its turn');
    const stat = open.handle.stat();
    return stat instanceof Promise ? stat.then(write) : write(stat);
  });
}

function writePipe(open: PipeOpen, request: WriteRequest): WriteResponse {
  requireGranted(open, COMMAND_NEEDS.WRITE);
  if (open.pipe.broken) throw new StatusError(NtStatus.STATUS_PIPE_DISCONNECTED, 'nothing more is taken');
  open.pipe.write(request.data);
  return { count: request.data.length, remaining: 0 };
}
