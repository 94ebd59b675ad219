import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateRequest,
  type CreateResponse,
  createRequest,
  createResponse,
  durableHandleResponseV2,
  type FileId,
  FileInformationClass,
  fileRenameInformation,
  HeaderFlags,
  LockFlags,
  lease as leaseCodec,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { keptOpen } from '../src/testing.ts';
import { BATCH, backV2, join, lock, reopen, v2 } from './durable-client.ts';
import { settle, startServer } from './harness.ts';
import { key, leaseContext } from './lease-client.ts';
import { close, create, createBody, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';
import { TestStore } from './test-store.ts';

const EXCLUSIVE = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;

const rename = (m: Mount, fileId: FileId, fileName: string): Promise<void> =>
  setFileInfo(
    m,
    fileId,
    FileInformationClass.FileRenameInformation,
    encode(fileRenameInformation, { replaceIfExists: true, rootDirectory: 0n, fileName }),
  );

test('a persistent open outlives its server, with its locks; another file of its name does not do', async (t) => {
  const persistentStore = new TestStore();
  const vfs = createMemoryVfs();
  const share = { vfs, continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore });
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  t.is(decode(durableHandleResponseV2, made.createContexts[0]!.data).flags, 2);
  await lock(m, made.fileId, 3n, EXCLUSIVE, 1);
  t.is(persistentStore.kept.size, 1);

  // What is kept follows the file's name.
  await rename(m, made.fileId, 'g');

  // The first server is left as it is, as if it had been killed.
  const next = startServer({}, share, { persistentStore });
  await next.server.restorePersistent();
  const other = await mount(await next.logOn({}, 'bob'));
  t.is(await statusOf(create(other, 'g')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  const m2 = await join(next);
  const again = await reopen(m2, backV2(made.fileId, 2));
  t.is(again.oplockLevel, OplockLevel.BATCH);
  await lock(m2, again.fileId, 3n, LockFlags.UNLOCK, 2);
  await close(m2, again.fileId);
  t.is(persistentStore.kept.size, 0);

  persistentStore.kept.set('bad', 'no record');
  const last = startServer({}, share, { persistentStore });
  await last.server.restorePersistent();
  t.is(persistentStore.kept.size, 0, 'what cannot be read is dropped');
  t.deepEqual([...h.errors, ...next.errors, ...last.errors], []);
});

test('a persistent open of a stream is found again under the name that the stream has by then', async (t) => {
  const persistentStore = new TestStore();
  const share = { vfs: createMemoryVfs(), continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore });
  const m = await join(h);
  const made = await create(m, 'f:One', { ...BATCH, shareAccess: 0, createContexts: [v2(2)] });
  await write(m, made.fileId, 'abc');
  await rename(m, made.fileId, ':Two');

  const next = startServer({}, share, { persistentStore });
  await next.server.restorePersistent();
  const other = await mount(await next.logOn({}, 'bob'));
  t.is(await statusOf(create(other, 'f:Two')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  t.is(await statusOf(create(other, 'f', { desiredAccess: 0x1_0000 })), NtStatus.STATUS_SHARING_VIOLATION);
  const m2 = await join(next);
  const again = await reopen(m2, backV2(made.fileId, 2));
  t.is(await read(m2, again.fileId), 'abc');

  // It may have become the file's unnamed stream, too.
  await rename(m, made.fileId, '::$DATA');
  const last = startServer({}, share, { persistentStore });
  await last.server.restorePersistent();
  const m3 = await join(last);
  t.is(await read(m3, (await reopen(m3, backV2(made.fileId, 2))).fileId), 'abc');
  t.deepEqual([...h.errors, ...next.errors, ...last.errors], []);
});

test('wherever the process ends in a LOCK, the client that repeats it has carried it out once', async (t) => {
  const store = new TestStore();
  const share = { vfs: createMemoryVfs(), continuouslyAvailable: true };
  const m = await join(startServer({}, share, { persistentStore: store }));
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  const before = store.moments.length;
  await lock(m, fileId, 0n, EXCLUSIVE, 1);
  t.true(store.moments.length > before, 'kept before it was answered');

  for (const moment of store.moments.slice(before - 1)) {
    const next = startServer({}, share, { persistentStore: new TestStore(moment) });
    await next.server.restorePersistent();
    const m2 = await join(next);
    const again = await reopen(m2, backV2(fileId, 2));
    await lock(m2, again.fileId, 0n, EXCLUSIVE, 1);
    await lock(m2, again.fileId, 0n, LockFlags.UNLOCK, 2);
    t.is(await statusOf(lock(m2, again.fileId, 0n, LockFlags.UNLOCK, 3)), NtStatus.STATUS_RANGE_NOT_LOCKED);
  }
});

test('a lock that was waited for is kept together with its number', async (t) => {
  const store = new TestStore();
  const share = { vfs: createMemoryVfs(), continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore: store });
  const m = await join(h);
  const { fileId } = await create(m, 'f', { createContexts: [v2(2)], shareAccess: 7 });
  const held = await create(m, 'f', { shareAccess: 7 });
  await lock(m, held.fileId, 0n, EXCLUSIVE, 1);
  const waits = lock(m, fileId, 0n, LockFlags.EXCLUSIVE_LOCK, 1);
  await close(m, held.fileId);
  await waits;
  for (const moment of store.moments) {
    for (const text of moment.values()) {
      const { text: record, locks } = keptOpen('', text);
      const { lockSequences } = JSON.parse(record) as { lockSequences: number[] };
      t.is(locks?.length === 1, lockSequences[0] === 1);
    }
  }
});

test('wherever the process ends in a rename, the open is found', async (t) => {
  const store = new TestStore();
  const vfs = createMemoryVfs();
  const share = { vfs, continuouslyAvailable: true };
  const m = await join(startServer({}, share, { persistentStore: store }));
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  await write(m, fileId, 'abc');
  await rename(m, fileId, 'g');

  // The file has the new name, whether that is in the store yet or only meant to be.
  const meant = store.moments.findIndex((moment) => /nextPath/.test([...moment.values()].join()));
  t.true(meant > 0 && meant < store.moments.length - 1);
  for (const moment of store.moments.slice(meant)) {
    const next = startServer({}, share, { persistentStore: new TestStore(moment) });
    await next.server.restorePersistent();
    const m2 = await join(next);
    t.is(await read(m2, (await reopen(m2, backV2(fileId, 2))).fileId), 'abc');
  }
  // It has the old one again: what was meant to be did not come about.
  const { handle } = await vfs.open(['g'], { disposition: 'open', kind: 'file', data: 'none' });
  await handle.rename(['f'], false);
  await handle.close();
  const next = startServer({}, share, { persistentStore: new TestStore(store.moments[meant]) });
  await next.server.restorePersistent();
  const m2 = await join(next);
  t.is(await read(m2, (await reopen(m2, backV2(fileId, 2))).fileId), 'abc');
});

test('what cannot be kept is said in the log, and the clients are served', async (t) => {
  const store = new TestStore();
  const share = { vfs: createMemoryVfs(), continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore: store });
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  store.save = () => {
    throw new Error('the disk is full');
  };
  await lock(m, fileId, 0n, EXCLUSIVE, 1);
  t.regex(h.errors.join(), /could not be kept/);
});

test('a CREATE that is repeated finds its persistent open though that was used, and whoever serves it [MS-SMB2 3.3.5.9]', async (t) => {
  const persistentStore = new TestStore();
  const vfs = createMemoryVfs();
  const share = { vfs, continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore });
  const body = { ...BATCH, shareAccess: 0, createContexts: [v2(2)] };
  const first = await join(h);
  const made = await create(first, 'f', body);
  await write(first, made.fileId, 'kept');
  const second = await join(h);
  t.is(await statusOf(replay(second, body)), NtStatus.STATUS_FILE_NOT_AVAILABLE, 'its connection is still there');
  const killed = startServer({}, share, { persistentStore: new TestStore(persistentStore.kept) });
  await killed.server.restorePersistent();
  const mallory = await join(killed, 'bob');
  t.is(await statusOf(replay(mallory, body)), NtStatus.STATUS_ACCESS_DENIED);
  const third = await join(killed);
  for (const other of [{ shareAccess: 1 }, { desiredAccess: 1 }, { createOptions: 0x40 }]) {
    t.is(await statusOf(replay(third, { ...body, ...other })), NtStatus.STATUS_CONTEXT_MISMATCH);
  }
  const again = await replay(third, body);
  t.is(again.fileId.persistent, made.fileId.persistent);
  t.is(again.oplockLevel, OplockLevel.BATCH);
  t.deepEqual(decode(durableHandleResponseV2, again.createContexts[0]!.data), { timeoutMs: 60_000, flags: 2 });
  t.is(await read(third, again.fileId), 'kept');
  t.deepEqual(killed.errors, []);
});

