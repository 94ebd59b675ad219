import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  appInstanceId,
  appInstanceVersion,
  Command,
  type CreateContext,
  CreateContextName,
  CreateDisposition,
  type CreateRequest,
  type CreateResponse,
  createRequest,
  createResponse,
  Dialect,
  durableHandleResponseV2,
  type FileId,
  FsctlCode,
  HeaderFlags,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
  networkResiliencyRequest,
} from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { BATCH, back, backV2, CLIENT, join, lose, reopen, v1, v2 } from './durable-client.ts';
import { settle, startServer } from './harness.ts';
import { key, leased } from './lease-client.ts';
import { create, createBody, type Mount, mount, read, statusOf, write } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';
import { TestStore } from './test-store.ts';

const { STATUS_FILE_CLOSED, STATUS_FILE_NOT_AVAILABLE, STATUS_INVALID_PARAMETER, STATUS_UNEXPECTED_IO_ERROR } =
  NtStatus;
const OPEN = { createDisposition: CreateDisposition.OPEN };

function begin(share = {}) {
  const staged = stagedVfs();
  const persistentStore = new TestStore();
  const h = startServer({}, { vfs: staged.vfs, continuouslyAvailable: true, ...share }, { persistentStore });
  return { staged, h, store: persistentStore };
}

async function replay(m: Mount, more: Partial<CreateRequest>): Promise<CreateResponse> {
  const how = { treeId: m.treeId, flags: HeaderFlags.REPLAY_OPERATION };
  return (await m.client.request(Command.CREATE, createRequest, createResponse, createBody('f', more), how)).body!;
}

for (const error of [new VfsError('io'), new TypeError('a bug')]) {
  for (const [kind, asked, comeBack] of [
    ['DHnC', v1, (m: Mount, made: CreateResponse) => reopen(m, back(made.fileId))],
    ['DH2C', v2(), (m: Mount, made: CreateResponse) => reopen(m, backV2(made.fileId))],
    ['persistent DH2C', v2(2), (m: Mount, made: CreateResponse) => reopen(m, backV2(made.fileId, 2))],
    ['replay', v2(2), (m: Mount) => replay(m, { ...BATCH, createContexts: [v2(2)] })],
  ] as const) {
    test(`an open whose client was told an error (${kind}, ${error.name}) is not the session's [MS-SMB2 3.3.5.9.7, 3.3.5.9.12]`, async (t) => {
      const { staged, h } = begin();
      const first = await join(h);
      const made = await create(first, 'f', { ...BATCH, createContexts: [asked] });
      await lose(first);
      const m = await join(h);
      staged.fail('stat', error);
      t.not(await statusOf(comeBack(m, made)), NtStatus.STATUS_SUCCESS);
      for (const { opens } of h.server.sessions.values()) t.is(opens.size, 0);
      const again = await comeBack(m, made);
      t.is(await statusOf(read(m, again.fileId)), NtStatus.STATUS_END_OF_FILE);
    });
  }
}

test('an open whose client was told an error has its time again, and ends then', async (t) => {
  const { staged, h } = begin();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(first);
  const m = await join(h);
  staged.fail('stat', new VfsError('io'));
  t.is(await statusOf(reopen(m, backV2(made.fileId))), STATUS_UNEXPECTED_IO_ERROR);
  await h.advance(60_000);
  await settle();
  t.is(staged.openHandles, 0);
  t.deepEqual([...h.server.authority.entries()], []);
});

test('a repeated CREATE that asks for less than persistence takes no open with it [MS-SMB2 3.3.5.9.10]', async (t) => {
  const { h } = begin();
  const first = await join(h);
  await create(first, 'f', { ...BATCH, createContexts: [v2(2)] });
  await lose(first);
  const m = await join(h);
  t.is(await statusOf(replay(m, { ...BATCH, createContexts: [v2()] })), STATUS_INVALID_PARAMETER);
  for (const { opens } of h.server.sessions.values()) t.is(opens.size, 0);
  await t.notThrowsAsync(replay(m, { ...BATCH, createContexts: [v2(2)] }));
});

test('the FileId from before a reconnect names nothing, and no other open of the session [MS-SMB2 2.2.14.1]', async (t) => {
  const { h } = begin();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(first);
  const m = await join(h);
  const others = [await create(m, 'g'), await create(m, 'g')];
  const again = await reopen(m, backV2(made.fileId));
  t.is(again.fileId.persistent, made.fileId.persistent);
  const volatile = [...others, again].map(({ fileId }) => fileId.volatile);
  t.is(new Set(volatile).size, volatile.length);
  t.is(await statusOf(read(m, made.fileId)), STATUS_FILE_CLOSED);
  t.is(await statusOf(read(m, again.fileId)), NtStatus.STATUS_END_OF_FILE);
});

