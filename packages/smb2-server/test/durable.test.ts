import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  type CreateRequest,
  type CreateResponse,
  createRequest,
  createResponse,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  durableHandleResponseV2,
  type FileId,
  FileInformationClass,
  fileRenameInformation,
  HeaderFlags,
  LockFlags,
  lease,
  lockRequest,
  lockResponse,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type PersistentStore, statusOf as status } from '../src/index.ts';
import { type Harness, settle, startServer } from './harness.ts';
import { close, create, createBody, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';

const CLIENT = 'aaaaaaaa-0000-4000-8000-000000000000';
const GUID = '11111111-2222-4333-8444-555555555555';
const BATCH = { requestedOplockLevel: OplockLevel.BATCH };

const v1: CreateContext = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
const v2 = (flags = 0, timeoutMs = 0): CreateContext => ({
  name: 'DH2Q',
  data: encode(durableHandleRequestV2, { timeoutMs, flags, createGuid: GUID }),
});
const back = (fileId: FileId): CreateContext => ({ name: 'DHnC', data: encode(durableHandleReconnect, { fileId }) });
const backV2 = (fileId: FileId, flags = 0): CreateContext => ({
  name: 'DH2C',
  data: encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags }),
});

async function join(h: Harness, user = 'alice'): Promise<Mount> {
  return mount(await h.logOn({ clientGuid: CLIENT }, user));
}

/** Drops the connection without a word. */
async function lose(m: Mount): Promise<void> {
  m.client.close();
  await settle();
}

const reopen = (m: Mount, context: CreateContext, more: Partial<CreateRequest> = {}): Promise<CreateResponse> =>
  create(m, 'f', { desiredAccess: 0, createContexts: [context], ...more });

test('a durable open outlives its connection, with its locks and what was written [MS-SMB2 3.3.5.9.7]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v1] });
  t.deepEqual(
    made.createContexts.map((c) => c.name),
    ['DHnQ'],
  );
  await write(first, made.fileId, 'kept');
  await lose(first);
  t.deepEqual(
    status(h.server).waitingOpens.map(({ share, path }) => [share, path]),
    [['share', 'f']],
  );
  const second = await join(h);
  const again = await reopen(second, back(made.fileId));
  t.deepEqual(status(h.server).waitingOpens, []);
  t.is(again.oplockLevel, OplockLevel.BATCH);
  t.is(again.fileId.persistent, made.fileId.persistent);
  t.not(again.fileId.volatile, made.fileId.volatile);
  t.is(await read(second, again.fileId), 'kept');
  t.is(
    await statusOf(reopen(second, back(made.fileId))),
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    'somebody has it already',
  );
  await close(second, again.fileId);
  t.deepEqual(h.errors, []);
});

test('another user with the right FileId is refused [MS-SMB2 3.3.5.9.7]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v1] });
  await lose(first);
  const mallory = await join(h, 'bob');
  t.is(await statusOf(reopen(mallory, back(made.fileId))), NtStatus.STATUS_ACCESS_DENIED);
  t.is((await reopen(await join(h), back(made.fileId))).oplockLevel, OplockLevel.BATCH);
});

