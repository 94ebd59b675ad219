import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  cancelRequest,
  changeNotifyRequest,
  changeNotifyResponse,
  DispositionFlags,
  EMPTY_BODY,
  type FileId,
  FileInformationClass,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEndOfFileInformation,
  fileRenameInformation,
  fileStandardInformation,
  HeaderFlags,
  NtStatus,
  oplockBreakRequest,
  oplockBreakResponse,
  queryInfoRequest,
  queryInfoResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { matcherOf } from '../src/index.ts';
import { settle, startServer } from './harness.ts';
import { ALL, close, create, mount, read, setFileInfo, statusOf, write } from './requests.ts';

const RENAME = FileInformationClass.FileRenameInformation;
const DISPOSITION = FileInformationClass.FileDispositionInformation;

test('CLOSE twice: the second fails with STATUS_FILE_CLOSED [MS-SMB2 3.3.5.10]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await close(m, fileId);
  t.is(await statusOf(close(m, fileId)), NtStatus.STATUS_FILE_CLOSED);
});

test('a FileId of another session, or of another tree, names nothing [MS-SMB2 3.3.5.2.11]', async (t) => {
  const h = startServer();
  const alice = await mount(await h.logOn());
  const { fileId } = await create(alice, 'f');
  const bob = await mount(await h.logOn({}, 'bob'));
  t.is(await statusOf(read(bob, fileId)), NtStatus.STATUS_FILE_CLOSED);
  const second = await mount(alice.client);
  t.is(await statusOf(read(second, fileId)), NtStatus.STATUS_FILE_CLOSED);
});

test('TREE_DISCONNECT closes the opens of the tree [MS-SMB2 3.3.5.8]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f', { shareAccess: 0 });
  await m.client.request(Command.TREE_DISCONNECT, treeDisconnectRequest, treeDisconnectResponse, EMPTY_BODY, {
    treeId: m.treeId,
  });
  t.is(await statusOf(write(m, fileId, 'x')), NtStatus.STATUS_NETWORK_NAME_DELETED);
  await t.notThrowsAsync(create(await mount(m.client), 'f'));
});

const DISPOSITIONS = [
  ['OPEN', 'missing', NtStatus.STATUS_OBJECT_NAME_NOT_FOUND],
  ['OPEN', 'there', 1],
  ['CREATE', 'missing', 2],
  ['CREATE', 'there', NtStatus.STATUS_OBJECT_NAME_COLLISION],
  ['OPEN_IF', 'missing', 2],
  ['OPEN_IF', 'there', 1],
  ['OVERWRITE', 'missing', NtStatus.STATUS_OBJECT_NAME_NOT_FOUND],
  ['OVERWRITE', 'there', 3],
  ['OVERWRITE_IF', 'missing', 2],
  ['OVERWRITE_IF', 'there', 3],
  ['SUPERSEDE', 'missing', 2],
  ['SUPERSEDE', 'there', 0],
] as const;

for (const [disposition, name, expected] of DISPOSITIONS) {
  test(`CreateDisposition ${disposition} of a file that is ${name} [MS-SMB2 2.2.13]`, async (t) => {
    const h = startServer();
    const m = await mount(await h.logOn());
    const { fileId } = await create(m, 'there');
    await write(m, fileId, 'old');
    await close(m, fileId);
    const options = { createDisposition: CreateDisposition[disposition] };
    if (expected > 3) {
      t.is(await statusOf(create(m, name, options)), expected);
      return;
    }
    const made = await create(m, name, options);
    t.is(made.createAction, expected);
    t.is(made.endOfFile, expected === 1 ? 3n : 0n);
  });
}

