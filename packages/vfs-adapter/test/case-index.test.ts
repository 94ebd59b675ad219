import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createPosixVfs } from '../src/index.ts';
import { CaseIndex } from '../src/posix/case-index.ts';
import { At, O } from '../src/posix/constants.ts';
import { libc } from '../src/posix/libc.ts';

const COUNT = 6000;

/** A folder in memory with many names, and an open descriptor of it. */
function manyNames(): { root: string; fd: number } {
  const root = mkdtempSync('/dev/shm/tsmbd-case-index-');
  for (let i = 0; i < COUNT; i++) writeFileSync(join(root, `Name-${String(i).padStart(8, '0')}`), '');
  return { root, fd: libc().openat(At.FDCWD, root, O.RDONLY | O.DIRECTORY) };
}

test('a large directory is not read at once, wherever it is', async (t) => {
  const { root, fd } = manyNames();
  const c = libc();
  // Each piece that is read has about 2,000 names.
  let pieces = 0;
  let most = 0;
  const counting = Object.create(c, {
    getdents: {
      value: (...args: Parameters<typeof c.getdents>) => {
        pieces += 1;
        most = Math.max(most, pieces);
        return c.getdents(...args);
      },
    },
    openat: { value: c.openat.bind(c) },
    close: { value: c.close.bind(c) },
    statFd: { value: c.statFd.bind(c) },
    statAt: { value: c.statAt.bind(c) },
    address: { value: c.address.bind(c) },
    stat: { value: c.stat },
  }) as typeof c;
  const index = new CaseIndex(counting);
  index.buildNow(fd);
  t.is(pieces, 2, 'it was seen to be large, and left');
  t.false(index.find(fd, 'name-00000007').known);
  await index.build(fd, true);
  t.deepEqual(index.find(fd, 'name-00000007'), { known: true, name: 'Name-00000007' });
  c.close(fd);
  rmSync(root, { recursive: true });
});

test('names of a large directory in memory are found in any letter case', async (t) => {
  const { root, fd } = manyNames();
  libc().close(fd);
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open(['nAME-00005999'], { disposition: 'open', kind: 'file', data: 'none' });
  t.is(handle.kind, 'file');
  await handle.close();
  await t.throwsAsync(async () => vfs.open(['none'], { disposition: 'open', kind: 'file', data: 'none' }));
  await vfs.dispose();
  rmSync(root, { recursive: true });
});