test('what waits too long ends, and what is in the way ends at once [MS-SMB2 3.3.6.2]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2(0, 5000)] });
  t.deepEqual(decode(durableHandleResponseV2, made.createContexts[0]!.data), { timeoutMs: 5000, flags: 0 });
  await lose(first);
  await h.advance(4999);
  t.is([...h.server.durables.waiting].length, 1);
  await h.advance(1);
  t.is([...h.server.durables.waiting].length, 0);
  const second = await join(h);
  t.is(await statusOf(reopen(second, backV2(made.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);

  const third = await create(second, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(second);
  const other = await mount(await h.logOn({}, 'bob'));
  const theirs = await create(other, 'f', BATCH);
  t.is(theirs.oplockLevel, OplockLevel.BATCH, 'nobody has it any more');
  t.is(await statusOf(reopen(await join(h), backV2(third.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});

test('a CREATE that comes twice opens once; without the flag it is refused [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const body = createBody('f', { shareAccess: 0, createContexts: [v2()] });
  const send = (flags: number) =>
    m.client.request(Command.CREATE, createRequest, createResponse, body, { treeId: m.treeId, flags });
  const made = (await send(0)).body!;
  t.is(await statusOf(send(0)), NtStatus.STATUS_DUPLICATE_OBJECTID);
  const again = (await send(HeaderFlags.REPLAY_OPERATION)).body!;
  t.deepEqual(again.fileId, made.fileId);
  t.is(again.createAction, made.createAction);
  // Who uses the FileId has seen the answer.
  await write(m, made.fileId, 'x');
  t.is(await statusOf(send(HeaderFlags.REPLAY_OPERATION)), NtStatus.STATUS_SHARING_VIOLATION);
});

test('a LOCK that is repeated after a reconnect does not lock twice [MS-SMB2 3.3.5.14]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v1] });
  const lock = (lockSequenceNumber: number, flags: number) =>
    m.client.request(
      Command.LOCK,
      lockRequest,
      lockResponse,
      { lockSequenceNumber, lockSequenceIndex: 1, fileId, locks: [{ offset: 0n, length: 1n, flags }] },
      { treeId: m.treeId },
    );
  await lock(1, LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY);
  await lock(1, LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY);
  await lock(2, LockFlags.UNLOCK);
  await lock(2, LockFlags.UNLOCK);
  t.is(await statusOf(lock(3, LockFlags.UNLOCK)), NtStatus.STATUS_RANGE_NOT_LOCKED);
});

test('durable contexts that exclude each other are refused [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const none = { persistent: 0n, volatile: 0n };
  for (const createContexts of [
    [v1, v2()],
    [v2(), back(none)],
    [backV2(none), back(none)],
    [backV2(none), v1],
  ]) {
    t.is(await statusOf(create(m, 'f', { createContexts })), NtStatus.STATUS_INVALID_PARAMETER);
  }
});

test('a persistent open outlives its server, with its locks; another file of its name does not do', async (t) => {
  const kept = new Map<string, string>();
  const persistentStore: PersistentStore = {
    save: (id, text) => void kept.set(id, text),
    delete: (id) => void kept.delete(id),
    all: () => [...kept].map(([id, text]) => ({ id, text })),
  };
  const vfs = createMemoryVfs();
  const share = { vfs, continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore });
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  t.is(decode(durableHandleResponseV2, made.createContexts[0]!.data).flags, 2);
  const locks = [{ offset: 3n, length: 4n, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY }];
  await m.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: made.fileId, locks },
    { treeId: m.treeId },
  );
  t.is(kept.size, 1);

  // What is kept follows the file's name.
  await setFileInfo(
    m,
    made.fileId,
    FileInformationClass.FileRenameInformation,
    encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName: 'g' }),
  );

  // The first server is left as it is, as if it had been killed.
  const next = startServer({}, share, { persistentStore });
  await next.server.restorePersistent();
  const other = await mount(await next.logOn({}, 'bob'));
  t.is(await statusOf(create(other, 'g')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  const m2 = await join(next);
  const again = await reopen(m2, backV2(made.fileId, 2));
  t.is(again.oplockLevel, OplockLevel.BATCH);
  const unlock = [{ offset: 3n, length: 4n, flags: LockFlags.UNLOCK }];
  await m2.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: again.fileId, locks: unlock },
    { treeId: m2.treeId },
  );
  await close(m2, again.fileId);
  t.is(kept.size, 0);

  kept.set('bad', 'no record');
  const last = startServer({}, share, { persistentStore });
  await last.server.restorePersistent();
  t.is(kept.size, 0, 'what cannot be read is dropped');
  t.deepEqual([...h.errors, ...next.errors, ...last.errors], []);
});

test('a persistent open of a stream is found again under the name that the stream has by then', async (t) => {
  const kept = new Map<string, string>();
  const persistentStore: PersistentStore = {
    save: (id, text) => void kept.set(id, text),
    delete: (id) => void kept.delete(id),
    all: () => [...kept].map(([id, text]) => ({ id, text })),
  };
  const share = { vfs: createMemoryVfs(), continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore });
  const m = await join(h);
  const made = await create(m, 'f:One', { ...BATCH, shareAccess: 0, createContexts: [v2(2)] });
  await write(m, made.fileId, 'abc');
  const rename = (fileName: string): Promise<void> =>
    setFileInfo(
      m,
      made.fileId,
      FileInformationClass.FileRenameInformation,
      encode(fileRenameInformation, { replaceIfExists: true, rootDirectory: 0n, fileName }),
    );
  await rename(':Two');

  const next = startServer({}, share, { persistentStore });
  await next.server.restorePersistent();
  const other = await mount(await next.logOn({}, 'bob'));
  t.is(await statusOf(create(other, 'f:Two')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  t.is(await statusOf(create(other, 'f', { desiredAccess: 0x1_0000 })), NtStatus.STATUS_SHARING_VIOLATION);
  const m2 = await join(next);
  const again = await reopen(m2, backV2(made.fileId, 2));
  t.is(await read(m2, again.fileId), 'abc');

  // It may have become the file's unnamed stream, too.
  await rename('::$DATA');
  const last = startServer({}, share, { persistentStore });
  await last.server.restorePersistent();
  const m3 = await join(last);
  t.is(await read(m3, (await reopen(m3, backV2(made.fileId, 2))).fileId), 'abc');
  t.deepEqual([...h.errors, ...next.errors, ...last.errors], []);
});

test('who comes back for a stream by the name of another is refused [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const key = '77777777-1111-4111-8111-111111111111';
  const asked: CreateContext = {
    name: 'RqLs',
    data: encode(lease, {
      version: 2,
      leaseKey: key,
      leaseState: 3,
      flags: 0,
      leaseDuration: 0n,
      parentLeaseKey: '00000000-0000-0000-0000-000000000000',
      epoch: 0,
    }),
  };
  const first = await join(h);
  const made = await create(first, 'f:s', { requestedOplockLevel: 0xff, createContexts: [asked, v2()] });
  await lose(first);
  const second = await join(h);
  const as = (name: string): Promise<number> =>
    statusOf(
      create(second, name, {
        requestedOplockLevel: 0xff,
        desiredAccess: 0,
        createContexts: [asked, backV2(made.fileId)],
      }),
    );
  t.is(await as('f:t'), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await as('f'), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await as('F:S:$DATA'), NtStatus.STATUS_SUCCESS);
});
