import { CloseFlags, type CloseRequest, type CloseResponse } from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import { closeOpen } from '../files/index.ts';
import { type NetworkOpenValues, networkOpenValues } from '../metadata/index.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';

/** CLOSE, [MS-SMB2] 3.3.5.10. */
export async function handleClose(request: CloseRequest, ctx: RequestContext): Promise<CloseResponse> {
  const open = ctx.open(request.fileId);
  // Out of the table before the first await, so that a second CLOSE cannot find it.
  ctx.session.opens.delete(open.fileId.volatile);
  const wanted = (request.flags & CloseFlags.POSTQUERY_ATTRIB) !== 0;
  let values: NetworkOpenValues | undefined;
  try {
    if (open.kind === 'file') values = await lastOf(ctx.server, open, wanted);
  } finally {
    await closeOpen(ctx.server, open);
  }
  return values === undefined ? NO_VALUES : { flags: CloseFlags.POSTQUERY_ATTRIB, ...values };
}

/**
 * What was asked before the CLOSE is answered from an Open that is still there; then what the file
 * is like at its end.
 */
async function lastOf(server: Engine, open: FileOpen, wanted: boolean): Promise<NetworkOpenValues | undefined> {
  await open.listing;
  await server.fileEnds.ended(open.key);
  return wanted ? valuesIfAny(server, open) : undefined;
}

/** A back end that cannot answer costs the client its attributes, not its CLOSE. */
async function valuesIfAny(server: Engine, open: FileOpen): Promise<NetworkOpenValues | undefined> {
  try {
    await server.times.closed(open);
    return networkOpenValues(server.times.seen(open, await open.handle.stat()), open.tree.share);
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

const NO_VALUES: CloseResponse = {
  flags: 0,
  creationTime: 0n,
  lastAccessTime: 0n,
  lastWriteTime: 0n,
  changeTime: 0n,
  allocationSize: 0n,
  endOfFile: 0n,
  fileAttributes: 0,
};
