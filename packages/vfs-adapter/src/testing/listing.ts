import { VfsError } from '../vfs.ts';
import { type ComplianceCase, LOOK, make, makeDirectory, names, open, refused } from './case.ts';

/** Cursors. `many` is the size of the directory that is paged. */
export const listing = (many: number): readonly ComplianceCase[] => [
  {
    title: 'an empty directory lists nothing, not even itself and its parent',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const handle = await open(vfs, ['d'], LOOK);
      t.deepEqual(await names(handle), []);
      await handle.close();
      await make(vfs, ['f']);
      const file = await open(vfs, ['f'], LOOK);
      await refused(t, 'not-directory', () => file.list());
      await file.close();
    },
  },
  {
    title: 'every page size gives every entry exactly once',
    async run(t, { vfs }) {
      const wanted = await fill((name) => make(vfs, [name]), 50);
      const handle = await open(vfs, [], LOOK);
      for (const page of [1, 7, 50, 51, 1_000]) t.deepEqual(await names(handle, page), wanted);
      await handle.close();
    },
  },
  {
    title: 'a large directory comes in pages, each entry exactly once',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const wanted = await fill((name) => make(vfs, ['d', name]), many);
      const handle = await open(vfs, ['d'], LOOK);
      const found = await names(handle, 128);
      // deepEqual is not used: for thousands of names it takes longer than the listing.
      t.is(found.length, wanted.length);
      t.true(found.every((name, i) => name === wanted[i]));
      await handle.close();
    },
  },
  {
    title: 'two cursors of one handle are independent',
    async run(t, { vfs }) {
      await fill((name) => make(vfs, [name]), 10);
      const handle = await open(vfs, [], LOOK);
      const first = await handle.list();
      const second = await handle.list();
      t.is((await first.next(10)).length, 10);
      t.is((await second.next(4)).length, 4);
      t.is((await first.next(10)).length, 0);
      t.is((await second.next(10)).length, 6);
      t.is((await second.next(10)).length, 0);
      first.close();
      second.close();
      await handle.close();
    },
  },
  {
    title: 'an entry that exists through the listing comes exactly once while others come and go',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      const stay = await fill((name) => make(vfs, ['d', `stay-${name}`]), 150, 'stay-');
      await fill((name) => make(vfs, ['d', `go-${name}`]), 150);
      const handle = await open(vfs, ['d'], LOOK);
      const cursor = await handle.list();
      const seen: string[] = [];
      for (let turn = 0; turn < 1_000; turn++) {
        const entries = await cursor.next(15);
        if (entries.length === 0) break;
        for (const { name } of entries) seen.push(name);
        await make(vfs, ['d', `come-${turn}`]);
        const victim = await open(vfs, ['d', `go-${String(turn).padStart(6, '0')}`], LOOK);
        await victim.unlink();
        await victim.close();
      }
      cursor.close();
      t.deepEqual(seen.filter((name) => name.startsWith('stay-')).sort(), stay);
      t.is(new Set(seen).size, seen.length);
      await handle.close();
    },
  },
  {
    title: 'a listing whose entries are renamed or removed as they come ends',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      await fill((name) => make(vfs, ['d', name]), 60);
      const handle = await open(vfs, ['d'], LOOK);
      for (const change of ['rename', 'unlink'] as const) {
        const cursor = await handle.list();
        let count = 0;
        for (let turn = 0; turn < 1_000; turn++) {
          const entries = await cursor.next(10);
          if (entries.length === 0) break;
          for (const { name } of entries) {
            count += 1;
            const file = await open(vfs, ['d', name], LOOK);
            if (change === 'rename') await file.rename(['d', `${name}.${turn}`], false);
            else await file.unlink();
            await file.close();
          }
        }
        cursor.close();
        t.true(count >= 60 && count < 1_000, `${change}: ${count}`);
      }
      await handle.close();
    },
  },
  {
    title: 'a closed cursor gives nothing more',
    async run(t, { vfs }) {
      await make(vfs, ['f']);
      const handle = await open(vfs, [], LOOK);
      const cursor = await handle.list();
      cursor.close();
      cursor.close();
      let count = 0;
      try {
        count = (await cursor.next(10)).length;
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
        count = 0;
      }
      t.is(count, 0);
      await handle.close();
    },
  },
];

/** Makes `count` entries, and returns their names sorted. */
async function fill(one: (name: string) => Promise<void>, count: number, prefix = ''): Promise<string[]> {
  const made: string[] = [];
  for (let i = 0; i < count; i++) {
    const name = String(i).padStart(6, '0');
    await one(name);
    made.push(prefix + name);
  }
  return made.sort();
}
