import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  createRequest,
  createResponse,
  durableHandleReconnect,
  durableHandleRequest,
  durableHandleRequestV2,
  type FileId,
  HeaderFlags,
  NtStatus,
  OplockLevel,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, type VfsHandle } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type Harness, settle, startServer } from './harness.ts';
import { create, createBody, type Mount, mount, statusOf } from './requests.ts';

// What a request waits for may take away what it is about: each of these was found by tools/simulate.

const CLIENT = 'aaaaaaaa-0000-4000-8000-000000000000';
const GUID = '11111111-2222-4333-8444-555555555555';

/** A back end whose next `open` or `stat` waits until it is let go. */
function slowVfs(): { vfs: Vfs; hold(call: 'open' | 'stat'): void; letGo(): Promise<void> } {
  const inner = createMemoryVfs();
  let next: string | undefined;
  let waiting: (() => void) | undefined;
  const pass = (call: string): Promise<void> | undefined => {
    if (next !== call) return undefined;
    next = undefined;
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
  const slow = (handle: VfsHandle): VfsHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'stat') return () => pass('stat')?.then(() => target.stat()) ?? target.stat();
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const vfs: Vfs = {
    features: inner.features,
    async open(path, options) {
      await pass('open');
      const opened = inner.open(path, options);
      return { ...opened, handle: slow(opened.handle) };
    },
    statFs: () => inner.statFs(),
    dispose: () => {},
  };
  return {
    vfs,
    hold: (call) => {
      next = call;
    },
    async letGo() {
      waiting?.();
      await settle();
    },
  };
}

async function leaveTree({ client, treeId }: Mount): Promise<void> {
  await client.request(Command.TREE_DISCONNECT, treeDisconnectRequest, treeDisconnectResponse, {}, { treeId });
}

async function leave(m: Mount): Promise<void> {
  m.client.close();
  await settle();
}

const join = async (h: Harness): Promise<Mount> => mount(await h.logOn({ clientGuid: CLIENT }));
const batch = { requestedOplockLevel: OplockLevel.BATCH };

test('a CREATE whose client went while the back end opened the file asks nobody for his oplock [MS-SMB2 3.3.7.1]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  let breaks = 0;
  const holder = await mount(await h.logOn({ onNotification: () => void breaks++ }));
  await create(holder, 'f', batch);
  const gone = await mount(await h.logOn({}, 'bob'));
  slow.hold('open');
  const answer = create(gone, 'f').catch(() => {});
  await settle();
  await leave(gone);
  await slow.letGo();
  await answer;
  t.is(breaks, 0);
  t.is(h.server.waits.size, 0);
  t.is([...h.server.authority.entries()][0]![1].opens.size, 1);
  t.deepEqual(h.errors, []);
});

test('a CREATE whose tree went while the back end opened the file is refused and waits for nobody [MS-SMB2 3.3.5.8]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  await create(await mount(await h.logOn()), 'f', batch);
  const other = await mount(await h.logOn({}, 'bob'));
  slow.hold('open');
  const status = statusOf(create(other, 'f'));
  await settle();
  await leaveTree(other);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_NETWORK_NAME_DELETED);
  t.is(h.server.waits.size, 0);
});

test('a reconnect to an open that ends while it is answered does not answer with it [MS-SMB2 3.3.5.9.7]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await join(h);
  const v1 = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
  const { fileId } = await create(first, 'f', { ...batch, createContexts: [v1] });
  await leave(first);
  const second = await join(h);
  slow.hold('stat');
  const back = (of: FileId) => ({ name: 'DHnC', data: encode(durableHandleReconnect, { fileId: of }) });
  const status = statusOf(create(second, 'f', { createContexts: [back(fileId)] }));
  await settle();
  // The open is the new session's already, and goes with its tree.
  await leaveTree(second);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is([...h.server.authority.entries()].length, 0);
  t.deepEqual(h.errors, []);
});

test('a reconnect that loses its connection while it is answered leaves the open to the next one [MS-SMB2 3.3.5.9.7]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await join(h);
  const v1 = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
  const { fileId } = await create(first, 'f', { ...batch, createContexts: [v1] });
  await leave(first);
  const back = { name: 'DHnC', data: encode(durableHandleReconnect, { fileId }) };
  const second = await join(h);
  slow.hold('stat');
  const lost = create(second, 'f', { createContexts: [back] }).catch(() => {});
  await settle();
  await leave(second);
  await slow.letGo();
  await lost;
  const third = await join(h);
  t.is((await create(third, 'f', { createContexts: [back] })).fileId.persistent, fileId.persistent);
  t.deepEqual(h.errors, []);
});

test('a CREATE that is repeated for an open that ends meanwhile does not answer with it [MS-SMB2 3.3.5.9.10]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const m = await join(h);
  const contexts = [
    { name: 'DH2Q', data: encode(durableHandleRequestV2, { timeoutMs: 0, flags: 0, createGuid: GUID }) },
  ];
  const again = createBody('f', { ...batch, createContexts: contexts });
  await create(m, 'f', again);
  slow.hold('stat');
  const replay = { treeId: m.treeId, flags: HeaderFlags.REPLAY_OPERATION };
  const status = statusOf(m.client.request(Command.CREATE, createRequest, createResponse, again, replay));
  await settle();
  await leaveTree(m);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(h.errors, []);
});
