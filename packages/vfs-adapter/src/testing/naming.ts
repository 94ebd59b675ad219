import {
  type ComplianceCase,
  DIRECTORY,
  FILE,
  LOOK,
  make,
  makeDirectory,
  namesOf,
  open,
  refused,
  text,
  textOf,
} from './case.ts';

/** rename, link and unlink. */
export const naming: readonly ComplianceCase[] = [
  {
    title: 'rename moves a file within and between directories, and its handle follows',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const handle = await open(vfs, ['a'], FILE);
      await handle.rename(['b'], false);
      t.deepEqual(await handle.path(), ['b']);
      await handle.rename(['d', 'c'], false);
      t.deepEqual(await handle.path(), ['d', 'c']);
      t.deepEqual(await namesOf(vfs, []), ['d']);
      t.deepEqual(await namesOf(vfs, ['d']), ['c']);
      await refused(t, 'not-found', () => vfs.open(['a'], LOOK));
      await handle.close();
    },
  },
  {
    title: 'handles below a renamed directory follow, and act under the new name',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const file = await open(vfs, ['d', 'f'], FILE);
      const directory = await open(vfs, ['d'], DIRECTORY);
      await directory.rename(['e'], false);
      t.deepEqual(await file.path(), ['e', 'f']);
      await file.rename(['e', 'g'], false);
      t.deepEqual(await namesOf(vfs, ['e']), ['g']);
      await file.unlink();
      t.deepEqual(await namesOf(vfs, ['e']), []);
      await file.close();
      await directory.close();
    },
  },
  {
    title: 'a second handle follows a rename made through the first',
    async run(t, { vfs }) {
      const first = await open(vfs, ['a'], FILE);
      const second = await open(vfs, ['a'], LOOK);
      await first.rename(['b'], false);
      t.deepEqual(await second.path(), ['b']);
      await second.unlink();
      t.deepEqual(await namesOf(vfs, []), []);
      await first.close();
      await second.close();
    },
  },
  {
    title: 'rename onto an existing file needs replace; the replaced file stays usable through its handle',
    async run(t, { vfs }) {
      await make(vfs, ['a'], 'A');
      await make(vfs, ['b'], 'B');
      const a = await open(vfs, ['a'], LOOK);
      const b = await open(vfs, ['b'], FILE);
      await refused(t, 'exists', () => a.rename(['b'], false));
      await a.rename(['b'], true);
      t.is(await textOf(vfs, ['b']), 'A');
      t.is(await text(b), 'B');
      t.is((await b.stat()).linkCount, 0);
      await refused(t, 'not-found', () => b.unlink());
      t.is(await textOf(vfs, ['b']), 'A');
      await a.close();
      await b.close();
    },
  },
  {
    title: 'a directory is never replaced',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['empty']);
      await make(vfs, ['f']);
      await makeDirectory(vfs, ['d']);
      const file = await open(vfs, ['f'], LOOK);
      const directory = await open(vfs, ['d'], LOOK);
      for (const handle of [file, directory]) {
        await refused(t, 'exists', () => handle.rename(['empty'], false));
        await refused(t, 'access-denied', () => handle.rename(['empty'], true));
      }
      await refused(t, 'access-denied', () => file.link(['empty'], true));
      await file.close();
      await directory.close();
    },
  },
  {
    title: 'a directory moves with what is in it, but not into itself',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      await makeDirectory(vfs, ['d', 'e']);
      await make(vfs, ['d', 'e', 'f'], 'x');
      const handle = await open(vfs, ['d'], DIRECTORY);
      await refused(t, 'invalid', () => handle.rename(['d', 'e', 'g'], false));
      await handle.rename(['m'], false);
      t.is(await textOf(vfs, ['m', 'e', 'f']), 'x');
      await handle.close();
    },
  },
  {
    title: 'a directory takes the place of a file, and a file whose place it cannot take stays',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      await make(vfs, ['d', 'f'], 'precious');
      await make(vfs, ['g'], 'old');
      const handle = await open(vfs, ['d'], DIRECTORY);
      // Found by tools/access-property: the file was removed before it turned out that the
      // directory cannot be moved into itself.
      await refused(t, 'invalid', () => handle.rename(['d', 'f'], true));
      t.deepEqual(await namesOf(vfs, ['d']), ['f']);
      t.is(await textOf(vfs, ['d', 'f']), 'precious');
      await handle.rename(['g'], true);
      t.deepEqual(await namesOf(vfs, []), ['g']);
      t.is(await textOf(vfs, ['g', 'f']), 'precious');
      await handle.close();
    },
  },
  {
    title: 'rename into a missing directory is path-not-found, and the root is neither moved nor removed',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await refused(t, 'path-not-found', () => handle.rename(['missing', 'f'], false));
      await refused(t, 'exists', () => handle.rename([], true));
      await handle.close();
      const root = await open(vfs, [], LOOK);
      await refused(t, 'access-denied', () => root.rename(['r'], false));
      await refused(t, 'access-denied', () => root.unlink());
      await root.close();
    },
  },
  {
    title: 'link gives a second name; the file is gone with the last one',
    async run(t, { vfs }) {
      await make(vfs, ['a'], 'text');
      const handle = await open(vfs, ['a'], FILE);
      await handle.link(['b'], false);
      t.is((await handle.stat()).linkCount, 2);
      t.deepEqual(await namesOf(vfs, []), ['a', 'b']);
      await handle.unlink();
      t.deepEqual(await namesOf(vfs, []), ['b']);
      t.is(await textOf(vfs, ['b']), 'text');
      t.is((await handle.stat()).linkCount, 1);
      await handle.close();
    },
  },
  {
    title: 'link onto an existing file needs replace, and directories have no links',
    async run(t, { vfs }) {
      await make(vfs, ['a'], 'A');
      await make(vfs, ['b'], 'B');
      await makeDirectory(vfs, ['d']);
      const handle = await open(vfs, ['a'], LOOK);
      await refused(t, 'exists', () => handle.link(['b'], false));
      await handle.link(['b'], true);
      t.is(await textOf(vfs, ['b']), 'A');
      t.deepEqual(await namesOf(vfs, []), ['a', 'b', 'd']);
      await handle.close();
      const directory = await open(vfs, ['d'], LOOK);
      await refused(t, 'is-directory', () => directory.link(['e'], false));
      await directory.close();
    },
  },
  {
    title: 'rename with replace onto another name of the same file leaves one name',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['a'], FILE);
      await handle.link(['b'], false);
      await refused(t, 'exists', () => handle.rename(['b'], false));
      await refused(t, 'exists', () => handle.link(['b'], false));
      await handle.link(['b'], true);
      t.deepEqual(await namesOf(vfs, []), ['a', 'b']);
      await handle.rename(['b'], true);
      t.deepEqual(await namesOf(vfs, []), ['b']);
      t.is((await handle.stat()).linkCount, 1);
      await handle.close();
    },
  },
  {
    title: 'unlink removes the name at once and the handle stays usable',
    async run(t, { vfs }) {
      await make(vfs, ['f'], 'text');
      const handle = await open(vfs, ['f'], FILE);
      await handle.unlink();
      await refused(t, 'not-found', () => vfs.open(['f'], LOOK));
      t.is(await text(handle), 'text');
      t.is((await handle.stat()).linkCount, 0);
      await refused(t, 'not-found', () => handle.unlink());
      await refused(t, 'not-found', () => handle.rename(['g'], false));
      await make(vfs, ['f'], 'new');
      await refused(t, 'not-found', () => handle.unlink());
      t.is(await textOf(vfs, ['f']), 'new');
      await handle.close();
    },
  },
  {
    title: 'a directory with entries is not removed; an empty one is',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      await make(vfs, ['d', 'f']);
      const handle = await open(vfs, ['d'], DIRECTORY);
      await refused(t, 'not-empty', () => handle.unlink());
      const file = await open(vfs, ['d', 'f'], LOOK);
      await file.unlink();
      await file.close();
      await handle.unlink();
      await refused(t, 'not-found', () => vfs.open(['d'], LOOK));
      await refused(t, 'path-not-found', () => vfs.open(['d', 'f'], FILE));
      await handle.close();
    },
  },
];
