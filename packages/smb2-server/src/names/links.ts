import { type AskedLink, type LinkId, linkForbids } from '@tsmbd/oplock-lease';
import { chain, type MaybePromise, type VfsHandle, type VfsPath, type VfsStat } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Engine } from '../model/index.ts';
import { placeKey, placeOf } from './places.ts';

/*
 * A file may have several names (links). A deletion concerns the name by which the file was opened.
 * This file makes the LinkId by which the file's state knows a name. [MS-FSA] 2.1.1.5
 */

/** The LinkId of the name that a file has at this path of the share. */
export function linkAt(share: Share, path: VfsPath): LinkId {
  return placeKey(placeOf(share, path));
}

/** A link, and whether the file has others. */
export interface OpenedLink extends AskedLink {
  readonly link: LinkId;
  readonly isOnlyLink: boolean;
}

/**
 * The link by which `handle` was opened as `path`. `handle` is of a file or of one of its streams.
 */
export function openedLink(share: Share, path: VfsPath, handle: VfsHandle, stat: VfsStat): MaybePromise<OpenedLink> {
  const file = handle.file ?? handle;
  const isOnlyLink = file.kind === 'directory' || stat.linkCount <= 1;
  // If the path goes through a symbolic link to a folder, the file's name has another path. For a
  // file with several names, the server must know which of them was opened.
  if (isOnlyLink) return { link: linkAt(share, path), isOnlyLink };
  return chain(file.path(), (exact) => ({ link: linkAt(share, exact), isOnlyLink }));
}

/** Is the name that was opened about to be deleted? */
export async function isNameGoing(server: Engine, share: Share, path: VfsPath, handle: VfsHandle): Promise<boolean> {
  server.workers?.requireHere((handle.file ?? handle).identity);
  const isAny = (server.authority.peek(handle.identity)?.deletedLinks.size ?? 0) > 0;
  if (!isAny) return false;
  const link = await openedLink(share, path, handle, await handle.stat());
  const state = server.authority.peek(handle.identity);
  return state !== undefined && linkForbids(state, link);
}
