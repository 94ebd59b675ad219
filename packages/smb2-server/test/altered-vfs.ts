import { createMemoryVfs, type Vfs, type VfsHandle } from '@tsmbd/vfs-adapter';

/** A back end whose handles a test changes when they have been opened. */
export function alteredVfs(alter: (handle: VfsHandle) => void, inner: Vfs = createMemoryVfs()): Vfs {
  return {
    features: inner.features,
    statFs: () => inner.statFs(),
    dispose: () => inner.dispose(),
    async open(path, options) {
      const opened = await inner.open(path, options);
      alter(opened.handle);
      return opened;
    },
  };
}
