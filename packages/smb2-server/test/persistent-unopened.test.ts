import { type CreateResponse, NtStatus } from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, VfsError } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { Share } from '../src/index.ts';
import { BATCH, backV2, join, reopen, v2 } from './durable-client.ts';
import { diskShare, type Harness, settle, startServer } from './harness.ts';
import { create, type Mount, mount, read, statusOf, write } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';
import { TestStore } from './test-store.ts';

// A server that starts and cannot open what it has kept: the records stay, and are tried again when
// somebody asks.

const { STATUS_FILE_NOT_AVAILABLE, STATUS_OBJECT_NAME_NOT_FOUND } = NtStatus;
const IO = new VfsError('io');

/** A server has made a persistent open of `f`, which holds `abc`, and is killed. */
async function killed(vfs: Vfs) {
  const store = new TestStore();
  const first = startServer({}, { vfs, continuouslyAvailable: true }, { persistentStore: store });
  const m = await join(first);
  const made = await create(m, 'f', { ...BATCH, shareAccess: 0, createContexts: [v2(2)] });
  await write(m, made.fileId, 'abc');
  return { store: new TestStore(store.kept), made };
}

async function next(store: TestStore, share: Partial<Share>): Promise<Harness> {
  const h = startServer({}, { continuouslyAvailable: true, ...share }, { persistentStore: store });
  await h.server.restorePersistent();
  return h;
}

const comeBack = (m: Mount, made: CreateResponse): Promise<CreateResponse> => reopen(m, backV2(made.fileId, 2));

for (const error of [IO, new VfsError('too-many-open'), new VfsError('access-denied'), new TypeError('a bug')]) {
  const said = error instanceof VfsError ? error.code : error.name;
  test(`a persistent open whose file cannot be opened at start (${said}) is not dropped`, async (t) => {
    const inner = createMemoryVfs();
    const { store, made } = await killed(inner);
    const staged = stagedVfs(inner);
    staged.fail('open', error, { times: Infinity });
    const h = await next(store, { vfs: staged.vfs });
    t.is(store.kept.size, 1);
    const m = await join(h);
    t.is(await statusOf(comeBack(m, made)), STATUS_FILE_NOT_AVAILABLE, 'clients try again');
    staged.fail('open', error, { times: 0 });
    t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
    t.is(h.server.persistent.unopened.size, 0);
    t.is(store.kept.size, 1);
  });
}

test('nobody takes a file while its persistent open cannot be opened [MS-SMB2 3.3.5.9]', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO, { times: 1 });
  const h = await next(store, { vfs: staged.vfs });
  const other = await mount(await h.logOn({}, 'bob'));
  staged.fail('open', IO, { times: 1 });
  t.is(await statusOf(create(other, 'F')), STATUS_FILE_NOT_AVAILABLE, 'it cannot be opened for its client');
  t.is(await statusOf(create(other, 'F')), STATUS_FILE_NOT_AVAILABLE, 'it waits for its client');
  t.is(h.server.persistent.unopened.size, 0);
  const m = await join(h);
  t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
});

test('a share that has no folder at start loses no persistent open', async (t) => {
  const vfs = createMemoryVfs();
  const { store, made } = await killed(vfs);
  const shown = diskShare('share', vfs, { continuouslyAvailable: true });
  let isThere = false;
  const h = startServer({}, {}, { persistentStore: store });
  const { vfs: _, ...bare } = shown;
  h.server.setShares([{ ...bare, current: () => (isThere ? shown : undefined) }]);
  await h.server.restorePersistent();
  t.is(await statusOf(join(h)), NtStatus.STATUS_BAD_NETWORK_NAME);
  isThere = true;
  const m = await join(h);
  t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
});

test('a share that is not configured at start, or is another folder then, loses no persistent open', async (t) => {
  const vfs = createMemoryVfs();
  const { store, made } = await killed(vfs);
  const h = startServer({}, { continuouslyAvailable: true }, { persistentStore: store });
  h.server.setShares([]);
  await h.server.restorePersistent();
  h.server.setShares([diskShare('share', createMemoryVfs(), { continuouslyAvailable: true })]);
  const elsewhere = await join(h);
  t.is(await statusOf(comeBack(elsewhere, made)), STATUS_OBJECT_NAME_NOT_FOUND);
  await t.notThrowsAsync(create(elsewhere, 'f'), 'a file of another folder is no file of it');
  h.server.setShares([diskShare('share', vfs, { continuouslyAvailable: true })]);
  const m = await join(h);
  t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
});

