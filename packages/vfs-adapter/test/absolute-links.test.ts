import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs, type Vfs, VfsError, type VfsOpenOptions, type VfsPath } from '../src/index.ts';

const LOOK: VfsOpenOptions = { disposition: 'open', kind: 'any', data: 'none' };
const READ: VfsOpenOptions = { disposition: 'open', kind: 'file', data: 'read' };

interface Place {
  /** Folder of the share. */
  readonly root: string;
  /** Folder around it, with secrets in it. */
  readonly around: string;
  readonly vfs: Vfs;
}

/** A share beside which there are files that nobody may see. */
function place(t: ExecutionContext, where = tmpdir()): Place {
  const around = mkdtempSync(join(where, 'tsmbd-absolute-'));
  const root = join(around, 'share');
  for (const folder of ['share', 'share/d', 'share/d/e', 'share-2', 'other']) mkdirSync(join(around, folder));
  writeFileSync(join(root, 'd', 'f'), 'inside');
  for (const folder of ['share-2', 'other']) writeFileSync(join(around, folder, 'f'), 'secret');
  // The share is named by a path with a link in it.
  symlinkSync('share', join(around, 'named'));
  const vfs = createPosixVfs({ root: join(around, 'named') });
  t.teardown(async () => {
    await vfs.dispose();
    rmSync(around, { recursive: true });
  });
  return { root, around, vfs };
}

async function textOf(vfs: Vfs, path: VfsPath): Promise<string> {
  const { handle } = await vfs.open(path, READ);
  const into = new Uint8Array(100);
  const count = await handle.read(into, 0);
  await handle.close();
  return new TextDecoder().decode(into.subarray(0, count));
}

async function outcome(run: () => unknown): Promise<string> {
  try {
    return String(await run());
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

// Where opens may wait for a disk, and where none does.
for (const where of new Set([tmpdir(), '/dev/shm'])) {
  test(`${where}: an absolute link that stays in the share is followed, however it spells the way`, async (t) => {
    const { root, around, vfs } = place(t, where);
    symlinkSync(join(root, 'd'), join(root, 'folder'));
    symlinkSync(join(around, 'named', 'd', 'f'), join(root, 'as-named'));
    symlinkSync(`${root}//d/./e/../f`, join(root, 'odd'));
    symlinkSync('../folder/e/../odd-2', join(root, 'd', 'chain'));
    symlinkSync(join(root, 'as-named'), join(root, 'd', 'odd-2'));
    symlinkSync(root, join(root, 'd', 'top'));
    symlinkSync(join(root, 'd', 'missing'), join(root, 'dangling'));
    for (const path of [
      ['folder', 'f'],
      ['FOLDER', 'F'],
      ['as-named'],
      ['As-Named'],
      ['odd'],
      ['d', 'chain'],
      ['d', 'top', 'folder', 'top', 'd', 'f'],
    ]) {
      t.is(await textOf(vfs, path), 'inside', path.join('/'));
    }
    for (const path of [['folder', 'missing'], ['dangling'], ['folder', 'chain', 'x']]) {
      t.regex(await outcome(() => vfs.open(path, LOOK)), /^(path-)?not-found$/, path.join('/'));
    }
    const made = await vfs.open(['folder', 'new'], { disposition: 'create', kind: 'file', data: 'write' });
    t.deepEqual(await made.handle.path(), ['d', 'new']);
    await made.handle.rename(['folder', 'e', 'moved'], false);
    await made.handle.close();
    t.deepEqual(readdirSync(join(root, 'd', 'e')), ['moved']);

    const { handle } = await vfs.open([], LOOK);
    const cursor = await handle.list();
    const kinds = (await cursor.next(100)).map(({ name, stat }) => `${name} ${stat.kind}`).toSorted();
    cursor.close();
    await handle.close();
    t.deepEqual(kinds, ['as-named file', 'd directory', 'dangling symlink', 'folder directory', 'odd file']);

    const link = await vfs.open(['as-named'], LOOK);
    await link.handle.unlink();
    await link.handle.close();
    t.is(await textOf(vfs, ['d', 'f']), 'inside', 'the link is removed, not what it names');
  });

  test(`${where}: an absolute link that leaves the share is never followed`, async (t) => {
    const { root, around, vfs } = place(t, where);
    const links: Record<string, string> = {
      other: join(around, 'other'),
      'like-the-root': join(around, 'share-2'),
      'up-again': `${root}/../other`,
      'up-in-the-middle': `${root}/d/../../other`,
      above: around,
      'machine-root': '/',
      'by-proc': '/proc/self/root',
      twice: join(root, 'other'),
      'relative-behind': join(root, 'd', 'out'),
      circle: join(root, 'circle-2'),
      'circle-2': join(root, 'circle'),
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
    symlinkSync('../../other', join(root, 'd', 'out'));
    for (const name of Object.keys(links)) {
      for (const path of [[name], [name, 'f'], [name, 'd', 'f']]) {
        const said = await outcome(() => textOf(vfs, path));
        t.regex(said, /^(access-denied|symlink)$/, path.join('/'));
        const created = await outcome(() => vfs.open(path, { disposition: 'create', kind: 'file', data: 'write' }));
        t.regex(created, /^(access-denied|symlink|exists)$/, path.join('/'));
      }
    }
    t.deepEqual(readdirSync(join(around, 'other')), ['f']);
  });

  test(`${where}: what an absolute link names, swapped for a way out over and over, never lets an open escape`, async (t) => {
    const { root, around, vfs } = place(t, where);
    symlinkSync(join(root, 'd'), join(root, 'folder'));
    const seen = new Set<string>();
    for (let turn = 0; turn < 100; turn++) {
      const reads = [1, 2, 3].map(() => outcome(() => textOf(vfs, ['folder', 'f'])));
      renameSync(join(root, 'd'), join(root, 'kept'));
      symlinkSync(turn % 2 === 0 ? '../other' : join(around, 'other'), join(root, 'd'));
      reads.push(...[1, 2, 3].map(() => outcome(() => textOf(vfs, ['folder', 'f']))));
      if (turn % 3 === 0) await Promise.all(reads);
      rmSync(join(root, 'd'));
      renameSync(join(root, 'kept'), join(root, 'd'));
      for (const said of await Promise.all(reads)) seen.add(said);
    }
    t.true(seen.has('inside'));
    t.false(seen.has('secret'));
  });
}
