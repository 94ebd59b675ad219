import type { Vfs, VfsWatchEvent } from '@tsmbd/vfs-adapter';
import { alteredVfs } from './altered-vfs.ts';

type Tell = (event: VfsWatchEvent) => void;

/**
 * A back end in memory, and what tells whoever watches in it that a local program changed a name.
 */
export function toldVfs(memory?: Vfs) {
  const tells: Tell[] = [];
  const vfs = alteredVfs((handle) => {
    Object.defineProperty(handle, 'watch', {
      value: (_recursive: boolean, tell: Tell) => {
        tells.push(tell);
        return { complete: true, close: () => {} };
      },
    });
  }, memory);
  const tell = (type: 'added' | 'renamed-from' | 'renamed-to', name: string): void => {
    for (const each of tells) each({ type, path: [name], directory: false });
  };
  return { vfs, tell };
}
