import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateDisposition,
  CreateOptions,
  changeNotifyRequest,
  changeNotifyResponse,
  type FileId,
  FileInformationClass,
  fileAllInformation,
  fileDispositionInformation,
  fileNotifyInformation,
  fileRenameInformation,
  fileStreamInformation,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  OplockLevel,
  queryInfoRequest,
  queryInfoResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { explainOpen } from '../src/index.ts';
import { type Harness, settle, startServer } from './harness.ts';
import { ALL, close, create, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';

const { STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_DELETE_PENDING, STATUS_OBJECT_NAME_NOT_FOUND } = NtStatus;
const OPEN = { createDisposition: CreateDisposition.OPEN };

async function start(): Promise<{ h: Harness; m: Mount }> {
  const h = startServer();
  return { h, m: await mount(await h.logOn()) };
}

function rename(m: Mount, fileId: FileId, fileName: string, replaceIfExists = false): Promise<number> {
  const buffer = encode(fileRenameInformation, { replaceIfExists, rootDirectory: 0n, fileName });
  return statusOf(setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, buffer));
}

function disposition(m: Mount, fileId: FileId): Promise<number> {
  const buffer = encode(fileDispositionInformation, { deletePending: true });
  return statusOf(setFileInfo(m, fileId, FileInformationClass.FileDispositionInformation, buffer));
}

async function query(m: Mount, fileId: FileId, fileInfoClass: number): Promise<Uint8Array> {
  const { body } = await m.client.request(
    Command.QUERY_INFO,
    queryInfoRequest,
    queryInfoResponse,
    {
      infoType: 1,
      fileInfoClass,
      additionalInformation: 0,
      fileId,
      flags: 0,
      outputBufferLength: 4096,
      inputBuffer: new Uint8Array(0),
    },
    { treeId: m.treeId },
  );
  return body!.buffer;
}

/** `name size` of each stream. */
async function streams(m: Mount, name: string): Promise<string[]> {
  const { fileId } = await create(m, name, { ...OPEN, desiredAccess: AccessMask.FILE_READ_ATTRIBUTES });
  const bytes = await query(m, fileId, FileInformationClass.FileStreamInformation);
  await close(m, fileId);
  return decode(fileStreamInformation, bytes).map((s) => `${s.streamName} ${s.streamSize}`);
}

