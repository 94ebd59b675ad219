import { linkOf } from '@tsmbd/oplock-lease';
import { FileAction, NotifyFilter, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { requireAddRight, requireLinkable, requireNameable } from '../access/index.ts';
import { nameChanges, othersGiveWay, untilElsewhere } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { type FileOpen, type Move, type RequestContext, tellRenamed } from '../model/index.ts';
import { isSnapshotName, linkAt, parsePath, placeOf, samePath, whereIs } from '../names/index.ts';
import { isDeletePending } from './disposition.ts';
import { renameStream } from './rename-stream.ts';
import { replacing } from './replaced.ts';

interface NewName {
  readonly replaceIfExists: boolean;
  readonly rootDirectory: bigint;
  readonly fileName: string;
}

/** FileRenameInformation, [MS-FSA] 2.1.5.15.11. */
export async function renameFile(request: NewName, open: FileOpen, ctx: RequestContext): Promise<void> {
  if (request.fileName.startsWith(':')) {
    if (request.rootDirectory !== 0n) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'RootDirectory');
    return renameStream(request.fileName, request.replaceIfExists, open, ctx);
  }
  if (open.handle.file !== undefined) {
    // Windows opens the directory of the new name before it notices that the new name of a stream
    // has none.
    checkParentSharing(open, ctx);
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a stream is renamed in its file');
  }
  const to = await targetOf(request, open, ctx);
  const { server } = ctx;
  const directory = open.handle.kind === 'directory';
  // Whatever has to be waited for comes first, so that the checks see the state after the wait.
  await nameChanges(ctx, open);
  if (directory) await belowGivesWay(ctx, open);
  if (isDeletePending(server, open)) {
    throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
  }
  if (directory && server.opens.hasBelow(whereIs(open))) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'something below the directory is open');
  }
  checkParentSharing(open, ctx);
  await checkElsewhere(open, ctx);
  await requireAddRight(open.tree, to, directory);
  const from = open.path;
  const { share } = open.tree;
  const move = async (replace: boolean): Promise<void> => {
    // While the target was looked at, somebody may have opened something below the directory.
    if (directory) await checkElsewhere(open, ctx);
    if (directory && server.opens.hasBelow(whereIs(open))) {
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'something below the directory is open');
    }
    const moved: Move = { key: open.key, from: placeOf(share, from), to: placeOf(share, to) };
    const state = server.authority.peek(open.key);
    const link = state && linkOf(state, open.id);
    // A persistent open is found again by its name after a restart.
    await server.persistent.whileMoving(moved, async () => {
      await open.handle.rename(to, replace);
      server.count('renames');
      server.opens.moved(moved);
      if (directory) await server.workers?.moved(moved);
    });
    if (link !== undefined) {
      server.authority.apply(open.key, { type: 'move-link', from: link, to: linkAt(share, to) });
    }
  };
  if (samePath(from, to)) await move(request.replaceIfExists);
  else await replacing(to, request.replaceIfExists, open, ctx, move);
  tellRenamed(server, open, from, to);
  const filter = directory ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME;
  if (samePath(from.slice(0, -1), to.slice(0, -1))) {
    server.changed(open, FileAction.RENAMED_OLD_NAME, filter, from);
    server.changed(open, FileAction.RENAMED_NEW_NAME, filter, to);
  } else {
    server.changed(open, FileAction.REMOVED, filter, from);
    server.changed(open, FileAction.ADDED, filter, to);
  }
  // As on Windows for a file, though not for a directory: a client that does not watch names is
  // told that something changed.
  if (!directory) server.notify.changed(share, to, FileAction.MODIFIED, RENAMED, NotifyFilter.FILE_NAME);
}

/** FileLinkInformation, [MS-FSA] 2.1.5.15.6. */
export async function linkFile(request: NewName, open: FileOpen, ctx: RequestContext): Promise<void> {
  const to = await targetOf(request, open, ctx);
  if (open.handle.kind === 'directory') throw new StatusError(NtStatus.STATUS_FILE_IS_A_DIRECTORY, 'a directory');
  await requireAddRight(open.tree, to, false);
  await nameChanges(ctx, open);
  await requireLinkable(open.tree, open.handle);
  await replacing(to, request.replaceIfExists, open, ctx, async (replace) => {
    await open.handle.link(to, replace);
  });
  ctx.server.changed(open, FileAction.ADDED, NotifyFilter.FILE_NAME, to);
}

/**
 * Has the clients that only cache handles of what is below the directory give them up, at all
 * workers.
 */
async function belowGivesWay(ctx: RequestContext, open: FileOpen): Promise<void> {
  const { server } = ctx;
  await othersGiveWay(ctx, open, keysOf(server.opens.below(whereIs(open))));
  const wait = await server.workers?.belowGivesWay(whereIs(open));
  if (wait !== undefined) await untilElsewhere(ctx, open, wait());
}

/** Checks against the opens of the other workers what was checked against this worker's. */
async function checkElsewhere(open: FileOpen, { server }: RequestContext): Promise<void> {
  const { workers } = server;
  if (workers === undefined) return;
  if (open.handle.kind === 'directory') {
    if (!(await workers.isBelowOpen(whereIs(open)))) return;
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'something below the directory is open');
  }
  if (await workers.isStrict(placeOf(open.tree.share, open.path.slice(0, -1)))) throw strict();
}

function keysOf(opens: Iterable<FileOpen>): string[] {
  return [...opens].map(({ key }) => key);
}

async function targetOf(request: NewName, open: FileOpen, ctx: RequestContext): Promise<VfsPath> {
  // [MS-SMB2] 2.2.39: RootDirectory is zero for network operations.
  if (request.rootDirectory !== 0n) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'RootDirectory');
  const name = request.fileName.startsWith('\\') ? request.fileName.slice(1) : request.fileName;
  const written = parsePath(name);
  const { shortNames } = ctx.server;
  const isShort = shortNames.mayBeIn(open.tree.share, written);
  const to = isShort ? await shortNames.longPath(open.tree, written) : written;
  requireNameable(open.tree.share, to);
  if (open.tree.share.vfs!.snapshots !== undefined && to.some(isSnapshotName)) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'the name of a snapshot');
  }
  if (to.length === 0) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'empty name');
  if (open.path.length === 0) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, "the share's root");
  return to;
}

/**
 * Checks that the other opens of the file's directory permit a rename. For a rename, Windows opens
 * the directory to add an entry, and that open shares reads and writes. It fails if others may
 * delete the directory or do not share writes. [MS-SMB2] 3.3.5.21.1
 */
function checkParentSharing(open: FileOpen, ctx: RequestContext): void {
  if (open.handle.kind === 'directory') return;
  if (ctx.server.opens.isStrict(placeOf(open.tree.share, open.path.slice(0, -1)))) throw strict();
}

function strict(): StatusError {
  return new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'the directory is open, and not for this');
}

const RENAMED = NotifyFilter.ATTRIBUTES | NotifyFilter.CREATION;
