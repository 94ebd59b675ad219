import { sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import type { FileOpen } from '../model/index.ts';
import { samePath } from './path.ts';
import { withoutSnapshot } from './snapshot-path.ts';

/**
 * The path of an open below the share's root as clients write it, with the name of the open stream.
 */
export function openedPath({ path, handle }: FileOpen): string {
  const { streamName } = handle;
  return `${withoutSnapshot(path).join('\\')}${streamName === undefined ? '' : `:${streamName}`}`;
}

/** True if the open is of this name, by which a client refers to it. Letter case is ignored. */
export function isOpenOf(
  open: FileOpen,
  { path, stream }: { readonly path: VfsPath; readonly stream?: string | undefined },
): boolean {
  return samePath(withoutSnapshot(open.path), path) && sameName(open.handle.streamName ?? '', stream ?? '');
}
