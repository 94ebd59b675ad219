import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  FileAttributes,
  fileAllocatedRange,
  fileAllocatedRanges,
  fileSetSparseBuffer,
  fileZeroDataInformation,
  type IoctlRequest,
  NotifyFilter,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { changeBytes } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';

const NOTHING = new Uint8Array(0);

function sparseFile(request: IoctlRequest, ctx: RequestContext): FileOpen {
  const open = ctx.fileOpen(request.fileId);
  if (open.handle.kind !== 'file' || !open.tree.share.vfs!.features.sparse) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'no sparse files here');
  }
  return open;
}

/**
 * FSCTL_SET_SPARSE, [MS-FSA] 2.1.5.10.36. Every POSIX file can have holes, so only the attribute is
 * kept.
 */
export async function setSparse(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const target = ctx.fileOpen(request.fileId);
  if (target.handle.kind === 'directory') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a directory');
  const open = sparseFile(request, ctx);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  // A request without any buffer means TRUE.
  const sparse = request.input.length === 0 || decode(fileSetSparseBuffer, request.input).setSparse;
  const { attributes } = await open.handle.stat();
  const bit = FileAttributes.SPARSE_FILE;
  await open.handle.set({ attributes: sparse ? attributes | bit : attributes & ~bit });
  return NOTHING;
}

/** FSCTL_SET_ZERO_DATA, [MS-FSA] 2.1.5.10.37. */
export async function setZeroData(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = sparseFile(request, ctx);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  const { fileOffset, beyondFinalZero } = decode(fileZeroDataInformation, request.input);
  if (fileOffset < 0n || beyondFinalZero < fileOffset) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'range');
  }
  const length = beyondFinalZero - fileOffset;
  requireUnlocked(ctx.server, open, fileOffset, length, true);
  await changeBytes(ctx.server, open, () => (length > 0n ? open.handle.zero(fileOffset, length) : undefined));
  ctx.server.wrote(open, NotifyFilter.LAST_WRITE);
  return NOTHING;
}

/**
 * A file without the SPARSE_FILE attribute is reported as allocated throughout, whatever holes the
 * system has made in it.
 */
function wholeFile(offset: bigint, length: bigint, size: bigint): { offset: bigint; length: bigint }[] {
  const end = offset + length < size ? offset + length : size;
  return end > offset ? [{ offset, length: end - offset }] : [];
}

/**
 * The most ranges in one answer, however much room the client has. The client asks for the ranges
 * behind them in a further request.
 */
export const MAX_RANGES = 4096;

/** FSCTL_QUERY_ALLOCATED_RANGES, [MS-FSA] 2.1.5.10.22. */
export async function queryAllocatedRanges(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = sparseFile(request, ctx);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  const { fileOffset, length } = decode(fileAllocatedRange, request.input);
  if (fileOffset < 0n || length < 0n || fileOffset + length > 0x7fff_ffff_ffff_ffffn) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'range');
  }
  if (length === 0n) return NOTHING;
  const stat = await open.handle.stat();
  const room = Math.floor(request.maxOutputResponse / 16);
  const fit = Math.min(room, MAX_RANGES);
  // The server asks for one range more than it reports, to know whether there are more.
  const ranges =
    (stat.attributes & FileAttributes.SPARSE_FILE) === 0
      ? wholeFile(fileOffset, length, stat.size)
      : await open.handle.allocatedRanges(fileOffset, length, fit + 1);
  if (ranges.length > 0 && fit === 0) throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, 'no room for a range');
  if (ranges.length > fit) ctx.status = NtStatus.STATUS_BUFFER_OVERFLOW;
  return encode(
    fileAllocatedRanges,
    ranges.slice(0, fit).map((r) => ({ fileOffset: r.offset, length: r.length })),
  );
}
