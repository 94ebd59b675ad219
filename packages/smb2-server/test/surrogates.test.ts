import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  type FileId,
  FileInformationClass,
  fileNameInformation,
  fileNotifyInformation,
  fileRenameInformation,
  fileStreamInformation,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, createPosixVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { settle, startServer } from './harness.ts';
import { close, create, list, type Mount, mount, queryInfo, read, setFileInfo, statusOf, write } from './requests.ts';

// Names are UTF-16 units, not text: half a surrogate pair is one, and so is a byte order mark.
// [MS-FSCC] 2.1.5

const OPEN = { createDisposition: 1 };
const NAMES = ['\ud800', '\ud801', '\udc00', '\ufffd', '\ufeff\ufffd', '\u{10000}', 'a\udfff.txt', 'a\udffe.txt'];
const BACK_ENDS: Readonly<Record<string, (t: ExecutionContext) => { vfs: Vfs; root: string | undefined }>> = {
  memory: () => ({ vfs: createMemoryVfs(), root: undefined }),
  folder: (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-names-'));
    t.teardown(() => rmSync(root, { recursive: true, force: true }));
    return { vfs: createPosixVfs({ root }), root };
  },
};

async function make(m: Mount, name: string): Promise<void> {
  const { fileId } = await create(m, name, { createDisposition: 2 });
  await write(m, fileId, unitsOf(name));
  await close(m, fileId);
}

async function contentOf(m: Mount, name: string): Promise<string> {
  const { fileId } = await create(m, name, OPEN);
  const text = await read(m, fileId);
  await close(m, fileId);
  return text;
}

function rename(m: Mount, fileId: FileId, fileName: string): Promise<number> {
  const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });
  return statusOf(setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, buffer));
}

function unitsOf(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(' ');
}

/** The folder for temporary files may lie on a file system that keeps no streams. */
function keepsStreams(root: string): boolean {
  const vfs = createPosixVfs({ root });
  void vfs.dispose();
  return vfs.features.streams;
}

for (const [where, start] of Object.entries(BACK_ENDS)) {
  const withStreams = where === 'memory' || keepsStreams(tmpdir()) ? test : test.skip;
  test(`${where}: names with half a surrogate pair, or a byte order mark, are never one file`, async (t) => {
    const { vfs, root } = start(t);
    const m = await mount(await startServer({}, { vfs }).logOn());
    for (const name of NAMES) await make(m, name);
    for (const name of NAMES) t.is(await contentOf(m, name), unitsOf(name));
    t.deepEqual((await list(m)).map(({ fileName }) => fileName).toSorted(), NAMES.toSorted());
    for (const name of NAMES) {
      t.deepEqual(
        (await list(m, '', name)).map(({ fileName }) => fileName),
        [name],
        'sought by its name',
      );
    }
    t.deepEqual(
      (await list(m, '', '\ud800*')).map(({ fileName }) => fileName).toSorted(),
      ['\ud800', '\u{10000}'].toSorted(),
    );
    t.is((await list(m, '', 'a?.txt')).length, 2);
    if (root !== undefined) {
      const disk = readdirSync(root, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
      t.true(disk.includes('\xed\xa0\x80'), 'WTF-8');
      t.is(disk.length, NAMES.length);
    }
  });

  test(`${where}: a lone surrogate is kept by rename, by the name that is told of, and in a folder’s name`, async (t) => {
    const { vfs } = start(t);
    const m = await mount(await startServer({}, { vfs }).logOn());
    await close(m, (await create(m, 'd\ud834', { createOptions: 1 })).fileId);
    const watched = await create(m, 'd\ud834', { ...OPEN, createOptions: 1, desiredAccess: 0x81 });
    const told = m.client.request(
      Command.CHANGE_NOTIFY,
      changeNotifyRequest,
      changeNotifyResponse,
      { flags: 0, outputBufferLength: 4096, fileId: watched.fileId, completionFilter: 1 },
      { treeId: m.treeId },
    );
    await settle();
    const { fileId } = await create(m, 'd\ud834\\x\ud800', { desiredAccess: 0x1f_01ff });
    const { body } = await told;
    t.deepEqual(
      decode(fileNotifyInformation, body!.buffer).map(({ fileName }) => fileName),
      ['x\ud800'],
    );
    t.is(await rename(m, fileId, 'd\ud834\\x\ud801'), 0);
    for (const [infoClass, name] of [
      [FileInformationClass.FileNameInformation, '\\d\ud834\\x\ud801'],
      [FileInformationClass.FileNormalizedNameInformation, 'd\ud834\\x\ud801'],
    ] as const) {
      t.is(decode(fileNameInformation, await queryInfo(m, fileId, infoClass)).fileName, name);
    }
    t.is(await statusOf(create(m, 'd\ud834\\x\ufffd', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    t.is(await statusOf(create(m, 'd\ud834\\x\ud800', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  });

  withStreams(`${where}: streams whose names differ by a lone surrogate are never one stream`, async (t) => {
    const { vfs } = start(t);
    const m = await mount(await startServer({}, { vfs }).logOn());
    const streams = ['f:s\ud800', 'f:s\ud801', 'f:s\ufffd', 'f:s\ufeff', 'f:s\u{1f600}'];
    for (const name of streams) await make(m, name);
    for (const name of streams) t.is(await contentOf(m, name), unitsOf(name));
    const { fileId } = await create(m, 'f:s\ud800', OPEN);
    t.is(await rename(m, fileId, ':t\udc00'), 0);
    const told = decode(fileStreamInformation, await queryInfo(m, fileId, FileInformationClass.FileStreamInformation));
    t.deepEqual(
      told.map(({ streamName }) => streamName).toSorted(),
      ['::$DATA', ...['t\udc00', 's\ud801', 's\ufffd', 's\ufeff', 's\u{1f600}'].map((s) => `:${s}:$DATA`)].toSorted(),
    );
  });
}
