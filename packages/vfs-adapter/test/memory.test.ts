import test from 'ava';
import { createMemoryVfs, type MemoryHandle, type MemoryVfs, type VfsPath } from '../src/index.ts';
import { vfsCompliance } from '../src/testing.ts';

for (const caseSensitive of [false, true]) {
  vfsCompliance(
    test,
    () => {
      const vfs = createMemoryVfs({ caseSensitive });
      return {
        vfs,
        symlink: (path, target) => vfs.symlink(path, target),
        // Nobody else can reach it: another handle of the same back end stands for the other
        // process.
        behind: {
          write: (path) => vfs.open(path, { disposition: 'create', kind: 'file', data: 'none' }).handle.close(),
          remove: (path) => withHandle(vfs, path, (handle) => handle.unlink()),
          rename: (path, to) => withHandle(vfs, path, (handle) => handle.rename(to, false)),
        },
        readOnly: () => createMemoryVfs({ caseSensitive, readOnly: true }),
        end: () => vfs.dispose(),
      };
    },
    { title: caseSensitive ? 'memory, case-sensitive' : 'memory', caseSensitive, many: 5_000 },
  );
}

function withHandle(vfs: MemoryVfs, path: VfsPath, act: (handle: MemoryHandle) => void): void {
  const { handle } = vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
  act(handle);
  handle.close();
}

test('who has a file open by the name that another of its names was moved onto still has a name of it', (t) => {
  const vfs = createMemoryVfs();
  const LOOK = { disposition: 'open', kind: 'any', data: 'none' } as const;
  const { handle: x1 } = vfs.open(['x1'], { disposition: 'create', kind: 'file', data: 'none' });
  x1.link(['x2'], false);
  const [again, x2] = [vfs.open(['x1'], LOOK).handle, vfs.open(['x2'], LOOK).handle];
  x1.rename(['X2'], true);
  for (const handle of [x1, again, x2]) t.deepEqual(handle.path(), ['X2']);
  t.is(x2.stat().linkCount, 1);
  x2.unlink();
  t.throws(() => vfs.open(['x2'], LOOK), { message: /not-found/ });
  t.throws(() => x1.unlink(), { message: /not-found/ });
});
