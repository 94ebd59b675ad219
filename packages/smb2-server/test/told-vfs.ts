import { createMemoryVfs, type Vfs, type VfsWatchEvent } from '@tsmbd/vfs-adapter';

type Tell = (event: VfsWatchEvent) => void;

/**
 * A back end in memory, and what tells whoever watches in it that a local program changed a name.
 */
export function toldVfs(memory: Vfs = createMemoryVfs()) {
  const tells: Tell[] = [];
  const vfs: Vfs = {
    features: memory.features,
    statFs: () => memory.statFs(),
    dispose: () => memory.dispose(),
    open: async (path, options) => {
      const opened = await memory.open(path, options);
      Object.defineProperty(opened.handle, 'watch', {
        value: (_recursive: boolean, tell: Tell) => {
          tells.push(tell);
          return { complete: true, close: () => {} };
        },
      });
      return opened;
    },
  };
  const tell = (type: 'added' | 'renamed-from' | 'renamed-to', name: string): void => {
    for (const each of tells) each({ type, path: [name], directory: false });
  };
  return { vfs, tell };
}
