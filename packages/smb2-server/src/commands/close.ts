import { CloseFlags, type CloseRequest, type CloseResponse } from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, orElse, VfsError, type VfsStat } from '@tsmbd/vfs-adapter';
import { closeOpen } from '../files/index.ts';
import { type NetworkOpenValues, networkOpenValues } from '../metadata/index.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';

/** CLOSE, [MS-SMB2] 3.3.5.10. If nothing has to be waited for, it is answered at once. */
export function handleClose(request: CloseRequest, ctx: RequestContext): MaybePromise<CloseResponse> {
  const { server } = ctx;
  const open = ctx.open(request.fileId);
  // The open leaves the table before anything is waited for, so that a second CLOSE cannot find it.
  ctx.session.opens.delete(open.fileId.volatile);
  const wanted = (request.flags & CloseFlags.POSTQUERY_ATTRIB) !== 0;
  const last = orElse(
    () => (open.kind === 'file' ? lastOf(server, open, wanted) : undefined),
    async (error) => {
      await closeOpen(server, open);
      throw error;
    },
  );
  return chain(last, (values) => chain(closeOpen(server, open), () => responseOf(values)));
}

function responseOf(values: NetworkOpenValues | undefined): CloseResponse {
  return values === undefined ? NO_VALUES : { flags: CloseFlags.POSTQUERY_ATTRIB, ...values };
}

/**
 * Requests that came before the CLOSE are answered from an Open that still exists. Then the file's
 * final attributes are read.
 */
function lastOf(server: Engine, open: FileOpen, wanted: boolean): MaybePromise<NetworkOpenValues | undefined> {
  return chain(open.listing, () =>
    chain(server.fileEnds.ended(open.key), () => (wanted ? valuesIfAny(server, open) : undefined)),
  );
}

/**
 * If the back end cannot answer, the client does not get the attributes, but its CLOSE succeeds.
 */
function valuesIfAny(server: Engine, open: FileOpen): MaybePromise<NetworkOpenValues | undefined> {
  const values = (stat: VfsStat): NetworkOpenValues =>
    networkOpenValues(server.times.seen(open, stat), open.tree.share);
  return orElse<NetworkOpenValues | undefined>(
    () => chain(server.times.closed(open), () => chain(open.handle.stat(), values)),
    (error) => {
      if (error instanceof VfsError) return undefined;
      throw error;
    },
  );
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