test('a file that is delete-pending cannot be opened, and goes with its last CLOSE [MS-FSA 2.1.5.15.3]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const a = await create(m, 'f');
  const b = await create(m, 'F');
  await setFileInfo(m, a.fileId, DISPOSITION, encode(fileDispositionInformation, { deletePending: true }));
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_DELETE_PENDING);
  await close(m, a.fileId);
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_DELETE_PENDING);
  await close(m, b.fileId);
  const options = { createDisposition: CreateDisposition.OPEN };
  t.is(await statusOf(create(m, 'f', options)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});

test('with POSIX semantics the name goes with the CLOSE that deletes it, under other opens [MS-FSCC 2.4.12]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const a = await create(m, 'f');
  const b = await create(m, 'f');
  await write(m, b.fileId, 'still here');
  const flags = DispositionFlags.DELETE | DispositionFlags.POSIX_SEMANTICS;
  await setFileInfo(
    m,
    a.fileId,
    FileInformationClass.FileDispositionInformationEx,
    encode(fileDispositionInformationEx, { flags }),
  );
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_DELETE_PENDING);
  await close(m, a.fileId);
  const anew = await create(m, 'f');
  t.is(anew.createAction, 2);
  t.is(await read(m, b.fileId), 'still here');
  await close(m, b.fileId);
  await close(m, anew.fileId);
  t.is((await create(m, 'f')).createAction, 1, 'the new file of that name is another one');
});

