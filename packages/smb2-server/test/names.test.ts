import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  CreateOptions,
  type CreateRequest,
  FileInformationClass,
  fileAlternateNameInformation,
  fileRenameInformation,
  fullEaList,
  NtStatus,
  ntStatusName,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { startServer } from './harness.ts';
import { close, create, list, mount, queryInfo, setFileInfo, statusOf } from './requests.ts';

const { DIRECTORY_FILE, NON_DIRECTORY_FILE } = CreateOptions;
const OPEN = { createDisposition: 1, desiredAccess: 0x80 };

test('a separator behind a name says that it is a folder’s, and two separators are one [MS-FSA 2.1.5.1]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  for (const [name, createOptions] of [
    ['d', DIRECTORY_FILE],
    ['d\\e', DIRECTORY_FILE],
    ['d\\f', 0],
  ] as const) {
    await close(m, (await create(m, name, { createOptions })).fileId);
  }
  const status = async (name: string, more: Partial<CreateRequest> = {}) => {
    try {
      const { fileId, fileAttributes } = await create(m, name, { ...OPEN, ...more });
      await close(m, fileId);
      return (fileAttributes & 0x10) !== 0 ? 'folder' : 'file';
    } catch (error) {
      return ntStatusName((error as { status: number }).status);
    }
  };
  for (const createOptions of [0, DIRECTORY_FILE]) {
    for (const name of ['d\\', 'd\\\\', 'd\\e\\', 'd\\\\e', 'd\\e\\\\', 'd//e/']) {
      t.is(await status(name, { createOptions }), 'folder', name);
    }
    t.is(await status('d\\f\\', { createOptions }), 'STATUS_NOT_A_DIRECTORY');
    t.is(await status('new\\', { createOptions }), 'STATUS_OBJECT_NAME_NOT_FOUND');
    t.is(await status(`new${createOptions}\\`, { createOptions, createDisposition: 2 }), 'folder');
  }
  for (const name of ['d\\\\f', 'd\\\\\\f', 'd//f']) t.is(await status(name), 'file', name);
  for (const name of ['d\\', 'd\\f\\', 'd\\e\\\\']) {
    t.is(await status(name, { createOptions: NON_DIRECTORY_FILE }), 'STATUS_OBJECT_NAME_INVALID', name);
  }
  t.is(await status('\\d'), 'STATUS_INVALID_PARAMETER');
  t.is(await status('d\\:s'), 'STATUS_OBJECT_NAME_INVALID');
});

test('a new name may have a separator behind it, and two in the middle', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  await create(m, 'd', { createOptions: DIRECTORY_FILE, desiredAccess: 0x80 });
  const { fileId } = await create(m, 'old', { createOptions: DIRECTORY_FILE });
  for (const fileName of ['d\\new\\', 'd\\\\newer']) {
    const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });
    t.is(await statusOf(setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, buffer)), 0);
  }
  await t.notThrowsAsync(create(m, 'd\\newer', OPEN));
});

test('an extended attribute whose name cannot be one is refused, and so are those beside it [MS-FSCC 2.4.16]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  const value = new Uint8Array([1]);
  const list = (...names: string[]) =>
    encode(
      fullEaList,
      names.map((name) => ({ flags: 0, name, value })),
    );
  const { STATUS_INVALID_EA_NAME } = NtStatus;
  for (const c of ['\u0001', '\u001f', ...'"*+,/:;<=>?[\\]|']) {
    const status = await statusOf(
      setFileInfo(m, fileId, FileInformationClass.FileFullEaInformation, list('GOOD', `A${c}`)),
    );
    t.is(status, STATUS_INVALID_EA_NAME, JSON.stringify(c));
    const data = list(`A${c}`);
    const made = create(m, 'new', { createContexts: [{ name: 'ExtA', data }] });
    t.is(await statusOf(made), STATUS_INVALID_EA_NAME);
  }
  const { handle } = await h.vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'none' });
  t.deepEqual(await handle.listEas(), []);
  t.is(await statusOf(create(m, 'new', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  const good = list('USER.x-1 y', 'A.B');
  t.is(await statusOf(setFileInfo(m, fileId, FileInformationClass.FileFullEaInformation, good)), 0);
});

test('a file has the short name that it opens by, and no made-up one; asking is never an error [MS-FSCC 2.4.5]', async (t) => {
  const m = await mount(await startServer().logOn());
  const short = ['short.txt', 'F', 'EIGHT678.123', 'a~1.$$$', '.dot'];
  const long = ['ninechars', 'a.text', 'a.b.c', 'ümlaut', 'with spc', 'a+b.txt', '.d.t', 'end.', 'A long name.txt'];
  for (const name of [...short, ...long]) await close(m, (await create(m, name)).fileId);
  for (const name of [...short, ...long, '']) {
    const { fileId } = await create(m, name, OPEN);
    const bytes = await queryInfo(m, fileId, FileInformationClass.FileAlternateNameInformation);
    t.is(decode(fileAlternateNameInformation, bytes).fileName, short.includes(name) ? name : '', name);
  }
  const { fileId } = await create(m, 'short.txt:a stream');
  const bytes = await queryInfo(m, fileId, FileInformationClass.FileAlternateNameInformation);
  t.is(decode(fileAlternateNameInformation, bytes).fileName, 'short.txt');
  t.deepEqual(new Set((await list(m)).map(({ shortName }) => (shortName as string | undefined) ?? '')), new Set(['']));
});
