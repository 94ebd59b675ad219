import { VfsError } from '../vfs.ts';
import { type ComplianceCase, FILE, LOOK, make, makeDirectory, namesOf, open, refused, text, textOf } from './case.ts';

/** Names that try to be more than a name, and symbolic links. */
export const paths: readonly ComplianceCase[] = [
  {
    title: 'names that are no names are refused as invalid-name wherever they stand',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const handle = await open(vfs, ['f'], FILE);
      for (const bad of ['', '.', '..', 'a/b', '/', '/etc', '../x', 'a\0b', '\0']) {
        for (const path of [[bad], ['d', bad], [bad, 'f']]) {
          const what = JSON.stringify(path);
          await refused(t, 'invalid-name', () => vfs.open(path, LOOK), what);
          await refused(t, 'invalid-name', () => vfs.open(path, FILE), what);
          await refused(t, 'invalid-name', () => handle.rename(path, true), what);
          await refused(t, 'invalid-name', () => handle.link(path, true), what);
        }
      }
      t.deepEqual(await namesOf(vfs, []), ['d', 'f']);
      await handle.close();
    },
  },
  {
    title: 'names that are odd but names are kept as they are',
    async run(t, { vfs }) {
      const odd = ['..a', '...x', ' a', 'ü', '\u{1f600}', '-rf', '%2e%2e', 'a~1', '\ud800x', 'n\ufffd'];
      for (const name of odd) await make(vfs, [name], name);
      t.deepEqual((await namesOf(vfs, [])).sort(), [...odd].sort());
      for (const name of odd) t.is((await textOf(vfs, [name])).length > 0, true, name);
      for (const name of odd) {
        const handle = await open(vfs, [name], LOOK);
        t.deepEqual(await handle.path(), [name]);
        await handle.unlink();
        await handle.close();
      }
      t.deepEqual(await namesOf(vfs, []), []);
    },
  },
  {
    title: 'a name of 255 units is kept, a longer one refused',
    async run(t, { vfs }) {
      const name = 'n'.repeat(255);
      await make(vfs, [name], 'x');
      t.is(await textOf(vfs, [name]), 'x');
      await refused(t, 'name-too-long', () => vfs.open([`${name}n`], FILE));
      await refused(t, 'name-too-long', () => vfs.open([`${name}n`], LOOK));
    },
  },
  {
    title: 'deep paths work',
    async run(t, { vfs }) {
      const path: string[] = [];
      for (let i = 0; i < 40; i++) {
        path.push(`directory-${i}`);
        await makeDirectory(vfs, path);
      }
      await make(vfs, [...path, 'file'], 'deep');
      t.is(await textOf(vfs, [...path, 'file']), 'deep');
    },
  },
  {
    title: 'a symbolic link is followed inside the share, by any way that stays inside',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      await makeDirectory(vfs, ['d']);
      await makeDirectory(vfs, ['d', 'e']);
      await make(vfs, ['d', 'f'], 'x');
      symlink!(['to-file'], 'd/f');
      symlink!(['to-dir'], './d/e/..');
      symlink!(['to-link'], 'to-dir/../to-file');
      for (const path of [['to-file'], ['to-dir', 'f'], ['to-link']])
        t.is(await textOf(vfs, path), 'x', path.join('/'));
      await make(vfs, ['to-dir', 'new'], 'y');
      t.is(await textOf(vfs, ['d', 'new']), 'y');
    },
  },
  {
    title: 'a symbolic link that leaves the share is refused, by any way out',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      await makeDirectory(vfs, ['d']);
      symlink!(['absolute'], '/etc/passwd');
      symlink!(['root'], '/');
      symlink!(['up'], '..');
      symlink!(['d', 'up-up'], '../..');
      symlink!(['d', 'up-and-back'], '../../../../../../../../etc/hostname');
      symlink!(['chain'], 'chain-2');
      symlink!(['chain-2'], 'd/up-up');
      for (const path of [['absolute'], ['root'], ['up'], ['d', 'up-up'], ['d', 'up-and-back'], ['chain']]) {
        await refused(t, ['access-denied', 'symlink'], () => vfs.open(path, LOOK), path.join('/'));
        await refused(t, ['access-denied', 'symlink'], () => vfs.open([...path, 'x'], FILE), `${path.join('/')}/x`);
        const options = { ...FILE, disposition: 'create' } as const;
        await refused(t, ['exists', 'access-denied', 'symlink'], () => vfs.open(path, options), path.join('/'));
      }
      const file = await open(vfs, ['f'], FILE);
      await refused(t, ['access-denied', 'symlink'], () => file.rename(['up', 'escaped'], true));
      await refused(t, ['access-denied', 'symlink'], () => file.link(['root', 'tmp', 'escaped'], true));
      await file.close();
    },
  },
  {
    title: 'links in a circle and links to nothing are refused',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      symlink!(['one'], 'two');
      symlink!(['two'], 'one');
      symlink!(['nothing'], 'missing');
      await refused(t, 'symlink', () => vfs.open(['one'], LOOK));
      await refused(t, 'not-found', () => vfs.open(['nothing'], LOOK));
      await refused(t, 'not-found', () => vfs.open(['nothing'], FILE));
      await refused(t, 'exists', () => vfs.open(['nothing'], { ...FILE, disposition: 'create' }));
    },
  },
  {
    title: 'noFollow opens the link itself; its removal spares what it names',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      await make(vfs, ['f'], 'x');
      symlink!(['l'], 'f');
      symlink!(['out'], '/etc/passwd');
      const link = await open(vfs, ['l'], { ...LOOK, noFollow: true });
      t.is(link.kind, 'symlink');
      t.is(await link.readLink(), 'f');
      t.is((await link.stat()).kind, 'symlink');
      await link.unlink();
      await link.close();
      const out = await open(vfs, ['out'], { ...LOOK, noFollow: true });
      t.is(await out.readLink(), '/etc/passwd');
      await out.rename(['moved'], false);
      await out.unlink();
      await out.close();
      t.deepEqual(await namesOf(vfs, []), ['f']);
    },
  },
  {
    title: 'a handle keeps its file when a symbolic link on its path is turned elsewhere',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      await makeDirectory(vfs, ['a']);
      await makeDirectory(vfs, ['b']);
      await make(vfs, ['a', 'f'], 'A');
      await make(vfs, ['b', 'f'], 'B');
      symlink!(['l'], 'a');
      const handle = await open(vfs, ['l', 'f'], FILE);
      const link = await open(vfs, ['l'], { ...LOOK, noFollow: true });
      await link.unlink();
      await link.close();
      symlink!(['l'], 'b');
      t.is(await text(handle), 'A');
      await handle.unlink();
      t.deepEqual(await namesOf(vfs, ['a']), []);
      t.is(await textOf(vfs, ['b', 'f']), 'B');
      await handle.close();
    },
  },
  {
    title: 'a directory swapped for a link out of the share, over and over, never lets an open escape',
    needs: 'symlink',
    async run(t, { vfs, symlink }) {
      await makeDirectory(vfs, ['d']);
      await make(vfs, ['d', 'hostname'], 'inside');
      const reads: Promise<string>[] = [];
      const read = (): void => void reads.push(textOf(vfs, ['d', 'hostname']).catch(refusal));
      for (let turn = 0; turn < 30; turn++) {
        const directory = await open(vfs, ['d'], { ...LOOK, noFollow: true });
        for (let i = 0; i < 3; i++) read();
        await directory.rename(['kept'], false);
        symlink!(['d'], '/etc');
        for (let i = 0; i < 3; i++) read();
        const link = await open(vfs, ['d'], { ...LOOK, noFollow: true });
        await link.unlink();
        await link.close();
        await directory.rename(['d'], false);
        await directory.close();
      }
      // Both must occur: reads of what was inside, and refusals of what is outside.
      t.deepEqual([...new Set(await Promise.all(reads))].sort(), ['inside', 'refused']);
    },
  },
  {
    title: 'a share that is read-only refuses every change',
    needs: 'readOnly',
    async run(t, { readOnly }) {
      const vfs = readOnly!();
      t.true(vfs.features.readOnly);
      await refused(t, 'read-only', () => vfs.open(['new'], FILE));
      await refused(t, 'read-only', () => vfs.open(['new'], { ...FILE, kind: 'directory', data: 'none' }));
      const root = await open(vfs, [], LOOK);
      await refused(t, 'read-only', () => root.set({ attributes: 2 }));
      await refused(t, 'read-only', () => root.setEa('a', Uint8Array.of(1)));
      await refused(t, 'read-only', () => root.setSecurityDescriptor(new Uint8Array(20)));
      await refused(t, 'read-only', () => root.setStream('s', Uint8Array.of(1)));
      await refused(t, ['read-only', 'access-denied'], () => root.unlink());
      await root.close();
      await vfs.dispose();
    },
  },
];

/** The code of a back end's refusal. Any other error is a fault of the test. */
function refusal(error: unknown): string {
  if (error instanceof VfsError) return 'refused';
  throw error;
}
