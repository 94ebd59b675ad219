import { type Codec, decode } from '@tsmbd/ms-dtyp';
import {
  type DuplicateExtentsData,
  duplicateExtentsData,
  duplicateExtentsDataEx,
  FileAttributes,
  FsctlCode,
  type IoctlRequest,
  NotifyFilter,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { changeBytes } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { keeps, MAX_OFFSET } from '../metadata/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';
import { type CopySource, copySource } from './copy-source.ts';

/**
 * FSCTL_DUPLICATE_EXTENTS_TO_FILE and _EX, [MS-SMB2] 3.3.5.15.17 and 3.3.5.15.18, [MS-FSA]
 * 2.1.5.10.4 and 2.1.5.10.5: the open's file shares blocks of another. It is one call of the file
 * system, so it is atomic whether or not the client asks for that.
 */
export async function duplicateExtents(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const target = ctx.fileOpen(request.fileId);
  requireGranted(target, FSCTL_NEEDS.get(request.ctlCode));
  const codec: Codec<DuplicateExtentsData> =
    request.ctlCode === FsctlCode.DUPLICATE_EXTENTS_TO_FILE ? duplicateExtentsData : duplicateExtentsDataEx;
  const wanted = decode(codec, request.input);
  const { sourceFileOffset: from, targetFileOffset: to, byteCount } = wanted;
  if (from < 0n || to < 0n || byteCount < 0n || from + byteCount > MAX_OFFSET || to + byteCount > MAX_OFFSET) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'range');
  }
  const source = await copySource(wanted.sourceFileId, ctx, NtStatus.STATUS_INVALID_HANDLE);
  try {
    if (target.handle.kind !== 'file' || !keeps(target.tree.share, target.handle, 'blockCloning')) {
      throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'no file whose blocks can be shared');
    }
    const moved = await ctx.server.fileEnds.inTurn(target.key, () => share(source, target, wanted, ctx));
    if (moved) ctx.server.wrote(target, NotifyFilter.SIZE | NotifyFilter.LAST_WRITE);
  } finally {
    await source.end();
  }
  return new Uint8Array(0);
}

/** Shares the blocks. False if the range is empty. */
async function share(
  source: CopySource,
  target: FileOpen,
  { sourceFileOffset: from, targetFileOffset: to, byteCount }: DuplicateExtentsData,
  { server }: RequestContext,
): Promise<boolean> {
  const { handle } = source;
  if (handle.kind !== 'file' || handle.cloneTo === undefined) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the source is no file that can be cloned');
  }
  const [sourceStat, targetStat] = [await handle.stat(), await target.handle.stat()];
  // [MS-FSCC] 2.3.8
  if (from + byteCount > wholeBlocks(sourceStat.size)) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, "behind the source's end");
  }
  const isOverlap = source.key === target.key && from < to + byteCount && to < from + byteCount;
  if (isOverlap) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'the ranges overlap');
  const isSparse = (attributes: number): boolean => (attributes & FileAttributes.SPARSE_FILE) !== 0;
  if (isSparse(sourceStat.attributes) && !isSparse(targetStat.attributes)) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'of a sparse file to one that is not');
  }
  // The target does not grow: clients set its size first. The last block of the source may be cut.
  const length = [byteCount, sourceStat.size - from, targetStat.size - to].reduce((a, b) => (a < b ? a : b));
  if (length <= 0n) return false;
  // Windows looks at no byte-range locks here, as smbtorture's dup_extents_src_lock and _dest_lock
  // show: a lock is about reads and writes.
  try {
    await changeBytes(server, target, () => handle.cloneTo!(target.handle, from, to, length));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'cross-device') {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the source is on another volume', { cause: error });
    }
    throw error;
  }
  return true;
}

/** Clients count in whole clusters, though the file ends within its last one. */
function wholeBlocks(size: bigint): bigint {
  return ((size + CLUSTER - 1n) / CLUSTER) * CLUSTER;
}

const CLUSTER = 4096n;
