import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  DispositionFlags,
  type FileId,
  FileInformationClass,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileLinkInformation,
  fileRenameInformation,
  NtStatus,
  queryInfoRequest,
  queryInfoResponse,
} from '@tsmbd/smb2-codec';
import { SmbError } from '@tsmbd/tool-smb-client';
import { createMemoryVfs, createPosixVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { startServer } from './harness.ts';
import { close, create, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';

// A file with two names: what is said of one of them says nothing of the other. [MS-FSA] 2.1.1.5

const OPEN = { createDisposition: CreateDisposition.OPEN };
const BACK_ENDS = {
  memory: (): Vfs => createMemoryVfs(),
  folder: (t: ExecutionContext): Vfs => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-links-'));
    t.teardown(() => rmSync(root, { recursive: true, force: true }));
    return createPosixVfs({ root });
  },
} as const;

interface Links {
  readonly holder: Mount;
  readonly other: Mount;
  /** x1, as `holder` has it open. */
  readonly held: FileId;
}

/** x1 and x2 are one file, which has the bytes 'kept'; x1 is open. */
async function begin(vfs: Vfs): Promise<Links> {
  const h = startServer({}, { vfs });
  const [holder, other] = [await mount(await h.logOn()), await mount(await h.logOn({}, 'bob'))];
  const { fileId } = await create(holder, 'x1');
  await write(holder, fileId, 'kept');
  await linkTo(holder, fileId, 'x2');
  return { holder, other, held: fileId };
}

function linkTo(m: Mount, fileId: FileId, to: string): Promise<void> {
  const link = { replaceIfExists: false, rootDirectory: 0n, fileName: to };
  return setFileInfo(m, fileId, FileInformationClass.FileLinkInformation, encode(fileLinkInformation, link));
}

function renameTo(m: Mount, fileId: FileId, to: string): Promise<void> {
  const name = { replaceIfExists: true, rootDirectory: 0n, fileName: to };
  return setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, encode(fileRenameInformation, name));
}

function mark(m: Mount, fileId: FileId, deletePending = true): Promise<void> {
  const value = encode(fileDispositionInformation, { deletePending });
  return setFileInfo(m, fileId, FileInformationClass.FileDispositionInformation, value);
}

function markPosix(m: Mount, fileId: FileId): Promise<void> {
  const value = encode(fileDispositionInformationEx, {
    flags: DispositionFlags.DELETE | DispositionFlags.POSIX_SEMANTICS,
  });
  return setFileInfo(m, fileId, FileInformationClass.FileDispositionInformationEx, value);
}

/** Marks the name that is opened here, and closes it. */
async function remove(m: Mount, name: string, how = mark): Promise<void> {
  const { fileId } = await create(m, name, OPEN);
  await how(m, fileId);
  await close(m, fileId);
}

async function standard(m: Mount, fileId: FileId) {
  const body = {
    infoType: 1,
    fileInfoClass: FileInformationClass.FileStandardInformation,
    outputBufferLength: 100,
    additionalInformation: 0,
    flags: 0,
    fileId,
    inputBuffer: new Uint8Array(0),
  };
  const reply = await m.client.request(Command.QUERY_INFO, queryInfoRequest, queryInfoResponse, body, {
    treeId: m.treeId,
  });
  const view = reply.body!.buffer;
  return { links: view[16], deletePending: view[20] === 1 };
}

/** Which of these names there are, with what is in them. */
async function names(m: Mount, ...of: readonly string[]): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for (const name of of) {
    try {
      const { fileId } = await create(m, name, OPEN);
      found[name] = await read(m, fileId);
      await close(m, fileId);
    } catch (error) {
      if (!(error instanceof SmbError)) throw error;
      found[name] = undefined;
    }
  }
  return found;
}