test('a persistent open is not repeated as a durable one [MS-SMB2 3.3.5.9]', async (t) => {
  const share = { continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore: new TestStore() });
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  t.is(await statusOf(replay(m, { ...BATCH, createContexts: [v2()] })), NtStatus.STATUS_INVALID_PARAMETER);
  t.deepEqual((await replay(m, { ...BATCH, createContexts: [v2(2)] })).fileId, made.fileId);
});

for (const isLease of [false, true]) {
  const what = isLease ? 'lease' : 'oplock';
  test(`a persistent open whose connection was just lost keeps its ${what}, though somebody opens the file [MS-SMB2 3.3.4.6, 3.3.4.7]`, async (t) => {
    const staged = stagedVfs();
    const h = startServer({}, { vfs: staged.vfs, continuouslyAvailable: true }, { persistentStore: new TestStore() });
    const m = await join(h);
    // This one is closed before the persistent open waits for its client.
    await create(m, 'x');
    const wanted = isLease
      ? { requestedOplockLevel: OplockLevel.LEASE, createContexts: [v2(2), leaseContext(key(1), 7)] }
      : { ...BATCH, createContexts: [v2(2)] };
    const made = await create(m, 'f', wanted);
    staged.hold('close');
    m.client.close();
    await settle();
    const other = await mount(await h.logOn({}, 'bob'));
    const opened = statusOf(create(other, 'f'));
    await settle();
    await h.advance(1);
    await staged.letGo();
    await h.advance(1);
    const contexts = isLease ? [backV2(made.fileId, 2), leaseContext(key(1), 7)] : [backV2(made.fileId, 2)];
    const again = await create(await join(h), 'f', { ...wanted, desiredAccess: 0, createContexts: contexts });
    if (isLease) {
      const { data } = again.createContexts.find(({ name }) => name === 'RqLs')!;
      t.is(decode(leaseCodec, data).leaseState, 7);
    } else t.is(again.oplockLevel, OplockLevel.BATCH);
    await h.advance(40_000);
    await opened;
    t.deepEqual(h.errors, []);
  });
}

async function replay(m: Mount, more: Partial<CreateRequest>): Promise<CreateResponse> {
  const flags = HeaderFlags.REPLAY_OPERATION;
  const body = createBody('f', more);
  return (await m.client.request(Command.CREATE, createRequest, createResponse, body, { treeId: m.treeId, flags }))
    .body!;
}
