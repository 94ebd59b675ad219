import { encode } from '@tsmbd/ms-dtyp';
import { FileInformationClass, fileAlternateNameInformation, fileRenameInformation, NtStatus } from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { FileOpen } from '../src/model/index.ts';
import { isOpenOf, isShort, looksShort, shortName } from '../src/names/index.ts';
import { startServer } from './harness.ts';
import { ALL, close, create, list, mount, queryInfo, read, setFileInfo, statusOf, write } from './requests.ts';

/** What smbd 4.17.12 shows for these names (`smbclient allinfo`), with `mangle prefix = 1`. */
const SAMBA: Readonly<Record<string, string>> = {
  '.longer.profile': '_A0P43~B',
  '.profile': '_P9OQF~O',
  '...a': '_EI59W~D.A',
  '.abc.d': '_54CRB~Z.D',
  '!toolongname.a#b': '_NWW85~F',
  '10characte': '17I4QM~3',
  'A long name.txt': 'AA2NT9~L.TXT',
  AUX: 'AHY9U3~9',
  'Short.TXT2': 'SS1IWF~N',
  'a b.txt': 'A38W04~C.TXT',
  'a+b.txt': 'A0QZKZ~5.TXT',
  'a.b.c': 'A1KYDY~M.C',
  'aux.txt': 'AHY9U3~9.TXT',
  'con.x.y': 'CHZ1FC~1.Y',
  'ends.dot.': 'EJN0BA~Y',
  'file.jpeg': 'FLYTT3~D',
  'foo.ü': 'FXA7ID~A',
  'nul.verylong': 'NI7C8J~E',
  'prn.txt': 'PITWVK~3.TXT',
  "toolongname.x'y": 'TVT8K0~G',
  'trail ': 'TZHRWN~X',
  'with space.doc': 'WUKSK9~J.DOC',
  'ß.x': '_JRXQ2~J.X',
  'é.txt': '_JRXQ2~5.TXT',
  'überlänge des Namens.text': '_BVRDI~D',
  '€uro.€': '_TKWFO~7',
  '日本語のファイル.txt': '_PUQHN~S.TXT',
};

test('short names are those that smbd shows', (t) => {
  for (const [name, short] of Object.entries(SAMBA)) {
    t.is(shortName(name), short, name);
    t.true(looksShort(short), short);
    t.false(isShort(name), name);
  }
  for (const name of ['.a', 'lock$', 'n~me.a-b', '{x}.txt', "a'b.txt", 'com0', 'lpt5', 'CONIN$', 'FILE~1.TXT', '..']) {
    t.is(shortName(name), name);
    t.true(isShort(name), name);
  }
  // With `mangle prefix = 4`.
  t.is(shortName('A long name.txt', 4), 'A_LOT9~L.TXT');
  t.is(shortName('10characte', 4), '10CHQM~3');
  t.is(shortName('AUX', 4), 'AUX_U3~9');
});

test('a file is found, listed and renamed by its short name', async (t) => {
  const m = await mount(await startServer({}, { shortNamePrefix: 1 }).logOn());
  const folder = await create(m, 'with space.doc', { createOptions: 1 });
  const made = await create(m, 'with space.doc\\A long name.txt', { desiredAccess: ALL });
  await write(m, made.fileId, 'content');
  const answer = await queryInfo(m, made.fileId, FileInformationClass.FileAlternateNameInformation);
  t.deepEqual(answer, encode(fileAlternateNameInformation, { fileName: 'AA2NT9~L.TXT' }));
  await close(m, made.fileId);
  await close(m, folder.fileId);

  const found = await create(m, 'WUKSK9~J.DOC\\aa2nt9~l.txt', { desiredAccess: ALL, createDisposition: 1 });
  t.is(await read(m, found.fileId), 'content');
  t.deepEqual(
    (await list(m, 'wuksk9~j.doc')).map((e) => [e.fileName, e.shortName]),
    [['A long name.txt', 'AA2NT9~L.TXT']],
  );
  for (const pattern of ['AA2NT9~L.TXT', 'aa2*.txt']) {
    t.deepEqual(
      (await list(m, 'with space.doc', pattern)).map((e) => e.fileName),
      ['A long name.txt'],
      pattern,
    );
  }
  // The long name of the target's folder is found, too.
  const to = encode(fileRenameInformation, {
    replaceIfExists: false,
    rootDirectory: 0n,
    fileName: 'WUKSK9~J.DOC\\another name.txt',
  });
  await setFileInfo(m, found.fileId, FileInformationClass.FileRenameInformation, to);
  t.deepEqual(
    (await list(m, 'with space.doc')).map((e) => e.fileName),
    ['another name.txt'],
  );
});