const APP: CreateContext = {
  name: CreateContextName.APP_INSTANCE_ID,
  data: encode(appInstanceId, { appInstanceId: '99999999-2222-4333-8444-555555555555' }),
};

test('nobody who speaks 3.x opens a file whose persistent open waits for its client [MS-SMB2 3.3.5.9]', async (t) => {
  const { h } = begin();
  const first = await join(h);
  const all = { shareAccess: 7 };
  await leased(first, 'f', key(1), 3, { ...all, createContexts: [v2(2), APP] });
  await leased(first, 'f:s', key(2), 3, all);
  await lose(first);
  const m = await join(h);
  const bob = await mount(await h.logOn({}, 'bob'));
  // The same ClientGuid, LeaseKey and AppInstanceId: not even its own client, which comes back for
  // it.
  t.is(await statusOf(leased(m, 'f', key(1), 3, { ...all, createContexts: [APP] })), STATUS_FILE_NOT_AVAILABLE);
  for (const other of [m, bob]) {
    t.is(await statusOf(create(other, 'F', { ...OPEN, ...all, desiredAccess: 1 })), STATUS_FILE_NOT_AVAILABLE);
    t.is(await statusOf(create(other, 'f', { ...OPEN, ...all, desiredAccess: 0x80 })), STATUS_FILE_NOT_AVAILABLE);
  }
  await t.notThrowsAsync(create(bob, 'f:s', { ...OPEN, ...all, desiredAccess: 1 }), 'of another name');
  const old = await mount(await h.logOn({ dialects: [Dialect.SMB_2_1] }, 'bob'));
  await t.notThrowsAsync(create(old, 'f', { ...OPEN, ...all, desiredAccess: 1 }), 'a dialect without persistence');
  await h.advance(60_000);
  await t.notThrowsAsync(create(bob, 'f', { ...OPEN, ...all }));
});

test('an application on another client takes a persistent open over that waits [MS-SMB2 3.3.5.9.13]', async (t) => {
  const { h } = begin();
  const first = await join(h);
  await create(first, 'f', { ...BATCH, shareAccess: 0, createContexts: [v2(2), APP] });
  await lose(first);
  const there = await mount(await h.logOn({ clientGuid: CLIENT.replaceAll('a', 'b') }));
  await t.notThrowsAsync(create(there, 'f', { shareAccess: 0, createContexts: [APP] }));
});

test('an application takes a persistent open over from a server before this one, unless it is older [MS-SMB2 3.3.5.9.13]', async (t) => {
  const { h, store } = begin();
  const first = await join(h);
  const version = (low: bigint): CreateContext => ({
    name: CreateContextName.APP_INSTANCE_VERSION,
    data: encode(appInstanceVersion, { appInstanceVersionHigh: 0n, appInstanceVersionLow: low }),
  });
  await create(first, 'f', { ...BATCH, shareAccess: 0, createContexts: [v2(2), APP, version(7n)] });
  const share = { vfs: h.vfs, continuouslyAvailable: true };
  const next = startServer({}, share, { persistentStore: new TestStore(store.kept) });
  await next.server.restorePersistent();
  const there = await mount(await next.logOn({ clientGuid: CLIENT.replaceAll('a', 'b') }));
  const take = (low: bigint) => create(there, 'f', { shareAccess: 0, createContexts: [APP, version(low)] });
  t.is(await statusOf(take(7n)), NtStatus.STATUS_FILE_FORCED_CLOSED);
  await t.notThrowsAsync(take(8n));
});

function resiliency(m: Mount, fileId: FileId, timeoutMs: number) {
  const body = {
    ctlCode: FsctlCode.LMR_REQUEST_RESILIENCY,
    fileId,
    input: encode(networkResiliencyRequest, { timeoutMs }),
    output: new Uint8Array(0),
    maxInputResponse: 0,
    maxOutputResponse: 0,
    flags: 1,
  };
  return m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: m.treeId });
}

test('resiliency makes a persistent open wait as long as it says, and leaves it persistent [MS-SMB2 3.3.5.15.9]', async (t) => {
  const { h, store } = begin();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2(2)] });
  t.is(decode(durableHandleResponseV2, made.createContexts[0]!.data).timeoutMs, 60_000);
  await resiliency(first, made.fileId, 200_000);
  await write(first, made.fileId, 'abc');
  await lose(first);
  await h.advance(199_000);
  t.is(store.kept.size, 1);
  const next = startServer(
    {},
    { vfs: h.vfs, continuouslyAvailable: true },
    { persistentStore: new TestStore(store.kept) },
  );
  await next.server.restorePersistent();
  await next.advance(199_000);
  const m = await join(next);
  t.is(await read(m, (await reopen(m, backV2(made.fileId, 2))).fileId), 'abc');
  await h.advance(1_000);
  t.is(store.kept.size, 0);
});