test('an open is told later to delete its file when it closes, or not to [MS-FSCC 2.4.12]', async (t) => {
  const m = await mount(await startServer().logOn());
  const set = (fileId: FileId, flags: number): Promise<number> =>
    statusOf(
      setFileInfo(
        m,
        fileId,
        FileInformationClass.FileDispositionInformationEx,
        encode(fileDispositionInformationEx, { flags: flags | DispositionFlags.ON_CLOSE }),
      ),
    );
  const OPEN = { createDisposition: CreateDisposition.OPEN };
  const a = await create(m, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  t.is(await set(a.fileId, 0), NtStatus.STATUS_SUCCESS);
  await close(m, a.fileId);
  const b = await create(m, 'f', OPEN);
  t.is(await set(b.fileId, DispositionFlags.DELETE), NtStatus.STATUS_SUCCESS);
  const c = await create(m, 'f', OPEN);
  await close(m, b.fileId);
  t.is(await statusOf(create(m, 'f', OPEN)), NtStatus.STATUS_DELETE_PENDING);
  await close(m, c.fileId);
  t.is(await statusOf(create(m, 'f', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);

  const readOnly = await create(m, 'r', { fileAttributes: 1 });
  t.is(await set(readOnly.fileId, DispositionFlags.DELETE), NtStatus.STATUS_CANNOT_DELETE);
  const ignore = DispositionFlags.DELETE | DispositionFlags.IGNORE_READONLY_ATTRIBUTE;
  t.is(await set(readOnly.fileId, ignore), NtStatus.STATUS_SUCCESS);
  await close(m, readOnly.fileId);
  t.is(await statusOf(create(m, 'r', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});

test('rename to a name that is taken, and with replace [MS-FSA 2.1.5.15.11]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  await close(m, (await create(m, 'taken')).fileId);
  const { fileId } = await create(m, 'f');
  const to = (fileName: string, replaceIfExists: boolean): Uint8Array =>
    encode(fileRenameInformation, { replaceIfExists, rootDirectory: 0n, fileName });
  t.is(await statusOf(setFileInfo(m, fileId, RENAME, to('taken', false))), NtStatus.STATUS_OBJECT_NAME_COLLISION);
  for (const bad of ['..\\f', 'a\\..\\..\\f', 'a\0b', '']) {
    t.not(await statusOf(setFileInfo(m, fileId, RENAME, to(bad, true))), NtStatus.STATUS_SUCCESS, JSON.stringify(bad));
  }
  await setFileInfo(m, fileId, RENAME, to('taken', true));
  await close(m, fileId);
  t.is(
    await statusOf(create(m, 'f', { createDisposition: CreateDisposition.OPEN })),
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
  );
});

test('a directory is not renamed while something below it is open [MS-FSA 2.1.5.15.11]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const directory = { createOptions: CreateOptions.DIRECTORY_FILE };
  const { fileId } = await create(m, 'd', directory);
  const below = await create(m, 'd\\f');
  const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName: 'e' });
  t.is(await statusOf(setFileInfo(m, fileId, RENAME, buffer)), NtStatus.STATUS_ACCESS_DENIED);
  await close(m, below.fileId);
  await t.notThrowsAsync(setFileInfo(m, fileId, RENAME, buffer));
});

test('a read-only share refuses every way to change it [MS-SMB2 3.3.5.9]', async (t) => {
  const h = startServer({}, { readOnly: true });
  const { handle } = await h.vfs.open(['f'], { disposition: 'create', kind: 'file', data: 'write' });
  await handle.close();
  const m = await mount(await h.logOn());
  t.is(await statusOf(create(m, 'f', { desiredAccess: ALL })), NtStatus.STATUS_ACCESS_DENIED);
  t.is(await statusOf(create(m, 'new', { desiredAccess: 0x1 })), NtStatus.STATUS_ACCESS_DENIED);
  for (const createDisposition of [CreateDisposition.OVERWRITE, CreateDisposition.SUPERSEDE]) {
    t.is(await statusOf(create(m, 'f', { desiredAccess: 0x1, createDisposition })), NtStatus.STATUS_ACCESS_DENIED);
  }
  await t.notThrowsAsync(create(m, 'f', { desiredAccess: 0x0012_0089, createDisposition: CreateDisposition.OPEN }));
});

test('a batch oplock is broken before another open goes on [MS-SMB2 3.3.4.6]', async (t) => {
  const h = startServer();
  const alice = await mount(await h.logOn());
  const bob = await mount(await h.logOn({}, 'bob'));
  const held = await create(alice, 'f', { requestedOplockLevel: 9 });
  t.is(held.oplockLevel, 9);
  let opened = false;
  const second = create(bob, 'f').then((response) => {
    opened = true;
    return response;
  });
  await settle();
  t.false(opened);
  await alice.client.request(
    Command.OPLOCK_BREAK,
    oplockBreakRequest,
    oplockBreakResponse,
    { kind: 'oplock', oplockLevel: 1, fileId: held.fileId },
    { treeId: alice.treeId },
  );
  t.is((await second).createAction, 1);
  // Nobody breaks it again.
  t.is(
    await statusOf(
      alice.client.request(
        Command.OPLOCK_BREAK,
        oplockBreakRequest,
        oplockBreakResponse,
        { kind: 'oplock', oplockLevel: 0, fileId: held.fileId },
        { treeId: alice.treeId },
      ),
    ),
    NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL,
  );
});

test('an oplock holder that does not answer loses it after 35 seconds [MS-SMB2 3.3.6.1]', async (t) => {
  const h = startServer();
  const alice = await mount(await h.logOn());
  const bob = await mount(await h.logOn({}, 'bob'));
  await create(alice, 'f', { requestedOplockLevel: 9 });
  const second = create(bob, 'f');
  await settle();
  await h.advance(35_000);
  t.is((await second).createAction, 1);
});

test('CHANGE_NOTIFY tells what happened, and ends when it is cancelled [MS-SMB2 3.3.5.19]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, '', { createOptions: CreateOptions.DIRECTORY_FILE, desiredAccess: 0x0012_0089 });
  let asyncId = 0n;
  const watch = (): Promise<{ body: { buffer: Uint8Array } | undefined }> =>
    m.client.request(
      Command.CHANGE_NOTIFY,
      changeNotifyRequest,
      changeNotifyResponse,
      { flags: 0, outputBufferLength: 1000, fileId, completionFilter: 0x3 },
      {
        treeId: m.treeId,
        onPending: (id) => {
          asyncId = id;
        },
      },
    );
  const first = watch();
  await settle();
  await create(m, 'new');
  const { body } = await first;
  t.is(new TextDecoder('utf-16le').decode(body!.buffer.subarray(12, 18)), 'new');
  const second = watch();
  await settle();
  t.not(asyncId, 0n);
  const w = m.client.encode(Command.CANCEL, cancelRequest, EMPTY_BODY, { flags: HeaderFlags.ASYNC_COMMAND });
  const frame = w.result();
  new DataView(frame.buffer, frame.byteOffset).setBigUint64(56 + 32, asyncId, true);
  m.client.transport.send([m.client.protect(frame)]);
  t.is(await statusOf(second), NtStatus.STATUS_CANCELLED);
});

test('names that a share hides are shown as hidden, and are overwritten like others', async (t) => {
  const m = await mount(await startServer({}, { hideFiles: matcherOf(['secret*', 'a?c']) }).logOn());
  for (const [name, hidden] of [
    ['Secrets.txt', true],
    ['abc', true],
    ['abbc', false],
  ] as const) {
    const made = await create(m, name);
    t.is((made.fileAttributes & 2) !== 0, hidden, name);
    await close(m, made.fileId);
    await t.notThrowsAsync(create(m, name, { createDisposition: CreateDisposition.OVERWRITE }));
  }
});

test('a create context with a name that is too short is refused, an unknown one is not [MS-SMB2 2.2.13.2]', async (t) => {
  const m = await mount(await startServer().logOn());
  const asked = (name: string): Promise<number> =>
    statusOf(create(m, 'f', { createContexts: [{ name, data: new Uint8Array(0) }] }));
  for (const name of ['x', 'xxx']) t.is(await asked(name), NtStatus.STATUS_INVALID_PARAMETER, name);
  for (const name of ['xxxx', 'xxxxxxx']) t.is(await asked(name), NtStatus.STATUS_SUCCESS, name);
});

test('an empty file shows what was reserved for it, until its length is set [MS-FSCC 2.4.4]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  const set = (fileInfoClass: number, value: bigint): Promise<void> =>
    setFileInfo(m, fileId, fileInfoClass, encode(fileEndOfFileInformation, { endOfFile: value }));
  const allocated = async (): Promise<bigint> => {
    const { body } = await m.client.request(
      Command.QUERY_INFO,
      queryInfoRequest,
      queryInfoResponse,
      {
        infoType: 1,
        fileInfoClass: FileInformationClass.FileStandardInformation,
        outputBufferLength: 24,
        additionalInformation: 0,
        flags: 0,
        fileId,
        inputBuffer: new Uint8Array(0),
      },
      { treeId: m.treeId },
    );
    return decode(fileStandardInformation, body!.buffer).allocationSize;
  };
  await set(FileInformationClass.FileAllocationInformation, 5000n);
  t.is(await allocated(), 8192n);
  await set(FileInformationClass.FileEndOfFileInformation, 0n);
  t.is(await allocated(), 0n);
});

test('who supersedes a file deletes it, who overwrites it writes: others share that or not [MS-FSA 2.1.5.1.2]', async (t) => {
  const { SUPERSEDE, OVERWRITE } = CreateDisposition;
  const [SHARES_WRITE, SHARES_DELETE] = [3, 5];
  for (const [createDisposition, shareAccess, expected] of [
    [SUPERSEDE, SHARES_WRITE, NtStatus.STATUS_SHARING_VIOLATION],
    [SUPERSEDE, SHARES_DELETE, NtStatus.STATUS_SUCCESS],
    [OVERWRITE, SHARES_WRITE, NtStatus.STATUS_SUCCESS],
    [OVERWRITE, SHARES_DELETE, NtStatus.STATUS_SHARING_VIOLATION],
  ] as const) {
    const m = await mount(await startServer().logOn());
    await create(m, 'f', { desiredAccess: 1, shareAccess });
    t.is(await statusOf(create(m, 'f', { desiredAccess: 1, createDisposition })), expected);
  }
});
