import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  type FileLevelTrimRange,
  fileLevelTrim,
  fileLevelTrimOutput,
  type IoctlRequest,
  NotifyFilter,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { changeBytes } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import { keeps, MAX_OFFSET } from '../metadata/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';

/** The most ranges that one request trims. The answer says how many were done. */
export const MAX_TRIMS = 1024;
/** What is freed are whole blocks. */
const BLOCK = 4096n;

/**
 * FSCTL_FILE_LEVEL_TRIM, [MS-FSCC] 2.3 and [MS-FSA] 2.1.5.10: the client needs these bytes no
 * more. Whole blocks are freed, and read as zeros then; the rest of a range stays as it is, as the
 * specification allows. It is no hint only: it changes what others read, and has the rules of a
 * write.
 */
export async function trimFile(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  if (open.handle.kind !== 'file' || !keeps(open.tree.share, open.handle, 'sparse')) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'no file that can have holes');
  }
  const { key, ranges } = decode(fileLevelTrim, request.input);
  // [MS-FSCC] 2.3: Key is reserved.
  if (key !== 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'Key');
  const done = ranges.slice(0, MAX_TRIMS);
  if (done.some(({ offset, length }) => offset + length > MAX_OFFSET)) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'range');
  }
  for (const range of done) await trimRange(range, open, ctx);
  if (done.length > 0) ctx.server.wrote(open, NotifyFilter.LAST_WRITE);
  if (request.maxOutputResponse < 4) return new Uint8Array(0);
  return encode(fileLevelTrimOutput, { numRangesProcessed: done.length });
}

async function trimRange(
  { offset, length }: FileLevelTrimRange,
  open: FileOpen,
  { server }: RequestContext,
): Promise<void> {
  const start = ((offset + BLOCK - 1n) / BLOCK) * BLOCK;
  const end = ((offset + length) / BLOCK) * BLOCK;
  requireUnlocked(server, open, offset, length, true);
  if (end > start) await changeBytes(server, open, () => open.handle.zero(start, end - start));
}
