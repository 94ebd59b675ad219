import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  changeNotifyRequest,
  changeNotifyResponse,
  decodeDirectory,
  FileInformationClass,
  fileRenameInformation,
  ntStatusName,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { matcherOf } from '../src/index.ts';
import { alone, settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, setFileInfo, statusOf } from './requests.ts';
import { toldVfs } from './told-vfs.ts';

const OPEN = { createDisposition: CreateDisposition.OPEN };
const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };
const VETOES = matcherOf(['.DS_Store', '*.secret', 'lost+found'])!;

/** A share whose disk has names that match, made through another share of the same disk. */
async function world(
  share = {},
  vfs: Vfs = createMemoryVfs(),
): Promise<{ m: Mount; all: Mount; h: ReturnType<typeof startServer> }> {
  const h = startServer({}, { vfs, place: ['srv'], vetoes: VETOES, ...share });
  const [vetoed] = h.server.shares;
  h.server.setShares([vetoed!, { ...vetoed!, name: 'all', vetoes: undefined }]);
  const client = await h.logOn();
  return { h, m: await mount(client), all: await mount(client, 'all') };
}

async function make(m: Mount, name: string, more = {}): Promise<void> {
  await close(m, (await create(m, name, more)).fileId);
}

async function list(m: Mount, pattern = '*'): Promise<string[]> {
  const { fileId } = await create(m, '', { ...OPEN, ...DIRECTORY });
  const { body } = await m.client.request(
    Command.QUERY_DIRECTORY,
    queryDirectoryRequest,
    queryDirectoryResponse,
    {
      fileInformationClass: FileInformationClass.FileDirectoryInformation,
      flags: 0,
      fileIndex: 0,
      fileId,
      outputBufferLength: 65_536,
      searchPattern: pattern,
    },
    { treeId: m.treeId },
  );
  await close(m, fileId);
  return decodeDirectory(FileInformationClass.FileDirectoryInformation, body!.buffer)!.map(({ fileName }) => fileName);
}

const named = async (promise: Promise<unknown>): Promise<string> => ntStatusName(await statusOf(promise));

test('a name that is vetoed is not listed, whatever its letter case, nor found by its name', async (t) => {
  const { m, all } = await world();
  for (const name of ['.ds_STORE', 'a.SECRET', 'b.txt']) await make(all, name);
  t.deepEqual((await list(m)).toSorted(), ['.', '..', 'b.txt']);
  t.deepEqual((await list(all)).toSorted(), ['.', '..', '.ds_STORE', 'a.SECRET', 'b.txt']);
  t.is(await named(list(m, 'a.secret')), 'STATUS_NO_SUCH_FILE');
});

test('a name that is vetoed is not opened, nor what is below it, nor a stream of it', async (t) => {
  const { m, all } = await world();
  await make(all, 'a.secret');
  await make(all, 'lost+found', DIRECTORY);
  await make(all, 'lost+found\\f');
  t.is(await named(create(m, 'A.Secret', OPEN)), 'STATUS_OBJECT_NAME_NOT_FOUND');
  t.is(await named(create(m, 'a.secret::$DATA', OPEN)), 'STATUS_OBJECT_NAME_NOT_FOUND');
  t.is(await named(create(m, 'a.secret:s', OPEN)), 'STATUS_OBJECT_NAME_NOT_FOUND');
  t.is(await named(create(m, 'b\\..\\a.secret', OPEN)), 'STATUS_OBJECT_NAME_NOT_FOUND');
  t.is(await named(create(m, 'Lost+Found\\f', OPEN)), 'STATUS_OBJECT_PATH_NOT_FOUND');
  t.is(await named(create(all, 'a.secret', OPEN)), 'STATUS_SUCCESS');
});

for (const [what, createDisposition] of Object.entries(CreateDisposition)) {
  if (createDisposition === CreateDisposition.OPEN || createDisposition === CreateDisposition.OVERWRITE) continue;
  test(`a name that is vetoed is not made by ${what}, and what is there is not changed`, async (t) => {
    const { m, all } = await world();
    t.is(await named(create(m, 'new.secret', { createDisposition })), 'STATUS_ACCESS_DENIED');
    t.is(await named(create(m, 'new.secret:stream', { createDisposition })), 'STATUS_ACCESS_DENIED');
    t.is(await named(create(m, 'lost+found', { ...DIRECTORY, createDisposition: 2 })), 'STATUS_ACCESS_DENIED');
    t.deepEqual((await list(all)).toSorted(), ['.', '..']);
  });
}

