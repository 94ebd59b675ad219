import { sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import type { FileOpen } from '../model/index.ts';
import { samePath } from './path.ts';

/** The path below the share's root as clients write it, with the stream that is open. */
export function openedPath({ path, handle }: FileOpen): string {
  const { streamName } = handle;
  return `${path.join('\\')}${streamName === undefined ? '' : `:${streamName}`}`;
}

/** The open is of that name, which a client takes it by. Letter case is ignored. */
export function isOpenOf(
  open: FileOpen,
  { path, stream }: { readonly path: VfsPath; readonly stream?: string | undefined },
): boolean {
  return samePath(open.path, path) && sameName(open.handle.streamName ?? '', stream ?? '');
}