test('a name that exists as it is written is no short name', async (t) => {
  // A local program has made the second.
  const vfs = createMemoryVfs();
  for (const name of ['A long name.txt', 'AA2NT9~L.TXT']) {
    const { handle } = vfs.open([name], { disposition: 'create', kind: 'file', data: 'write' });
    handle.write(new TextEncoder().encode(name), 0);
    handle.close();
  }
  const m = await mount(await startServer({}, { vfs, shortNamePrefix: 1 }).logOn());
  const literal = await create(m, 'aa2nt9~l.txt', { createDisposition: 1 });
  t.is(await read(m, literal.fileId), 'AA2NT9~L.TXT');
});

test('a veto of a name holds for its short name', async (t) => {
  const vfs = createMemoryVfs();
  const vetoes = (name: string): boolean => name === 'secret document.txt';
  const m = await mount(await startServer({}, { vfs, shortNamePrefix: 1, vetoes }).logOn());
  (await vfs.open(['secret document.txt'], { disposition: 'create', kind: 'file', data: 'none' })).handle.close();
  const short = shortName('secret document.txt');
  t.is(await statusOf(create(m, short, { createDisposition: 1 })), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await statusOf(create(m, short)), NtStatus.STATUS_ACCESS_DENIED);
});

test('a file that is deleted and made again by its short name keeps its long name [MS-FSA 2.1.1.1]', async (t) => {
  const m = await mount(await startServer({}, { shortNamePrefix: 1 }).logOn());
  await close(m, (await create(m, 'A long name.txt')).fileId);
  const options = { createDisposition: 1, createOptions: 0x1000, desiredAccess: ALL };
  await close(m, (await create(m, 'AA2NT9~L.TXT', options)).fileId);
  t.deepEqual(await list(m), []);
  await close(m, (await create(m, 'AA2NT9~L.TXT')).fileId);
  t.deepEqual(
    (await list(m)).map((e) => e.fileName),
    ['A long name.txt'],
  );
});

test('without the setting, names are what they are', async (t) => {
  const m = await mount(await startServer().logOn());
  await close(m, (await create(m, 'A long name.txt')).fileId);
  t.is(await statusOf(create(m, 'AA2NT9~L.TXT', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(
    (await list(m)).map((e) => e.shortName),
    [''],
  );
});

test('an open is known by each name that a CREATE finds its file by', (t) => {
  const of = (path: string[], shortNamePrefix?: number) =>
    ({ path, handle: { streamName: 's' }, tree: { share: { shortNamePrefix } } }) as unknown as FileOpen;
  const is = (open: FileOpen, path: string[], stream = 'S'): boolean => isOpenOf(open, { path, stream });
  const open = of(['dir', 'A long name.txt'], 1);
  t.true(is(open, ['DIR', 'a LONG name.txt']));
  t.true(is(open, ['dir', 'aa2nt9~l.txt']));
  t.false(is(open, ['dir', 'aa2nt9~m.txt']));
  t.false(is(open, ['aa2nt9~l.txt']));
  t.false(is(open, ['dir', 'aa2nt9~l.txt'], 'other'));
  t.false(is(of(['dir', 'A long name.txt']), ['dir', 'aa2nt9~l.txt']));
  const then = '@GMT-2026.11.21-04.00.00';
  t.true(is(of([then, 'dir', 'f']), ['dir', then, 'f']));
  t.true(is(of([then, 'dir', 'f']), ['dir', 'f']));
  t.false(is(of(['dir', 'f']), ['dir', then, 'f']));
});
