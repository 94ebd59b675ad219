import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  type CopychunkRange,
  type FileId,
  type IoctlRequest,
  NotifyFilter,
  NtStatus,
  srvCopychunkCopy,
  srvCopychunkResponse,
  srvRequestResumeKeyResponse,
} from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { changeBytes } from '../caching/index.ts';
import { StatusError, statusOf } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import { type Engine, type FileOpen, type RequestContext, Turn } from '../model/index.ts';
import { copyBytes } from './copy-bytes.ts';
import { type CopySource, copySource } from './copy-source.ts';

/** Limits of Windows, [MS-SMB2] 3.3.3: chunks per request, bytes per chunk, bytes per request. */
const MAX_CHUNKS = 256;
const MAX_CHUNK_BYTES = 1 << 20;
const MAX_BYTES = 16 << 20;
const KEY_LENGTH = 24;
/**
 * Key, ContextLength, and four bytes of Context. Clients expect these four bytes although the
 * Context is empty.
 */
const RESUME_KEY_RESPONSE = 32;

/** FSCTL_SRV_REQUEST_RESUME_KEY, [MS-SMB2] 3.3.5.15.5: names an Open as a source of copies. */
export function requestResumeKey(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const open = ctx.fileOpen(request.fileId);
  if (request.maxOutputResponse < 32) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'needs 32 bytes');
  const response = new Uint8Array(RESUME_KEY_RESPONSE);
  response.set(encode(srvRequestResumeKeyResponse, { resumeKey: resumeKey(open), context: new Uint8Array(0) }));
  return response;
}

/** The key holds the FileId. It is of use only in the session that has the Open. */
function resumeKey(open: FileOpen): Uint8Array {
  const key = new Uint8Array(KEY_LENGTH);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, open.fileId.persistent, true);
  view.setBigUint64(8, open.fileId.volatile, true);
  return key;
}

function fileIdIn(key: Uint8Array): FileId {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return { persistent: view.getBigUint64(0, true), volatile: view.getBigUint64(8, true) };
}

/** FSCTL_SRV_COPYCHUNK and _WRITE, [MS-SMB2] 3.3.5.15.6. */
export async function copyChunk(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const target = ctx.fileOpen(request.fileId);
  const { sourceKey, chunks } = decode(srvCopychunkCopy, request.input);
  if (request.maxOutputResponse < 12) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'needs 12 bytes');
  const source = await copySource(fileIdIn(sourceKey), ctx);
  try {
    return await copyFrom(source, target, chunks, request, ctx);
  } finally {
    await source.end();
  }
}

async function copyFrom(
  source: CopySource,
  target: FileOpen,
  chunks: readonly CopychunkRange[],
  request: IoctlRequest,
  ctx: RequestContext,
): Promise<Uint8Array> {
  if (source.handle.kind !== 'file' || target.handle.kind !== 'file') {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'not files');
  }
  requireGranted(target, FSCTL_NEEDS.get(request.ctlCode));
  const total = chunks.reduce((sum, c) => sum + c.length, 0);
  if (
    chunks.length > MAX_CHUNKS ||
    total > MAX_BYTES ||
    chunks.some((c) => c.length > MAX_CHUNK_BYTES || c.length === 0)
  ) {
    return limits(ctx);
  }
  let chunksWritten = 0;
  let totalBytesWritten = 0;
  const turn = new Turn(ctx.server.env);
  try {
    await changeBytes(ctx.server, target, async () => {
      for (const chunk of chunks) {
        totalBytesWritten += await copyOne(chunk, source, target, ctx.server, turn);
        chunksWritten += 1;
      }
    });
  } catch (error) {
    // [MS-SMB2] 3.3.5.15.6: a client that is refused in the middle is told how much was copied.
    const { status, unexpected } = statusOf(error);
    if (unexpected) throw error;
    ctx.status = status;
  }
  if (chunksWritten > 0) ctx.server.wrote(target, NotifyFilter.SIZE | NotifyFilter.LAST_WRITE);
  return encode(srvCopychunkResponse, { chunksWritten, chunkBytesWritten: 0, totalBytesWritten });
}

/** Copies one chunk. Returns the number of bytes. */
async function copyOne(
  chunk: CopychunkRange,
  source: CopySource,
  target: FileOpen,
  server: Engine,
  turn: Turn,
): Promise<number> {
  const length = BigInt(chunk.length);
  await source.askUnlocked?.(chunk.sourceOffset, length);
  const { size } = await source.handle.stat();
  if (chunk.sourceOffset + length > size) throw new StatusError(NtStatus.STATUS_INVALID_VIEW_SIZE, 'behind the end');
  // The locks are checked in the turn of the copy. A lock that was granted while the size was
  // looked up counts. [MS-FSA] 2.1.4.10
  const check = (at: number, count: number): void => {
    source.requireUnlocked?.(chunk.sourceOffset + BigInt(at), BigInt(count));
    requireUnlocked(server, target, chunk.targetOffset + BigInt(at), BigInt(count), true);
  };
  const copy = {
    source: source.handle,
    target: target.handle,
    from: chunk.sourceOffset,
    to: chunk.targetOffset,
    length: chunk.length,
    isOneFile: source.key === target.key,
  };
  return server.fileEnds.beside(target.key, () => copyBytes(copy, check, turn));
}

/** [MS-SMB2] 3.3.5.15.6.1: the answer to a request that is too large says what is allowed. */
function limits(ctx: RequestContext): Uint8Array {
  ctx.status = NtStatus.STATUS_INVALID_PARAMETER;
  return encode(srvCopychunkResponse, {
    chunksWritten: MAX_CHUNKS,
    chunkBytesWritten: MAX_CHUNK_BYTES,
    totalBytesWritten: MAX_BYTES,
  });
}
