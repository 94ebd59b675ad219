import { FsctlCode, type IoctlRequest, type IoctlResponse, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import {
  copyChunk,
  createOrGetObjectId,
  duplicateExtents,
  enumerateSnapshots,
  getCompression,
  getIntegrity,
  getReparsePoint,
  networkInterfaces,
  pipePeek,
  pipeTransceive,
  pipeWait,
  queryAllocatedRanges,
  queryFileRegions,
  requestResiliency,
  requestResumeKey,
  setCompression,
  setIntegrity,
  setSparse,
  setZeroData,
  TORTURE,
  trimFile,
  validateNegotiateInfo,
} from '../fsctl/index.ts';
import type { Open, RequestContext } from '../model/index.ts';

const IS_FSCTL = 0x0000_0001;

type Fsctl = (request: IoctlRequest, ctx: RequestContext) => Uint8Array | Promise<Uint8Array>;

/** The FSCTLs of [MS-FSCC] 2.3 and [MS-SMB2] 2.2.31 that this server supports. */
const FSCTLS: ReadonlyMap<number, Fsctl> = new Map<number, Fsctl>([
  [FsctlCode.VALIDATE_NEGOTIATE_INFO, validateNegotiateInfo],
  [FsctlCode.QUERY_NETWORK_INTERFACE_INFO, networkInterfaces],
  [FsctlCode.DFS_GET_REFERRALS, noDfs],
  [FsctlCode.DFS_GET_REFERRALS_EX, noDfs],
  [FsctlCode.PIPE_TRANSCEIVE, pipeTransceive],
  [FsctlCode.PIPE_WAIT, pipeWait],
  [FsctlCode.PIPE_PEEK, pipePeek],
  [FsctlCode.CREATE_OR_GET_OBJECT_ID, createOrGetObjectId],
  [FsctlCode.GET_REPARSE_POINT, getReparsePoint],
  [FsctlCode.SRV_REQUEST_RESUME_KEY, requestResumeKey],
  [FsctlCode.SRV_COPYCHUNK, copyChunk],
  [FsctlCode.SRV_COPYCHUNK_WRITE, copyChunk],
  [FsctlCode.LMR_REQUEST_RESILIENCY, requestResiliency],
  [FsctlCode.GET_COMPRESSION, getCompression],
  [FsctlCode.SET_COMPRESSION, setCompression],
  [FsctlCode.SET_SPARSE, setSparse],
  [FsctlCode.SET_ZERO_DATA, setZeroData],
  [FsctlCode.QUERY_ALLOCATED_RANGES, queryAllocatedRanges],
  [FsctlCode.SRV_ENUMERATE_SNAPSHOTS, enumerateSnapshots],
  [FsctlCode.QUERY_FILE_REGIONS, queryFileRegions],
  [FsctlCode.FILE_LEVEL_TRIM, trimFile],
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE, duplicateExtents],
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE_EX, duplicateExtents],
  [FsctlCode.GET_INTEGRITY_INFORMATION, getIntegrity],
  [FsctlCode.SET_INTEGRITY_INFORMATION, setIntegrity],
  ...TORTURE.fsctls,
]);

/** FSCTLs whose refusal by a pipe or file still names the FileId first, [MS-SMB2] 3.3.5.15. */
const WITHOUT_FILE: ReadonlySet<number> = new Set([
  FsctlCode.VALIDATE_NEGOTIATE_INFO,
  FsctlCode.QUERY_NETWORK_INTERFACE_INFO,
  FsctlCode.DFS_GET_REFERRALS,
  FsctlCode.DFS_GET_REFERRALS_EX,
  FsctlCode.PIPE_WAIT,
  ...TORTURE.withoutFile,
]);

/** IOCTL, [MS-SMB2] 3.3.5.15. */
export async function handleIoctl(request: IoctlRequest, ctx: RequestContext): Promise<IoctlResponse> {
  const { maxTransactSize } = ctx.connection;
  if (Math.max(request.input.length, request.maxInputResponse, request.maxOutputResponse) > maxTransactSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'more than MaxTransactSize');
  }
  if (request.flags !== IS_FSCTL) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'an IOCTL, not an FSCTL');
  let open: Open | undefined;
  if (!WITHOUT_FILE.has(request.ctlCode)) open = ctx.open(request.fileId);
  const fsctl = FSCTLS.get(request.ctlCode);
  if (fsctl === undefined) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, `FSCTL 0x${request.ctlCode.toString(16)}`);
  }
  const output = await fsctl(request, ctx);
  return {
    ctlCode: request.ctlCode,
    fileId: open?.fileId ?? request.fileId,
    flags: 0,
    input: NOTHING,
    output,
    padding: TORTURE.paddingOf(request.ctlCode),
  };
}

const NOTHING = new Uint8Array(0);

/** [MS-SMB2] 3.3.5.15.2: a server without DFS. */
function noDfs(): never {
  throw new StatusError(NtStatus.STATUS_FS_DRIVER_REQUIRED, 'no DFS');
}