test('nothing is renamed to a name that is vetoed, nor linked to one', async (t) => {
  const { m, all } = await world();
  const { fileId } = await create(m, 'a.txt');
  for (const infoClass of [FileInformationClass.FileRenameInformation, FileInformationClass.FileLinkInformation]) {
    const request = { replaceIfExists: true, rootDirectory: 0n, fileName: 'A.SECRET' };
    t.is(
      await named(setFileInfo(m, fileId, infoClass, encode(fileRenameInformation, request))),
      'STATUS_ACCESS_DENIED',
    );
  }
  await close(m, fileId);
  t.deepEqual((await list(all)).toSorted(), ['.', '..', 'a.txt']);
});

test('a client that watches a directory is not told of names that are vetoed', async (t) => {
  const { m, all } = await world();
  const told = await watchRoot(m);
  await make(all, 'a.secret');
  await make(all, 'seen.txt');
  const names = await told();
  t.false(names.includes('secret'));
  t.true(names.includes('seen.txt'));
});

alone('a client that watches a directory is not told of vetoed names that a local program makes', async (t) => {
  const { vfs, tell } = toldVfs();
  const { m } = await world({}, vfs);
  const told = await watchRoot(m);
  for (const name of ['a.secret', 'seen.txt', '.DS_Store']) tell('added', name);
  const names = await told();
  t.false(names.includes('secret') || names.includes('DS_Store'));
  t.true(names.includes('seen.txt'));
});

/** What it returns waits for the answer, and gives its names as they stand in it. */
async function watchRoot(m: Mount): Promise<() => Promise<string>> {
  const { fileId } = await create(m, '', { ...OPEN, ...DIRECTORY });
  const told = m.client.request(
    Command.CHANGE_NOTIFY,
    changeNotifyRequest,
    changeNotifyResponse,
    { flags: 1, outputBufferLength: 4096, fileId, completionFilter: 0x1fff },
    { treeId: m.treeId },
  );
  await settle();
  return async () => Buffer.from((await told).body!.buffer).toString('utf16le');
}

const DELETE = { ...OPEN, createOptions: CreateOptions.DIRECTORY_FILE | CreateOptions.DELETE_ON_CLOSE };
const dispose = (m: Mount, fileId: { persistent: bigint; volatile: bigint }): Promise<void> =>
  setFileInfo(m, fileId, FileInformationClass.FileDispositionInformation, Uint8Array.of(1));

for (const deleteVetoed of [false, true]) {
  test(`a directory with vetoed names alone is ${deleteVetoed ? 'deleted with them' : 'not empty'}`, async (t) => {
    const { m, all } = await world({ deleteVetoed });
    await make(all, 'd', DIRECTORY);
    await make(all, 'd\\a.secret');
    await make(all, 'd\\lost+found', DIRECTORY);
    await make(all, 'd\\lost+found\\f');
    const { fileId } = await create(m, 'd', { ...OPEN, ...DIRECTORY });
    t.is(await named(dispose(m, fileId)), deleteVetoed ? 'STATUS_SUCCESS' : 'STATUS_DIRECTORY_NOT_EMPTY');
    await close(m, fileId);
    t.is((await list(all)).includes('d'), !deleteVetoed);
  });
}

test('a directory with any other name in it keeps its vetoed names, delete veto files or not', async (t) => {
  const { m, all } = await world({ deleteVetoed: true });
  await make(all, 'd', DIRECTORY);
  await make(all, 'd\\a.secret');
  await make(all, 'd\\kept.txt');
  const { fileId } = await create(m, 'd', DELETE);
  await close(m, fileId);
  t.is(await named(create(all, 'd\\a.secret', OPEN)), 'STATUS_SUCCESS');
  t.is(await named(create(all, 'd\\kept.txt', OPEN)), 'STATUS_SUCCESS');
});
