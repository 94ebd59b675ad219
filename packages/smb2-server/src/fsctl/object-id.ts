import { encode, type Guid, guidFromBytes, NULL_GUID } from '@tsmbd/ms-dtyp';
import { type IoctlRequest, NtStatus, objectIdBuffer } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/**
 * FSCTL_CREATE_OR_GET_OBJECT_ID, [MS-FSCC] 2.3.1: FILE_OBJECTID_BUFFER, 64 bytes. The id is made of
 * inode and device, so a file keeps it as long as it exists.
 */
export async function createOrGetObjectId(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = ctx.fileOpen(request.fileId);
  if (request.maxOutputResponse < 64) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'needs 64 bytes');
  const { inode, device } = await open.handle.stat();
  const objectId = guidOf(inode, device);
  return encode(objectIdBuffer, {
    objectId,
    birthVolumeId: guidOf(device, 0n),
    birthObjectId: objectId,
    domainId: NULL_GUID,
  });
}

function guidOf(low: bigint, high: bigint): Guid {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, low, true);
  view.setBigUint64(8, high, true);
  return guidFromBytes(bytes);
}