test('a share that is another folder for each user loses no persistent open', async (t) => {
  const vfs = createMemoryVfs();
  const { store, made } = await killed(vfs);
  const shown = diskShare('share', vfs, { continuouslyAvailable: true });
  const h = startServer({}, {}, { persistentStore: store });
  const at = ({ identity }: { identity: { name: string } }) =>
    identity.name === 'alice' ? shown : { ...shown, vfs: createMemoryVfs() };
  const { vfs: _, ...bare } = shown;
  h.server.setShares([{ ...bare, at }]);
  await h.server.restorePersistent();
  const bob = await mount(await h.logOn({}, 'bob'));
  await t.notThrowsAsync(create(bob, 'f'));
  const m = await join(h);
  t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
});

test('a record that cannot be opened is dropped when its time is over, and no sooner', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO);
  const h = await next(store, { vfs: staged.vfs });
  await h.advance(59_999);
  t.is(store.kept.size, 1);
  await h.advance(1);
  await settle();
  t.is(store.kept.size, 0);
  t.is(await statusOf(comeBack(await join(h), made)), STATUS_OBJECT_NAME_NOT_FOUND);
});

test('an open that is found late has the rest of its time to wait for its client, and not all of it again', async (t) => {
  const inner = createMemoryVfs();
  const { store } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO);
  const h = await next(store, { vfs: staged.vfs });
  await h.advance(50_000);
  const other = await mount(await h.logOn({}, 'bob'));
  t.is(await statusOf(create(other, 'f')), STATUS_FILE_NOT_AVAILABLE);
  await h.advance(10_000);
  await t.notThrowsAsync(create(other, 'f'));
  t.is(store.kept.size, 0);
});

test('who found the file by another name has taken it: the persistent open does not come back beside him', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const { handle } = await inner.open(['f'], { disposition: 'open', kind: 'file', data: 'none' });
  await handle.link(['g'], false);
  await handle.close();
  const staged = stagedVfs(inner);
  staged.fail('open', IO);
  const h = await next(store, { vfs: staged.vfs });
  const other = await mount(await h.logOn({}, 'bob'));
  const taken = await create(other, 'g');
  t.is(await statusOf(comeBack(await join(h), made)), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(store.kept.size, 0);
  await write(other, taken.fileId, 'mine');
  t.deepEqual(h.errors, []);
});

test('a file that was deleted while no server ran keeps nobody from making another', async (t) => {
  const vfs = createMemoryVfs();
  const { store, made } = await killed(vfs);
  const { handle } = await vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'none' });
  await handle.unlink();
  await handle.close();
  const h = await next(store, { vfs });
  const m = await join(h);
  t.is(await statusOf(comeBack(m, made)), STATUS_OBJECT_NAME_NOT_FOUND);
  await create(m, 'f');
  t.is(await statusOf(comeBack(m, made)), STATUS_OBJECT_NAME_NOT_FOUND, 'another file has its name');
  await h.advance(60_000);
  t.is(store.kept.size, 0);
});

test('a server that ends leaves what it could not open to the next one', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO);
  const h = await next(store, { vfs: staged.vfs });
  await h.server.shutdown('test');
  await h.advance(600_000);
  t.is(store.kept.size, 1);
  const m = await join(await next(store, { vfs: inner }));
  t.is(await read(m, (await comeBack(m, made)).fileId), 'abc');
});

test('who asks again and again for what cannot be opened fills no log', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO, { times: Infinity });
  const said: string[] = [];
  const log = (level: string, _of: string, message: string): void => {
    if (level !== 'debug' && /cannot be opened/.test(message)) said.push(message);
  };
  const share = { vfs: staged.vfs, continuouslyAvailable: true };
  const h = startServer({}, share, { persistentStore: store, log });
  await h.server.restorePersistent();
  const m = await join(h);
  for (let i = 0; i < 3; i++) t.is(await statusOf(comeBack(m, made)), STATUS_FILE_NOT_AVAILABLE);
  t.is(said.length, 1);
});

test('a session that ends while a persistent open is looked for gets no open', async (t) => {
  const inner = createMemoryVfs();
  const { store, made } = await killed(inner);
  const staged = stagedVfs(inner);
  staged.fail('open', IO);
  const h = await next(store, { vfs: staged.vfs });
  const m = await join(h);
  staged.hold('open');
  const back = comeBack(m, made);
  await settle();
  m.client.close();
  await staged.letGo();
  await t.throwsAsync(back);
  t.is(await read(m, made.fileId).catch(() => 'gone'), 'gone');
  const again = await join(h);
  t.is(await read(again, (await comeBack(again, made)).fileId), 'abc');
});