for (const [kind, backEnd] of Object.entries(BACK_ENDS)) {
  for (const [semantics, how] of [
    ['', mark],
    [' with POSIX semantics', markPosix],
  ] as const) {
    test(`${kind}: deleting one name of a file${semantics} does not delete the other, which is open [MS-FSA 2.1.5.5]`, async (t) => {
      const { holder, other, held } = await begin(backEnd(t));
      await remove(other, 'x2', how);
      t.deepEqual(await names(other, 'x1', 'x2'), { x1: 'kept', x2: undefined });
      t.deepEqual(await standard(holder, held), { links: 1, deletePending: false });
      await close(holder, held);
      t.deepEqual(await names(other, 'x1', 'x2'), { x1: 'kept', x2: undefined });
    });
  }

  test(`${kind}: a name that is to go does not keep others from the other name of its file [MS-FSA 2.1.5.1.2]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    await mark(holder, held);
    t.is(await statusOf(create(other, 'x1', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    t.is(await statusOf(create(other, 'x1:s', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    const { fileId } = await create(other, 'x2', OPEN);
    t.deepEqual(await standard(other, fileId), { links: 1, deletePending: false });
    t.deepEqual(await standard(holder, held), { links: 1, deletePending: true });
    await mark(other, fileId, false);
    t.deepEqual(await standard(holder, held), { links: 1, deletePending: true }, 'it was said of the other name');
    await close(holder, held);
    t.is(await statusOf(create(other, 'x1', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    t.is(await read(other, fileId), 'kept');
  });

  test(`${kind}: a name that was deleted stays until its own last open closes, whoever has the other [MS-FSA 2.1.5.5]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    const second = await create(other, 'x1', OPEN);
    const byOther = await create(other, 'x2', OPEN);
    await mark(holder, held);
    await close(holder, held);
    t.is(await statusOf(create(holder, 'x1', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    await close(other, second.fileId);
    t.is(await statusOf(create(holder, 'x1', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    t.is(await read(other, byOther.fileId), 'kept');
  });

  test(`${kind}: a name that has gone with POSIX semantics does not go again under its new file [MS-FSCC 2.4.12]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    await remove(other, 'x1', markPosix);
    t.deepEqual(await standard(holder, held), { links: 1, deletePending: true });
    const x2 = await create(other, 'x2', OPEN);
    await linkTo(other, x2.fileId, 'x1');
    await close(other, x2.fileId);
    t.deepEqual(await names(other, 'x1', 'x2'), { x1: 'kept', x2: 'kept' });
    await close(holder, held);
    t.deepEqual(await names(other, 'x1', 'x2'), { x1: 'kept', x2: 'kept' });
  });

  test(`${kind}: the deletion of a name follows its rename and takes no other name [MS-FSA 2.1.5.15.11]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    const second = await create(other, 'x1', OPEN);
    await renameTo(other, second.fileId, 'x3');
    // The old name is another link of the same file by now.
    await linkTo(other, second.fileId, 'x1');
    await mark(holder, held);
    t.is(await statusOf(create(other, 'x3', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    t.is(await statusOf(create(other, 'x1', OPEN)), NtStatus.STATUS_SUCCESS);
    await close(other, second.fileId);
    await close(holder, held);
    t.deepEqual(await names(other, 'x1', 'x2', 'x3'), { x1: 'kept', x2: 'kept', x3: undefined });
  });

  test(`${kind}: FILE_DELETE_ON_CLOSE deletes the name that was opened so, and no other [MS-FSA 2.1.5.5]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    const { fileId } = await create(other, 'x2', { ...OPEN, createOptions: CreateOptions.DELETE_ON_CLOSE });
    await close(other, fileId);
    await close(holder, held);
    t.deepEqual(await names(other, 'x1', 'x2'), { x1: 'kept', x2: undefined });
  });

  test(`${kind}: a name is kept by a stream that was opened by it, not by one of the other name [MS-FSA 2.1.1.3]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    const byFirst = await create(other, 'x1:s');
    const bySecond = await create(other, 'x2:s', OPEN);
    await mark(holder, held);
    await close(holder, held);
    t.is(await statusOf(create(holder, 'x1', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    await close(other, byFirst.fileId);
    t.is(await statusOf(create(holder, 'x1', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    t.deepEqual(await names(other, 'x1', 'x2'), { x1: undefined, x2: 'kept' });
    await close(other, bySecond.fileId);
  });

  test(`${kind}: nothing is renamed or linked to another name of its file that is to go [MS-FSA 2.1.5.15.11]`, async (t) => {
    const { holder, other, held } = await begin(backEnd(t));
    const second = await create(other, 'x2', OPEN);
    await mark(holder, held);
    t.is(await statusOf(renameTo(other, second.fileId, 'x1')), NtStatus.STATUS_ACCESS_DENIED);
    await close(holder, held);
    t.deepEqual(await names(other, 'x1', 'x2'), { x1: undefined, x2: 'kept' });
  });
}

test('sharing, locks and caching are of the file, by whatever name it was opened [MS-FSA 2.1.1.3]', async (t) => {
  const { holder, other, held } = await begin(createMemoryVfs());
  await close(holder, held);
  await create(holder, 'x1', { ...OPEN, shareAccess: 1 });
  t.is(await statusOf(create(other, 'x2', OPEN)), NtStatus.STATUS_SHARING_VIOLATION);
});

test('a file with one name is one by whatever spelling it was opened, and by whatever folder leads to it', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-links-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const { mkdirSync, symlinkSync } = await import('node:fs');
  mkdirSync(join(root, 'd'));
  symlinkSync('d', join(root, 'to'));
  const h = startServer({}, { vfs: createPosixVfs({ root, followSymlinks: true }) });
  const m = await mount(await h.logOn());
  const first = await create(m, 'd\\f');
  const second = await create(m, 'to\\F', OPEN);
  await mark(m, first.fileId);
  await close(m, first.fileId);
  t.is(await statusOf(create(m, 'd\\f', OPEN)), NtStatus.STATUS_DELETE_PENDING);
  t.is(await statusOf(create(m, 'to\\f', OPEN)), NtStatus.STATUS_DELETE_PENDING);
  await close(m, second.fileId);
  t.is(await statusOf(create(m, 'd\\f', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});
