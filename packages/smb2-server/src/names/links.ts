import { type AskedLink, type LinkId, linkForbids } from '@tsmbd/oplock-lease';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Engine } from '../model/index.ts';
import { placeKey, placeOf } from './places.ts';

/*
 * A file may have several names: which of them is to be deleted is said of the one that was opened.
 * Here is what the file's state knows a name by. [MS-FSA] 2.1.1.5
 */

/** Names the link of a file that is at this path of the share. */
export function linkAt(share: Share, path: VfsPath): LinkId {
  return placeKey(placeOf(share, path));
}

/** A link, and whether the file has others. */
export interface OpenedLink extends AskedLink {
  readonly link: LinkId;
  readonly isOnlyLink: boolean;
}

/** The link by which `handle`, of a file or a stream of one, was opened as `path`. */
export async function openedLink(share: Share, path: VfsPath, handle: VfsHandle, stat: VfsStat): Promise<OpenedLink> {
  const file = handle.file ?? handle;
  const isOnlyLink = file.kind === 'directory' || stat.linkCount <= 1;
  // A link to a folder leads to a name by another path: of a file with several names it has to be
  // known which it is.
  return { link: linkAt(share, isOnlyLink ? path : await file.path()), isOnlyLink };
}

/** Is the name that was opened about to go? */
export async function isNameGoing(server: Engine, share: Share, path: VfsPath, handle: VfsHandle): Promise<boolean> {
  const isAny = (server.authority.peek(handle.identity)?.deletedLinks.size ?? 0) > 0;
  if (!isAny) return false;
  const link = await openedLink(share, path, handle, await handle.stat());
  const state = server.authority.peek(handle.identity);
  return state !== undefined && linkForbids(state, link);
}
