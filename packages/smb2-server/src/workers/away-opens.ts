import type { VfsHandle } from '@tsmbd/vfs-adapter';
import { type AwayOpen, type Engine, newChannelSequence, newFileOpen, type RequestContext } from '../model/index.ts';
import type { Homes } from './homes.ts';
import type { OpenedAway } from './messages.ts';

/**
 * Makes the record of an open that is at home at another worker. If `handle` is of the open's file,
 * this worker reads the file itself and lists the directory itself, for as long as the word that
 * belongs to the file says that nobody has locked anything in it: eight clients that read one file
 * keep eight cores busy.
 *
 * @param handle what the CREATE had opened here; closed here if it is of no use
 */
export async function awayOpen(
  ctx: RequestContext,
  worker: number,
  opened: OpenedAway,
  homes: Homes,
  handle: VfsHandle | undefined,
): Promise<AwayOpen> {
  const fileId = ctx.chain.fileId!;
  const { tree } = ctx;
  const { isRepeatable } = opened;
  const isOurs = handle !== undefined && handle.identity === opened.key && handle.file === undefined;
  if (!isOurs || (handle.kind !== 'file' && handle.kind !== 'directory') || tree.share.kernelOplocks === true) {
    await closeHere(ctx.server, handle);
    return { worker, tree, fileId, isRepeatable, hash: undefined, standIn: undefined };
  }
  const { server } = ctx;
  const standIn = newFileOpen({
    id: server.newOpenId(),
    fileId,
    session: ctx.session,
    tree,
    grantedAccess: opened.grantedAccess,
    openedAt: server.env.wallTime(),
    sequence: newChannelSequence(ctx.header.status),
    handle,
    lease: undefined,
    askedLease: undefined,
    desiredAccess: undefined,
    shareAccess: opened.shareAccess,
    createOptions: opened.createOptions,
    deleteOnClose: false,
    mode: 0,
    path: opened.path,
    createAction: 0,
    clientGuid: ctx.connection.clientGuid,
    createGuid: undefined,
    appInstance: undefined,
  });
  server.descriptors.opened(standIn);
  return { worker, tree, fileId, isRepeatable, hash: homes.hashOf(opened.key), standIn };
}

/**
 * Closes what a CREATE, or an open, has of its file here. If that fails, it changes nothing about
 * the request: its home has carried it out.
 */
export async function closeHere(server: Engine, handle: VfsHandle | undefined): Promise<void> {
  try {
    await handle?.close();
  } catch (error) {
    server.env.log('warn', 'vfs', 'a file that is at home elsewhere could not be closed cleanly', { error });
  }
}

/** Ends the part of an open that is at this worker. The home ends the rest. */
export async function endStandIn(server: Engine, { standIn }: AwayOpen): Promise<void> {
  if (standIn === undefined || standIn.closed) return;
  standIn.closed = true;
  try {
    await standIn.listing;
    standIn.enumeration?.cursor.close();
  } finally {
    await closeHere(server, standIn.handle);
    server.descriptors.closed(standIn);
  }
}