test('a stream gets another name; its opens, locks and oplocks stay with it [MS-FSA 2.1.5.15.11.1]', async (t) => {
  const { h, m } = await start();
  const a = await create(m, 'f:One');
  await write(m, a.fileId, 'abc');
  const lock = { offset: 0n, length: 1n, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY };
  const request = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: a.fileId, locks: [lock] };
  await m.client.request(Command.LOCK, lockRequest, lockResponse, request, { treeId: m.treeId });
  t.is(await rename(m, a.fileId, ':Two:$DATA'), STATUS_SUCCESS);
  t.deepEqual(await streams(m, 'f'), ['::$DATA 0', ':Two:$DATA 3']);
  t.is(await statusOf(create(m, 'f:One', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(
    decode(fileAllInformation, await query(m, a.fileId, FileInformationClass.FileAllInformation)).fileName,
    '\\f:Two',
  );
  const b = await create(m, 'f:two', { desiredAccess: AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES });
  t.is(await statusOf(read(m, b.fileId)), NtStatus.STATUS_FILE_LOCK_CONFLICT);
  await close(m, a.fileId);
  t.is(await read(m, b.fileId), 'abc');
  t.is(await statusOf(create(m, 'f:TWO', { shareAccess: 0 })), NtStatus.STATUS_SHARING_VIOLATION);

  const held = await create(m, 'g:One', { requestedOplockLevel: OplockLevel.BATCH });
  t.is(held.oplockLevel, OplockLevel.BATCH);
  t.is(await rename(m, held.fileId, ':Two'), STATUS_SUCCESS);
  const waits = create(m, 'g:Two');
  await settle();
  t.is((await create(m, 'g:One')).createAction, 2, 'another stream by the old name');
  await close(m, held.fileId);
  t.is((await waits).createAction, 1);
  t.deepEqual(h.errors, []);
});

test('a stream takes the place of another only if that is empty and not open, and it is asked to [MS-FSA 2.1.5.15.11.1]', async (t) => {
  const { m } = await start();
  const a = await create(m, 'f:a');
  const b = await create(m, 'f:b');
  t.is(await rename(m, a.fileId, ':b'), NtStatus.STATUS_OBJECT_NAME_COLLISION);
  t.is(await rename(m, a.fileId, ':b', true), STATUS_INVALID_PARAMETER);
  await write(m, b.fileId, 'x');
  await close(m, b.fileId);
  t.is(await rename(m, a.fileId, ':B', true), STATUS_INVALID_PARAMETER);
  const c = await create(m, 'f:c');
  await close(m, c.fileId);
  t.is(await rename(m, a.fileId, ':C', true), STATUS_SUCCESS);
  t.is(await rename(m, a.fileId, ':C'), STATUS_SUCCESS, 'its own name');
  t.deepEqual(await streams(m, 'f'), ['::$DATA 0', ':b:$DATA 1', ':c:$DATA 0']);
});

test('what is no name of a stream, or of another kind, is refused [MS-FSA 2.1.5.15.11.1]', async (t) => {
  const { m } = await start();
  const a = await create(m, 'f:a');
  for (const name of [':', '::', ':b:', ':b:$DATA:x', ':b:$DATA:', `:${'x'.repeat(256)}`, ':a/b', ':a\\b']) {
    t.is(await rename(m, a.fileId, name), STATUS_INVALID_PARAMETER, name);
  }
  t.is(await rename(m, a.fileId, ':b:$INDEX_ALLOCATION'), NtStatus.STATUS_OBJECT_TYPE_MISMATCH);
  t.is(await rename(m, a.fileId, 'f:b'), STATUS_INVALID_PARAMETER, 'a stream leaves its file for none');
  const d = await create(m, 'd', { createOptions: CreateOptions.DIRECTORY_FILE });
  t.is(await rename(m, d.fileId, ':b:$DATA'), NtStatus.STATUS_OBJECT_TYPE_MISMATCH);
  t.is(await rename(m, d.fileId, ':b'), STATUS_INVALID_PARAMETER);
  const s = await create(m, 'd:s');
  t.is(await rename(m, s.fileId, ':b'), STATUS_SUCCESS);
  t.is(await rename(m, s.fileId, '::$DATA', true), STATUS_INVALID_PARAMETER, 'a directory has no unnamed stream');
  const { fileId } = await create(m, 'f:c', { desiredAccess: AccessMask.FILE_WRITE_DATA });
  t.is(await rename(m, fileId, ':e'), NtStatus.STATUS_ACCESS_DENIED, 'without DELETE');
});

test('a stream becomes the unnamed one of an empty file that nobody has open, and its opens are of the file', async (t) => {
  const { h, m } = await start();
  const a = await create(m, 'f:a');
  await write(m, a.fileId, 'abc');
  const file = await create(m, 'f');
  t.is(await rename(m, a.fileId, '::$DATA', true), STATUS_INVALID_PARAMETER, 'the file is open');
  await write(m, file.fileId, 'x');
  await close(m, file.fileId);
  t.is(await rename(m, a.fileId, '::$DATA', true), STATUS_INVALID_PARAMETER, 'the file has bytes');
  await close(m, (await create(m, 'f', { createDisposition: CreateDisposition.OPEN })).fileId);
  await close(m, a.fileId);

  const b = await create(m, 'g:b', { shareAccess: 3 });
  await write(m, b.fileId, 'abc');
  t.is(await rename(m, b.fileId, '::$DATA'), NtStatus.STATUS_OBJECT_NAME_COLLISION);
  t.is(await rename(m, b.fileId, '::$DATA', true), STATUS_SUCCESS);
  t.deepEqual(await streams(m, 'g'), ['::$DATA 3']);
  t.is(await statusOf(create(m, 'g', OPEN)), NtStatus.STATUS_SHARING_VIOLATION, 'it shares no DELETE');
  const g = await create(m, 'g', { ...OPEN, desiredAccess: AccessMask.FILE_READ_DATA });
  await write(m, b.fileId, 'd', 3n);
  t.is(await read(m, g.fileId), 'abcd');
  t.is(await disposition(m, b.fileId), STATUS_SUCCESS);
  await close(m, b.fileId);
  t.is(await statusOf(create(m, 'g', OPEN)), STATUS_DELETE_PENDING);
  await close(m, g.fileId);
  t.is(await statusOf(create(m, 'g', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(h.errors, []);
});

test('the unnamed stream gets a name; who has it open goes on with its bytes, and the file is empty', async (t) => {
  const { h, m } = await start();
  const a = await create(m, 'f');
  const b = await create(m, 'f', { desiredAccess: AccessMask.FILE_READ_DATA });
  await write(m, a.fileId, 'abc');
  t.is(await rename(m, a.fileId, ':old'), STATUS_SUCCESS);
  t.deepEqual(await streams(m, 'f'), ['::$DATA 0', ':old:$DATA 3']);
  await write(m, a.fileId, 'd', 3n);
  t.is(await read(m, b.fileId), 'abcd');
  const fresh = await create(m, 'f', { shareAccess: 0 });
  await write(m, fresh.fileId, 'new');
  // As who deletes the program that he runs does it: the stream goes, the file stays.
  t.is(await disposition(m, a.fileId), STATUS_SUCCESS);
  await close(m, a.fileId);
  t.is(await statusOf(create(m, 'f:old', OPEN)), STATUS_DELETE_PENDING);
  await close(m, b.fileId);
  await close(m, fresh.fileId);
  t.deepEqual(await streams(m, 'f'), ['::$DATA 3']);
  t.deepEqual(h.errors, []);
});

test('a file that is deleted while its stream is open: readable through that, no name leads to it, gone with its close', async (t) => {
  const { h, m } = await start();
  const s = await create(m, 'f:s');
  await write(m, s.fileId, 'abc');
  const f = await create(m, 'f', { desiredAccess: AccessMask.DELETE });
  t.is(await disposition(m, f.fileId), STATUS_SUCCESS);
  await close(m, f.fileId);
  t.is(await read(m, s.fileId), 'abc');
  const info = decode(fileAllInformation, await query(m, s.fileId, FileInformationClass.FileAllInformation));
  t.true(info.standard.deletePending);
  for (const name of ['f', 'f:s', 'f:t']) t.is(await statusOf(create(m, name)), STATUS_DELETE_PENDING, name);
  t.is(await rename(m, s.fileId, ':t'), STATUS_DELETE_PENDING);
  await close(m, s.fileId);
  t.is(await statusOf(create(m, 'f', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(h.errors, []);
});

test('two closes at once of what is to be deleted delete it [MS-FSA 2.1.5.5]', async (t) => {
  const { m } = await start();
  const a = await create(m, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  const b = await create(m, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  await Promise.all([close(m, a.fileId), close(m, b.fileId)]);
  t.is(await statusOf(create(m, 'f', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
});

test('a stream that is deleted leaves its file; one made with its file is taken back with it', async (t) => {
  const { m } = await start();
  const s = await create(m, 'f:s', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  await close(m, s.fileId);
  t.deepEqual(await streams(m, 'f'), ['::$DATA 0']);
  const readOnly = { fileAttributes: 1, createOptions: CreateOptions.DELETE_ON_CLOSE };
  t.is(await statusOf(create(m, 'g:s', readOnly)), NtStatus.STATUS_CANNOT_DELETE);
  t.is(await statusOf(create(m, 'g', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
});

test('who makes a file anew makes it without its streams; who makes a stream anew leaves the file as it is', async (t) => {
  const { m } = await start();
  for (const name of ['f:a', 'f:b']) await close(m, (await create(m, name)).fileId);
  const b = await create(m, 'f:b');
  await close(m, (await create(m, 'f', { createDisposition: CreateDisposition.OVERWRITE })).fileId);
  t.deepEqual(await streams(m, 'f'), ['::$DATA 0', ':b:$DATA 0'], 'what is open stays');
  await close(m, b.fileId);
  const { fileId } = await create(m, 'f:b', { createDisposition: CreateDisposition.OVERWRITE, fileAttributes: 2 });
  const info = decode(fileAllInformation, await query(m, fileId, FileInformationClass.FileAllInformation));
  t.is(info.basic.fileAttributes & 2, 0);
});

test("streams' opens follow their file to its new name", async (t) => {
  const { m } = await start();
  const s = await create(m, 'f:s', { desiredAccess: AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES });
  const f = await create(m, 'f', { desiredAccess: ALL });
  t.is(await rename(m, f.fileId, 'g'), STATUS_SUCCESS);
  const info = decode(fileAllInformation, await query(m, s.fileId, FileInformationClass.FileAllInformation));
  t.is(info.fileName, '\\g:s');
});

test('who watches streams is told of them by name, and who watches files is not [MS-FSCC 2.7.1]', async (t) => {
  const { m } = await start();
  const directory = await create(m, '', { createOptions: CreateOptions.DIRECTORY_FILE, desiredAccess: 1 });
  const heard: string[] = [];
  const watch = (completionFilter: number) =>
    m.client.request(
      Command.CHANGE_NOTIFY,
      changeNotifyRequest,
      changeNotifyResponse,
      { flags: 0, outputBufferLength: 4096, fileId: directory.fileId, completionFilter },
      { treeId: m.treeId },
    );
  await close(m, (await create(m, 'f')).fileId);
  const told = watch(0xe00);
  await settle();
  const s = await create(m, 'f:s');
  for (const { action, fileName } of decode(fileNotifyInformation, (await told).body!.buffer))
    heard.push(`${action} ${fileName}`);
  await write(m, s.fileId, 'x');
  await rename(m, s.fileId, ':t');
  await disposition(m, s.fileId);
  await close(m, s.fileId);
  for (let left = 4; left > 0; ) {
    const changes = decode(fileNotifyInformation, (await watch(0xe00)).body!.buffer);
    left -= changes.length;
    for (const { action, fileName } of changes) heard.push(`${action} ${fileName}`);
  }
  t.deepEqual(heard, ['6 f:s', '8 f:s', '7 f:s', '6 f:t', '7 f:t']);
});

test('opens of streams are shown with their names, and explain who holds up a file', async (t) => {
  const { h, m } = await start();
  const s = await create(m, 'f:s', { shareAccess: 3 });
  await write(m, s.fileId, 'abc');
  const explained = await explainOpen(h.server, 'share', 'f');
  t.deepEqual(
    explained!.opens.map(({ path }) => path),
    ['f:s'],
  );
  t.is(explained!.newOpens.find(({ to }) => to === 'delete')!.outcome, 'sharing-violation');
  t.is(explained!.newOpens.find(({ to }) => to === 'write')!.outcome, 'granted');
  const told = decode(fileStreamInformation, await query(m, s.fileId, FileInformationClass.FileStreamInformation));
  t.deepEqual(
    told.map(({ streamName, streamSize }) => `${streamName} ${streamSize}`),
    ['::$DATA 0', ':s:$DATA 3'],
  );
});
