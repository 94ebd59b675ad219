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
  textOf,
} from './case.ts';

/** Names if case does not matter. */
export const caseInsensitive: readonly ComplianceCase[] = [
  {
    title: 'names are found whatever their case and keep the case they were made with',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['Dir']);
      await makeDirectory(vfs, ['Dir', 'Sub']);
      await make(vfs, ['DIR', 'sub', 'File.TXT'], 'x');
      t.is(await textOf(vfs, ['dir', 'SUB', 'file.txt']), 'x');
      const handle = await open(vfs, ['dir', 'sUB', 'FILE.txt'], LOOK);
      t.deepEqual(await handle.path(), ['Dir', 'Sub', 'File.TXT']);
      await handle.close();
      await refused(t, 'exists', () => vfs.open(['dir', 'sub', 'FILE.TXT'], { ...FILE, disposition: 'create' }));
      await refused(t, 'exists', () => vfs.open(['DIR'], { ...DIRECTORY, disposition: 'create' }));
    },
  },
  {
    title: 'case folds as Windows does: one unit to one unit, and only where it leads back',
    async run(t, { vfs }) {
      await make(vfs, ['Ärger-Ωmega-Жук'], 'x');
      t.is(await textOf(vfs, ['äRGER-ωMEGA-жУК']), 'x');
      await make(vfs, ['straße'], '1');
      await make(vfs, ['STRASSE'], '2');
      await make(vfs, ['ı'], '3');
      await make(vfs, ['i'], '4');
      // A composed and a decomposed spelling are two names.
      await make(vfs, ['\u00e9'], '5');
      await make(vfs, ['e\u0301'], '6');
      t.is((await namesOf(vfs, [])).length, 7);
    },
  },
  {
    title: 'rename to another case of the same name changes the case',
    async run(t, { vfs }) {
      await make(vfs, ['name'], 'x');
      const handle = await open(vfs, ['NAME'], LOOK);
      await handle.rename(['Name'], false);
      t.deepEqual(await namesOf(vfs, []), ['Name']);
      t.deepEqual(await handle.path(), ['Name']);
      await handle.rename(['NAME'], true);
      t.deepEqual(await namesOf(vfs, []), ['NAME']);
      await handle.close();
      t.is(await textOf(vfs, ['name']), 'x');
    },
  },
  {
    title: 'rename onto a name in another case collides, and replaces when told',
    async run(t, { vfs }) {
      await make(vfs, ['a'], 'A');
      await make(vfs, ['Target'], 'T');
      const handle = await open(vfs, ['a'], LOOK);
      await refused(t, 'exists', () => handle.rename(['TARGET'], false));
      await handle.rename(['TARGET'], true);
      t.deepEqual(await namesOf(vfs, []), ['TARGET']);
      t.is(await textOf(vfs, ['target']), 'A');
      await handle.close();
    },
  },
  {
    title: 'a link onto a name of the same file in another case changes nothing',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['a'], FILE);
      await handle.link(['b'], false);
      for (const name of ['A', 'B']) {
        await refused(t, 'exists', () => handle.link([name], false), name);
        await handle.link([name], true);
        t.deepEqual(await namesOf(vfs, []), ['a', 'b'], name);
      }
      t.is((await handle.stat()).linkCount, 2);
      await handle.close();
    },
  },
  {
    title: 'lookup finds by the case rules without opening',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      await make(vfs, ['d', 'Name'], 'four');
      const handle = await open(vfs, ['d'], LOOK);
      const entry = await handle.lookup('nAME');
      t.is(entry?.name, 'Name');
      t.is(entry?.stat.size, 4n);
      t.is(await handle.lookup('other'), undefined);
      await refused(t, 'invalid-name', () => handle.lookup('..'));
      await handle.close();
      const file = await open(vfs, ['d', 'name'], LOOK);
      await refused(t, 'not-directory', () => file.lookup('x'));
      await file.close();
    },
  },
  {
    title: 'a name that was removed or renamed is free for any other case',
    async run(t, { vfs }) {
      for (const name of ['file', 'FILE', 'File']) {
        const { handle, created } = await vfs.open([name], { ...FILE, disposition: 'create' });
        t.true(created);
        t.deepEqual(await namesOf(vfs, []), [name]);
        await handle.rename([`${name}-moved`], false);
        await refused(t, 'not-found', () => vfs.open(['fILE'], LOOK));
        await handle.unlink();
        await handle.close();
      }
      t.deepEqual(await namesOf(vfs, []), []);
    },
  },
  {
    title: 'what another process does to names is seen in any case',
    needs: 'behind',
    async run(t, { vfs, behind }) {
      await makeDirectory(vfs, ['d']);
      await make(vfs, ['d', 'first']);
      await refused(t, 'not-found', () => vfs.open(['d', 'SECOND'], LOOK));
      behind!.write(['d', 'second']);
      await (await open(vfs, ['d', 'SECOND'], LOOK)).close();
      behind!.rename(['d', 'second'], ['d', 'third']);
      await refused(t, 'not-found', () => vfs.open(['d', 'SECOND'], LOOK));
      await (await open(vfs, ['d', 'THIRD'], LOOK)).close();
      behind!.remove(['d', 'third']);
      await refused(t, 'not-found', () => vfs.open(['d', 'THIRD'], LOOK));
    },
  },
  {
    title: 'opens at once in two cases of a missing name create one file',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const cases = ['race', 'RACE', 'Race', 'rACE'];
      const opened = await Promise.all(cases.map((name) => vfs.open(['d', name], FILE)));
      t.is(opened.filter(({ created }) => created).length, 1);
      t.is((await namesOf(vfs, ['d'])).length, 1);
      for (const { handle } of opened) await handle.close();
    },
  },
];

/** Names if case matters. */
export const caseSensitive: readonly ComplianceCase[] = [
  {
    title: 'names that differ by case are different names',
    async run(t, { vfs }) {
      await make(vfs, ['a'], '1');
      await make(vfs, ['A'], '2');
      t.deepEqual(await namesOf(vfs, []), ['A', 'a']);
      t.is(await textOf(vfs, ['a']), '1');
      await make(vfs, ['only'], '3');
      await refused(t, 'not-found', () => vfs.open(['ONLY'], LOOK));
      const handle = await open(vfs, ['a'], LOOK);
      await refused(t, 'exists', () => handle.rename(['A'], false));
      await handle.close();
    },
  },
];
