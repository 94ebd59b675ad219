import test from 'ava';
import { createMemoryVfs } from '../src/index.ts';
import { vfsCompliance } from '../src/testing.ts';

for (const caseSensitive of [false, true]) {
  vfsCompliance(
    test,
    () => {
      const vfs = createMemoryVfs({ caseSensitive });
      return { vfs, symlink: (path, target) => vfs.symlink(path, target), end: () => vfs.dispose() };
    },
    { title: caseSensitive ? 'memory, case-sensitive' : 'memory', caseSensitive, many: 5_000 },
  );
}
