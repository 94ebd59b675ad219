import { CloseFlags, type CloseRequest, type CloseResponse } from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import { closeOpen } from '../files/index.ts';
import { type NetworkOpenValues, networkOpenValues } from '../metadata/index.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';

/** CLOSE, [MS-SMB2] 3.3.5.10. */
export async function handleClose(request: CloseRequest, ctx: RequestContext): Promise<CloseResponse> {
  const open = ctx.open(request.fileId);
  // The open leaves the table before the first await, so that a second CLOSE cannot find it.
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
 * Requests that came before the CLOSE are answered from an Open that still exists. Then the file's
 * final attributes are read.
 */
async function lastOf(server: Engine, open: FileOpen, wanted: boolean): Promise<NetworkOpenValues | undefined> {
  await open.listing;
  await server.fileEnds.ended(open.key);
  return wanted ? valuesIfAny(server, open) : undefined;
}

/**
 * If the back end cannot answer, the client does not get the attributes, but its CLOSE succeeds.
 */
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
