import { decode, encode, SecurityInformation, securityDescriptor, selectParts } from '@tsmbd/ms-dtyp';
import { FileAction, NotifyFilter, NtStatus, type QueryInfoRequest, type SetInfoRequest } from '@tsmbd/smb2-codec';
import { changedDescriptor, currentDescriptor, identityIn, requireParts, storable } from '../access/index.ts';
import { nameChanges } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { keeps } from '../metadata/index.ts';
import type { FileOpen, RequestContext } from '../model/index.ts';

/** The largest stored descriptor in bytes: what fits into its xattr. */
const MAX_DESCRIPTOR = 60_000;

/** QUERY_INFO of SMB2_0_INFO_SECURITY, [MS-SMB2] 3.3.5.20.3. */
export async function querySecurity(
  request: QueryInfoRequest,
  open: FileOpen,
  ctx: RequestContext,
): Promise<Uint8Array> {
  const parts = request.additionalInformation;
  requireParts(open, parts, 'read');
  const bytes = encode(securityDescriptor, selectParts(await currentDescriptor(open.tree, open.handle), parts));
  if (bytes.length > request.outputBufferLength) {
    // [MS-SMB2] 3.3.5.20.3: the error says how many bytes the descriptor takes.
    ctx.errorData = new Uint8Array(4);
    new DataView(ctx.errorData.buffer).setUint32(0, bytes.length, true);
    throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, `descriptor has ${bytes.length} bytes`);
  }
  return bytes;
}

/** SET_INFO of SMB2_0_INFO_SECURITY, [MS-SMB2] 3.3.5.21.3 and [MS-FSA] 2.1.5.17. */
export async function setSecurity(request: SetInfoRequest, open: FileOpen, ctx: RequestContext): Promise<void> {
  const parts = request.additionalInformation;
  requireParts(open, parts, 'write');
  if (!keeps(open.tree.share, open.handle, 'securityDescriptors')) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'the share keeps no descriptors');
  }
  // The descriptor is decoded before anything is stored, so that a malformed one is never stored
  // and read back.
  const given = decode(securityDescriptor, request.buffer);
  // Handles that other clients keep in their caches were opened with the old rights. [MS-FSA]
  // 2.1.5.17, 2.1.4.12
  await nameChanges(ctx, open);
  const before = await currentDescriptor(open.tree, open.handle);
  const { share } = open.tree;
  const who = identityIn(share, ctx.session);
  const changed = changedDescriptor(before, given, parts, who, share.keepsAutoInherited);
  if (changed === undefined) return;
  const { bytes, posix } = storable(
    changed,
    await (open.handle.file ?? open.handle).stat(),
    open.tree,
    ownerChange(parts),
  );
  if (bytes.length > MAX_DESCRIPTOR) throw new StatusError(NtStatus.STATUS_INVALID_ACL, 'descriptor too large');
  await open.handle.setSecurityDescriptor(bytes, posix);
  ctx.server.changed(open, FileAction.MODIFIED, NotifyFilter.SECURITY);
}

function ownerChange(parts: number): 'set-owner' | 'keep-owner' {
  return (parts & (SecurityInformation.OWNER | SecurityInformation.GROUP)) === 0 ? 'keep-owner' : 'set-owner';
}
