import { sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { FileOpen } from '../model/index.ts';
import { shortName } from './short-name.ts';
import { isSnapshotName, withoutSnapshot } from './snapshot-path.ts';

/**
 * The path of an open below the share's root as clients write it, with the name of the open stream.
 */
export function openedPath({ path, handle }: FileOpen): string {
  const { streamName } = handle;
  return `${withoutSnapshot(path).join('\\')}${streamName === undefined ? '' : `:${streamName}`}`;
}

/**
 * True if the open is of this name, by which a client refers to it. Letter case is ignored, and a
 * short name, or the name of a snapshot, counts as in a CREATE.
 */
export function isOpenOf(
  open: FileOpen,
  { path, stream }: { readonly path: VfsPath; readonly stream?: string | undefined },
): boolean {
  const { handle, tree } = open;
  const own = withoutSnapshot(open.path);
  const asked = own === open.path ? path : path.filter((name) => !isSnapshotName(name));
  if (own.length !== asked.length || !sameName(handle.streamName ?? '', stream ?? '')) return false;
  return own.every((name, i) => isNameOf(tree.share, name, asked[i]!));
}

function isNameOf({ shortNamePrefix }: Share, name: string, asked: string): boolean {
  if (sameName(name, asked)) return true;
  return shortNamePrefix !== undefined && shortName(name, shortNamePrefix) === asked.toUpperCase();
}
