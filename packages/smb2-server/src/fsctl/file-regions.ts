import { decode, encode } from '@tsmbd/ms-dtyp';
import { FileRegionUsage, fileRegionInput, fileRegionOutput, type IoctlRequest, NtStatus } from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { MAX_OFFSET } from '../metadata/index.ts';
import type { RequestContext } from '../model/index.ts';

/** Bytes of an answer with one region, [MS-FSCC] 2.3. */
const ONE_REGION = 40;

/**
 * FSCTL_QUERY_FILE_REGIONS, [MS-FSCC] 2.3 and [MS-FSA] 2.1.5.10: which bytes are valid, and are
 * not zeros only because nobody has written them. Here that is the whole file: the valid data
 * length is its size.
 */
export async function queryFileRegions(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  if (open.handle.kind !== 'file') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a file');
  // A request without input is about all of the file.
  const asked = request.input.length === 0 ? EVERYTHING : decode(fileRegionInput, request.input);
  const { fileOffset, length, usage } = asked;
  if (fileOffset < 0n || length < 0n || fileOffset + length > MAX_OFFSET) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'range');
  }
  if (usage === 0 || (usage & ~KNOWN) !== 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'usage');
  if (request.maxOutputResponse < ONE_REGION) {
    throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, `needs ${ONE_REGION} bytes`);
  }
  const { size } = await open.handle.stat();
  const left = size - fileOffset;
  const regions = left > 0n && length > 0n ? [{ fileOffset, length: lesser(length, left), usage }] : [];
  return encode(fileRegionOutput, { flags: 0, totalRegionEntryCount: regions.length, regions });
}

function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

const KNOWN = FileRegionUsage.VALID_CACHED_DATA | FileRegionUsage.VALID_NONCACHED_DATA;
const EVERYTHING = { fileOffset: 0n, length: MAX_OFFSET, usage: FileRegionUsage.VALID_CACHED_DATA };
