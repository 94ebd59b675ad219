import { NtStatus, ReadFlags, type ReadRequest, type ReadResponse } from '@tsmbd/smb2-codec';
import { COMMAND_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import { MAX_OFFSET } from '../metadata/index.ts';
import { FIXED_BODY, type FileOpen, type PipeOpen, type RequestContext, ReservedPayload } from '../model/index.ts';

const NOTHING = new Uint8Array(0);
/**
 * The largest integer that a double represents exactly. It exceeds the size of every file system
 * here.
 */
const LARGEST_FILE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * READ, [MS-SMB2] 3.3.5.12. The bytes are read directly into the response buffer that will be sent.
 */
export function handleRead(
  request: ReadRequest,
  ctx: RequestContext,
): ReservedPayload | ReadResponse | Promise<ReservedPayload> {
  const open = ctx.open(request.fileId);
  if (request.length > ctx.connection.maxReadSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `Length ${request.length} is over MaxReadSize`);
  }
  requireGranted(open, COMMAND_NEEDS.READ);
  if (open.kind === 'pipe') return readPipe(open, request, ctx);
  if (open.handle.kind === 'directory') {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'READ of a directory');
  }
  const { offset, length } = request;
  if (offset > MAX_OFFSET || offset + BigInt(length) > MAX_OFFSET) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'Offset is negative');
  }
  if (length === 0 && request.minimumCount === 0) return { dataRemaining: 0, flags: 0, data: NOTHING };
  if (offset > LARGEST_FILE) throw new StatusError(NtStatus.STATUS_END_OF_FILE, 'no file is that long');
  requireUnlocked(ctx.server, open, offset, BigInt(length), false);
  // [MS-SMB2] 3.3.5.12: the client asks for compression, or the share is set to compress.
  ctx.compressReply =
    ctx.connection.compression !== undefined &&
    ((request.flags & ReadFlags.REQUEST_COMPRESSED) !== 0 || ctx.tree.share.compress === true);
  const into = ctx.reserve(FIXED_BODY.READ + ctx.connection.torture.readPadding, length);
  const count = open.handle.read(into, Number(offset));
  if (typeof count === 'number') return answer(request, open, count);
  return count.then((n) => answer(request, open, n));
}

function answer(request: ReadRequest, open: FileOpen, count: number): ReservedPayload {
  if ((count === 0 && request.length > 0) || count < request.minimumCount) {
    throw new StatusError(NtStatus.STATUS_END_OF_FILE, 'read at or past the end');
  }
  open.position = request.offset + BigInt(count);
  return new ReservedPayload(count);
}

/**
 * In the specification a READ of a pipe waits for bytes. Here the bytes are there already, or the
 * pipe is empty. [MS-SMB2] 3.3.5.12
 */
function readPipe(open: PipeOpen, request: ReadRequest, ctx: RequestContext): ReadResponse {
  const data = open.pipe.read(request.length);
  if (data === undefined) {
    const status = open.pipe.broken ? NtStatus.STATUS_PIPE_DISCONNECTED : NtStatus.STATUS_PIPE_EMPTY;
    throw new StatusError(status, 'nothing to read');
  }
  if (open.pipe.messageRemaining > 0) ctx.status = NtStatus.STATUS_BUFFER_OVERFLOW;
  return { dataRemaining: 0, flags: 0, data };
}
