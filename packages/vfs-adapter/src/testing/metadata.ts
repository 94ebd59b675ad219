import { DosAttributes } from '../attributes.ts';
import { type ComplianceCase, DIRECTORY, FILE, LOOK, makeDirectory, open, refused } from './case.ts';

const SECOND = 1_000_000_000n;
/** 2001-02-03 04:05:06.1234567 UTC: a time with the precision of a FILETIME. */
const TIME = 981_173_106_123_456_700n;

/** Times, attributes, extended attributes and security descriptors. */
export const metadata: readonly ComplianceCase[] = [
  {
    title: 'a new file has times of now, ARCHIVE and one link; a directory says DIRECTORY and has no size',
    async run(t, { vfs }) {
      const before = BigInt(Date.now()) * 1_000_000n - 5n * SECOND;
      const file = await open(vfs, ['f'], FILE);
      const stat = await file.stat();
      for (const time of [stat.birthTime, stat.accessTime, stat.writeTime, stat.changeTime]) t.true(time > before);
      t.is(stat.kind, 'file');
      t.is(stat.attributes, DosAttributes.ARCHIVE);
      t.is(stat.linkCount, 1);
      t.is(stat.allocationSize, 0n);
      await file.close();
      const directory = await open(vfs, ['d'], DIRECTORY);
      const found = await directory.stat();
      t.is(found.kind, 'directory');
      t.is(found.attributes, DosAttributes.DIRECTORY);
      t.is(found.size, 0n);
      t.is(found.allocationSize, 0n);
      t.true(found.inode !== stat.inode);
      t.is(found.device, stat.device);
      await directory.close();
    },
  },
  {
    title: 'times that are set stay, others do not move with them',
    async run(t, { vfs }) {
      for (const options of [FILE, { ...LOOK, data: 'none' }, { ...LOOK, data: 'read' }] as const) {
        const handle = await open(vfs, ['f'], options);
        const before = await handle.stat();
        await handle.set({ writeTime: TIME });
        t.is((await handle.stat()).writeTime, TIME);
        t.is((await handle.stat()).accessTime, before.accessTime);
        await handle.set({ accessTime: TIME + 700n, writeTime: before.writeTime });
        t.is((await handle.stat()).accessTime, TIME + 700n);
        t.is((await handle.stat()).writeTime, before.writeTime);
        if (vfs.features.dosAttributes) {
          await handle.set({ birthTime: TIME });
          t.is((await handle.stat()).birthTime, TIME);
        }
        await handle.close();
      }
    },
  },
  {
    title: 'a write moves the write time',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.set({ writeTime: TIME });
      await handle.write(Uint8Array.of(1), 0);
      t.true((await handle.stat()).writeTime > TIME);
      await handle.close();
    },
  },
  {
    title: 'attributes that are set stay, for files and directories, and survive a rename',
    needs: 'dosAttributes',
    async run(t, { vfs }) {
      const { READONLY, HIDDEN, SYSTEM, ARCHIVE, DIRECTORY: IS_DIRECTORY } = DosAttributes;
      const file = await open(vfs, ['f'], FILE);
      const birth = (await file.stat()).birthTime;
      await file.set({ attributes: READONLY | HIDDEN | ARCHIVE });
      await file.rename(['g'], false);
      await file.close();
      const again = await open(vfs, ['g'], { ...FILE, disposition: 'open' });
      t.is((await again.stat()).attributes, READONLY | HIDDEN | ARCHIVE);
      t.is((await again.stat()).birthTime / 100n, birth / 100n);
      // READONLY is a rule of the engine: the back end writes all the same.
      await again.write(Uint8Array.of(1), 0);
      await again.set({ attributes: 0 });
      t.is((await again.stat()).attributes, 0);
      await again.close();
      const directory = await open(vfs, ['d'], DIRECTORY);
      await directory.set({ attributes: SYSTEM });
      t.is((await directory.stat()).attributes, SYSTEM | IS_DIRECTORY);
      await directory.close();
      const root = await open(vfs, [], LOOK);
      t.is((await root.lookup('d'))?.stat.attributes, SYSTEM | IS_DIRECTORY);
      await root.close();
    },
  },
  {
    title: 'lookup, listing and the handle tell the same',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.write(new Uint8Array(5_000), 0);
      await handle.set({ writeTime: TIME, attributes: DosAttributes.ARCHIVE });
      const root = await open(vfs, [], LOOK);
      const cursor = await root.list();
      const [entry] = await cursor.next(10);
      cursor.close();
      const stat = await handle.stat();
      t.deepEqual(entry, { name: 'f', stat });
      t.deepEqual(await root.lookup('f'), { name: 'f', stat });
      await root.close();
      await handle.close();
    },
  },
  {
    title: 'extended attributes are kept, found whatever the case of their name, and removed by an empty value',
    needs: 'extendedAttributes',
    async run(t, { vfs }) {
      for (const options of [FILE, LOOK]) {
        const handle = await open(vfs, ['f'], options);
        t.deepEqual(await handle.listEas(), []);
        await handle.setEa('Comment', Uint8Array.of(1, 2, 3));
        await handle.setEa('Other', new Uint8Array(300).fill(4));
        await handle.setEa('COMMENT', Uint8Array.of(9));
        const eas = [...(await handle.listEas())].sort((a, b) => (a.name < b.name ? -1 : 1));
        t.deepEqual(
          eas.map(({ name, value }) => [name, value.length, value[0]]),
          [
            ['Comment', 1, 9],
            ['Other', 300, 4],
          ],
        );
        await handle.setEa('comment', new Uint8Array(0));
        await handle.setEa('other', new Uint8Array(0));
        await handle.setEa('never', new Uint8Array(0));
        t.deepEqual(await handle.listEas(), []);
        await refused(t, 'invalid-name', () => handle.setEa('', Uint8Array.of(1)));
        await refused(t, 'ea-too-large', () => handle.setEa('big', new Uint8Array(65_536)));
        await refused(t, 'ea-too-large', () => handle.setEa('big', new Uint8Array(70_000)));
        t.deepEqual(await handle.listEas(), []);
        await handle.close();
      }
    },
  },
  {
    title:
      'a named stream is kept whatever the case of its name, is replaced and removed, and is no extended attribute',
    needs: 'streams',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      for (const [path, options] of [
        [['f'], FILE],
        [['d'], LOOK],
      ] as const) {
        const handle = await open(vfs, path, options);
        await handle.setStream('Stream', Uint8Array.of(1, 2, 0));
        await handle.setStream('empty', new Uint8Array(0));
        t.deepEqual(await handle.getStream('sTREAM'), Uint8Array.of(1, 2, 0));
        await handle.setStream('STREAM', Uint8Array.of(3));
        const streams = [...(await handle.listStreams())].sort((a, b) => (a.name < b.name ? -1 : 1));
        t.deepEqual(streams, [
          { name: 'Stream', size: 1 },
          { name: 'empty', size: 0 },
        ]);
        if (vfs.features.extendedAttributes) t.deepEqual(await handle.listEas(), []);
        await handle.setStream('stream', undefined);
        t.is(await handle.getStream('Stream'), undefined);
        await refused(t, 'not-found', () => handle.setStream('Stream', undefined));
        t.deepEqual(await handle.listStreams(), [{ name: 'empty', size: 0 }]);
        await handle.close();
      }
    },
  },
  {
    title: 'a security descriptor is kept byte for byte',
    needs: 'securityDescriptors',
    async run(t, { vfs }) {
      await makeDirectory(vfs, ['d']);
      for (const [path, options] of [
        [['f'], FILE],
        [['d'], LOOK],
      ] as const) {
        const handle = await open(vfs, path, options);
        t.is(await handle.getSecurityDescriptor(), undefined);
        for (const length of [0, 300]) {
          await handle.setSecurityDescriptor(descriptor(length));
          t.deepEqual(await handle.getSecurityDescriptor(), descriptor(length));
        }
        if (vfs.features.extendedAttributes) t.deepEqual(await handle.listEas(), []);
        await handle.close();
      }
    },
  },
];

/** O:BAG:BA and nothing else, self-relative, [MS-DTYP] 2.4.6, with this many bytes after it. */
function descriptor(more: number): Uint8Array {
  const administrators = [1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0];
  const header = [1, 0, 0, 0x80, 20, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...header, ...administrators, ...administrators, ...new Array<number>(more).fill(7)]);
}
