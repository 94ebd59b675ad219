import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  ChecksumType,
  getIntegrityInformation,
  type IoctlRequest,
  NtStatus,
  setIntegrityInformation,
} from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';

function integrityOpen(request: IoctlRequest, ctx: RequestContext): FileOpen {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  const { kind } = open.handle;
  if (kind === 'file' || kind === 'directory') return open;
  throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'neither file nor directory');
}

/**
 * FSCTL_GET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3 and [MS-FSA] 2.1.5.10: no file has checksums that
 * a client can see. A file system may have its own; it tells nobody of them.
 */
export async function getIntegrity(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = integrityOpen(request, ctx);
  if (request.maxOutputResponse < 16) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'needs 16 bytes');
  const { handle, tree } = open;
  const { blockSize } = await (handle.statFs?.() ?? tree.share.vfs!.statFs());
  return encode(getIntegrityInformation, {
    checksumAlgorithm: ChecksumType.NONE,
    flags: 0,
    checksumChunkSizeInBytes: 0,
    clusterSizeInBytes: blockSize,
  });
}

/**
 * FSCTL_SET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3: a client may ask for what is so in any case. A
 * client that asks for checksums is refused, and does not believe that it has them.
 */
export function setIntegrity(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  integrityOpen(request, ctx);
  const { checksumAlgorithm } = decode(setIntegrityInformation, request.input);
  if (checksumAlgorithm !== ChecksumType.NONE && checksumAlgorithm !== ChecksumType.UNCHANGED) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `checksum 0x${checksumAlgorithm.toString(16)}`);
  }
  return new Uint8Array(0);
}
