import { type ComplianceCase, DIRECTORY, FILE, LOOK, make, makeDirectory, open, refused, textOf } from './case.ts';

/** Dispositions, kinds and what data a handle may touch. */
export const opening: readonly ComplianceCase[] = [
  {
    title: 'the root opens as a directory and is no file',
    async run(t, { vfs }) {
      const root = await open(vfs, [], LOOK);
      t.is(root.kind, 'directory');
      t.deepEqual(await root.path(), []);
      await root.close();
      await refused(t, 'is-directory', () => vfs.open([], { ...LOOK, kind: 'file' }));
      await refused(t, 'exists', () => vfs.open([], { ...DIRECTORY, disposition: 'create' }));
    },
  },
  {
    title: 'open refuses a missing name as not-found and a missing directory before it as path-not-found',
    async run(t, { vfs }) {
      await make(vfs, ['file']);
      await refused(t, 'not-found', () => vfs.open(['missing'], LOOK));
      await refused(t, 'path-not-found', () => vfs.open(['missing', 'name'], LOOK));
      await refused(t, 'path-not-found', () => vfs.open(['missing', 'name'], FILE));
      await refused(t, 'path-not-found', () => vfs.open(['file', 'name'], LOOK));
      await refused(t, 'path-not-found', () => vfs.open(['file', 'name'], FILE));
    },
  },
  {
    title: 'create makes a file once and says exists the second time',
    async run(t, { vfs }) {
      const options = { ...FILE, disposition: 'create' } as const;
      const first = await vfs.open(['new'], options);
      t.is(first.created, true);
      t.is(first.handle.kind, 'file');
      t.is((await first.handle.stat()).size, 0n);
      await first.handle.close();
      await refused(t, 'exists', () => vfs.open(['new'], options));
      await refused(t, 'exists', () => vfs.open(['new'], { ...options, kind: 'directory' }));
    },
  },
  {
    title: 'open-or-create tells whether it created, and never truncates',
    async run(t, { vfs }) {
      const first = await vfs.open(['f'], FILE);
      t.is(first.created, true);
      await first.handle.write(Uint8Array.of(1, 2, 3), 0);
      await first.handle.close();
      const second = await vfs.open(['f'], FILE);
      t.is(second.created, false);
      t.is((await second.handle.stat()).size, 3n);
      t.is(second.handle.identity, first.handle.identity);
      await second.handle.close();
    },
  },
  {
    title: 'kind any creates a file; kinds that do not fit are refused',
    async run(t, { vfs }) {
      const made = await open(vfs, ['any'], { disposition: 'create', kind: 'any', data: 'none' });
      t.is(made.kind, 'file');
      await made.close();
      await makeDirectory(vfs, ['dir']);
      await refused(t, 'not-directory', () => vfs.open(['any'], DIRECTORY));
      await refused(t, 'is-directory', () => vfs.open(['dir'], FILE));
      const directory = await open(vfs, ['dir'], { ...LOOK, data: 'read-write' });
      t.is(directory.kind, 'directory');
      await refused(t, 'is-directory', () => directory.read(new Uint8Array(1), 0));
      await directory.close();
    },
  },
  {
    title: 'two opens at once of a missing name create it once',
    async run(t, { vfs }) {
      const opened = await Promise.all([1, 2, 3, 4].map(() => vfs.open(['race'], FILE)));
      t.is(opened.filter(({ created }) => created).length, 1);
      t.is(new Set(opened.map(({ handle }) => handle.identity)).size, 1);
      for (const { handle } of opened) await handle.close();
    },
  },
  {
    title: 'a handle touches data only as it was opened for',
    async run(t, { vfs }) {
      await make(vfs, ['f'], 'text');
      const bytes = new Uint8Array(4);
      for (const data of ['none', 'write'] as const) {
        const handle = await open(vfs, ['f'], { ...LOOK, data });
        await refused(t, 'access-denied', () => handle.read(bytes, 0), `read with ${data}`);
        await handle.close();
      }
      for (const data of ['none', 'read'] as const) {
        const handle = await open(vfs, ['f'], { ...LOOK, data });
        await refused(t, 'access-denied', () => handle.write(bytes, 0), `write with ${data}`);
        await refused(t, 'access-denied', () => handle.truncate(0n), `truncate with ${data}`);
        await refused(t, 'access-denied', () => handle.zero(0n, 1n), `zero with ${data}`);
        await handle.close();
      }
      t.is(await textOf(vfs, ['f']), 'text');
    },
  },
  {
    title: 'identity names the file: the same by every name, another for every file, and new after a new creation',
    async run(t, { vfs }) {
      const first = await open(vfs, ['a'], FILE);
      await first.link(['b'], false);
      const second = await open(vfs, ['b'], LOOK);
      const other = await open(vfs, ['c'], FILE);
      t.is(first.identity, second.identity);
      t.true(first.identity !== other.identity);
      for (const handle of [first, second, other]) await handle.close();
    },
  },
  {
    title: 'a closed handle refuses, and closing twice does nothing',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.close();
      await handle.close();
      await refused(t, 'invalid', () => handle.stat());
      await refused(t, 'invalid', () => handle.read(new Uint8Array(1), 0));
      await refused(t, 'invalid', () => handle.unlink());
    },
  },
  {
    title: 'statFs tells sizes that fit together',
    async run(t, { vfs }) {
      const info = await vfs.statFs();
      t.true(info.blockSize >= 512);
      t.true(info.totalBytes >= info.freeBytes);
      t.true(info.freeBytes >= info.availableBytes);
      t.true(info.maxNameLength > 0);
    },
  },
];
