import { encode } from '@tsmbd/ms-dtyp';
import {
  appInstanceId,
  Command,
  CreateContextName,
  type FileId,
  FileInformationClass,
  flushRequest,
  flushResponse,
  LockFlags,
  logoffRequest,
  logoffResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import type { ServerEnvironment, Share } from '../../src/index.ts';
import { BATCH, back, backV2, CLIENT, join, lock, reopen, v1, v2 } from '../durable-client.ts';
import { CLIENT_A, CLIENT_B, client, key, leased } from '../lease-client.ts';
import { close, create, list, type Mount, mount, queryInfo, read, statusOf, write } from '../requests.ts';
import { stagedVfs } from '../staged-vfs.ts';
import { TestStore } from '../test-store.ts';
import { EXCLUSIVE, holdAt, isAnswered, renameTo } from './stage.ts';
import { settleWorkers, startWorkers } from './world.ts';

const DIRECTORY = { createOptions: 1 };
const { STATUS_FILE_CLOSED } = NtStatus;
const FILE_STANDARD_INFORMATION = FileInformationClass.FileStandardInformation;

function flush(m: Mount, fileId: FileId) {
  return m.client.request(Command.FLUSH, flushRequest, flushResponse, { reserved1: 0, fileId }, { treeId: m.treeId });
}

/** Two workers, each with a store of its own for persistent opens. */
function persistentWorkers(share: Partial<Share> = {}) {
  const stores = [new TestStore(), new TestStore()] as const;
  const w = startWorkers(2, {
    share: { continuouslyAvailable: true, ...share },
    each: (worker) => ({ persistentStore: stores[worker]! }),
  });
  return { w, stores };
}

test('a worker that dies takes nothing along that is at home elsewhere', async (t) => {
  const w = startWorkers(3);
  const alice = await mount(await w.at(0).logOn());
  const bob = await mount(await w.at(1).logOn({}, 'bob'));
  const a = await create(alice, 'f');
  const b = await create(bob, 'f', { shareAccess: 7 });
  await write(alice, a.fileId, 'kept');
  await lock(bob, b.fileId, 0n, EXCLUSIVE, 0);
  t.is(await statusOf(read(alice, a.fileId)), NtStatus.STATUS_FILE_LOCK_CONFLICT);
  await w.kill(1);
  // What bob had is gone, with its locks.
  t.is(await read(alice, a.fileId), 'kept');
  const alone = create(alice, 'f', { shareAccess: 7 });
  t.is((await alone).createAction, 1);
  await close(alice, a.fileId);
  await close(alice, (await alone).fileId);
  t.is((await create(alice, 'f', { shareAccess: 0 })).createAction, 1);
  t.deepEqual(w.errors, []);
});

test('a client that had an open at a worker that died is disconnected, and who had none notices nothing', async (t) => {
  const reasons: unknown[] = [];
  const log: ServerEnvironment['log'] = (level, component, message, fields) => {
    if (message === 'connection closed by the server') reasons.push([level, component, fields!['reason']]);
  };
  const w = startWorkers(3, { environment: { log } });
  await holdAt(w, 1, 'at one', 'file');
  const away = await holdAt(w, 2, 'at two', 'file');
  const shared = await holdAt(w, 2, 'shared', 'file');
  const m = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  const others = [await mount(await w.at(0).logOn({}, 'bob')), await mount(await w.at(2).logOn({}, 'bob'))];
  await create(m, 'at one', { shareAccess: 0 });
  const here = await create(m, 'here', { shareAccess: 0 });
  const kept = await create(m, 'at two', { ...BATCH, createContexts: [v2()] });
  away();
  const theirs = await Promise.all(others.map((other, n) => create(other, `theirs ${n}`)));
  await create(others[0]!, 'shared');
  shared();
  await write(m, here.fileId, 'kept');
  await w.kill(1);
  t.not(m.client.closed, undefined);
  t.deepEqual(reasons, [['info', 'conn', 'a worker that had an open or a request of the client has died']]);
  for (const [n, other] of others.entries()) {
    await write(other, theirs[n]!.fileId, 'theirs');
    t.is(await read(other, theirs[n]!.fileId), 'theirs');
  }
  // It comes back, and finds all as after any other loss of its connection.
  const back = await mount(await w.at(2).logOn({ clientGuid: CLIENT }));
  t.is((await create(back, 'at one', { shareAccess: 0 })).createAction, 1);
  t.is(await read(back, (await create(back, 'here', { shareAccess: 0 })).fileId), 'kept');
  const again = await reopen(back, backV2(kept.fileId));
  t.is(again.fileId.persistent, kept.fileId.persistent);
  await close(back, again.fileId);
  for (const { client } of [back, ...others]) client.close();
  await settleWorkers();
  t.deepEqual(w.left(), []);
});

test('a request under way at a worker that dies is not answered: its client is disconnected', async (t) => {
  const w = startWorkers(3);
  await holdAt(w, 1, 'f', 'file');
  await holdAt(w, 1, 'g', 'file');
  const owner = await mount(await w.at(1).logOn({}, 'bob'));
  const { fileId } = await create(owner, 'f');
  await lock(owner, fileId, 0n, EXCLUSIVE, 0);
  await create(owner, 'g', { requestedOplockLevel: 9 });
  const locker = await mount(await w.at(0).logOn());
  const theirs = await create(locker, 'f');
  const opener = await mount(await w.at(2).logOn());
  const locking = lock(locker, theirs.fileId, 0n, LockFlags.EXCLUSIVE_LOCK, 0);
  // It has nothing there yet but this.
  const opening = create(opener, 'g');
  t.false(await isAnswered(locking));
  t.false(await isAnswered(opening));
  const ends = Promise.all(
    [locking, opening].map((request) => t.throwsAsync(request, { message: /connection closed/ })),
  );
  await w.kill(1);
  await ends;
  t.not(locker.client.closed, undefined);
  t.not(opener.client.closed, undefined);
  const back = await mount(await w.at(2).logOn());
  t.is((await create(back, 'g', { shareAccess: 0 })).createAction, 1);
  back.client.close();
  await settleWorkers();
  t.deepEqual(w.left(), []);
  t.deepEqual(w.errors, []);
});

test('a client is not disconnected that loses only a question at a worker that dies', async (t) => {
  const data = encode(appInstanceId, { appInstanceId: '99999999-2222-4333-8444-555555555555' });
  // All workers are asked what another instance of the application has open of this file.
  const createContexts = [{ name: CreateContextName.APP_INSTANCE_ID, data }];
  for (let turns = 0; turns < 8; turns++) {
    const w = startWorkers(3);
    const m = await mount(await w.at(0).logOn());
    const opening = create(m, 'f', { createContexts });
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    await w.kill(1);
    t.is((await opening).createAction, 2, `after ${turns} turns`);
    t.is(m.client.closed, undefined);
    t.deepEqual(w.errors, []);
  }
});

test('nobody waits for the client of a worker that died: not for its lease, not for its answer', async (t) => {
  const w = startWorkers(2);
  const alice = await client(w.at(0), CLIENT_A);
  const bob = await client(w.at(1), CLIENT_B);
  // At home here, and there.
  await leased(bob, 'there', key(1), 7);
  const holding = await holdAt(w, 0, 'here', 'file');
  await leased(bob, 'here', key(2), 7);
  holding();
  const here = create(alice, 'here');
  const there = create(await client(w.at(0), CLIENT), 'there');
  t.false(await isAnswered(here));
  t.false(await isAnswered(there));
  const ends = t.throwsAsync(there, { message: /connection closed/ });
  await w.kill(1);
  t.true(await isAnswered(here));
  t.is((await here).createAction, 1);
  await ends;
  t.is((await create(alice, 'there')).createAction, 1);
  t.deepEqual(w.errors, []);
});

test('what asks all workers does not wait for one that is gone: renames, deletions, logons, takeovers', async (t) => {
  const w = startWorkers(3);
  const m = await mount(await w.at(1).logOn());
  const { fileId } = await create(m, 'd', DIRECTORY);
  const f = await create(m, 'd\\f');
  await close(m, f.fileId);
  await w.kill(0);
  const gone = m.client.sessionId & ~0xfn;
  t.true(await isAnswered(renameTo(m, fileId, 'e')));
  t.deepEqual(
    (await list(m, 'e')).map(({ fileName }) => fileName),
    ['f'],
  );
  const next = w.at(2).connect();
  await next.negotiate();
  // The session was one of the worker that died.
  t.true(await isAnswered(next.logOn('alice', 'alice-password', '', gone)));
  const other = await mount(next);
  // An open that may be restored when that worker is there again.
  const early = statusOf(reopen(other, back({ persistent: 0n, volatile: 0n })));
  for (let turn = 0; turn < 100; turn++) await w.advance(0);
  t.is(await early, NtStatus.STATUS_FILE_NOT_AVAILABLE);
  await w.restart(0);
  const late = reopen(other, back({ persistent: 0n, volatile: 0n }));
  t.is(await statusOf(late), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(w.errors, []);
});

test('a worker that is there again is known to connections that knew the one that died', async (t) => {
  const w = startWorkers(2);
  const m = await mount(await w.at(0).logOn());
  const release = await holdAt(w, 1, 'f', 'file');
  await create(m, 'f');
  await m.client.request(Command.LOGOFF, logoffRequest, logoffResponse, {});
  release();
  await settleWorkers();
  await w.kill(1);
  await w.restart(1);
  await holdAt(w, 1, 'f', 'file');
  const again = await w.at(0).logOn();
  t.is((await create(await mount(again), 'f')).createAction, 1, 'a connection that is new');
  const { client: same } = m;
  same.sessionId = 0n;
  same.signer = undefined;
  await same.logOn('alice', 'alice-password');
  t.is((await create(await mount(same), 'f')).createAction, 1, 'a connection that logs on again');
  t.deepEqual(w.errors, []);
});

test('a FileId of a worker that died names nothing at the worker that is there again', async (t) => {
  const w = startWorkers(2);
  const m = await mount(await w.at(0).logOn());
  await holdAt(w, 1, 'f', 'file');
  const old = await create(m, 'f');
  await w.kill(1);
  await w.restart(1);
  await holdAt(w, 1, 'f', 'file');
  const back = await mount(await w.at(0).logOn());
  const now = await create(back, 'f');
  t.is(now.fileId.volatile, old.fileId.volatile, 'both lives count from 1');
  t.is(await statusOf(read(back, old.fileId)), STATUS_FILE_CLOSED);
  await write(back, now.fileId, 'new');
  t.is(await read(back, now.fileId), 'new');
  t.deepEqual(w.errors, []);
});

test('a worker that is there again is not told what the one that died was to be told', async (t) => {
  const staged = stagedVfs();
  const w = startWorkers(2, { share: { vfs: staged.vfs } });
  await holdAt(w, 1, 'f', 'file');
  await holdAt(w, 1, 'g', 'file');
  const m = await mount(await w.at(0).logOn());
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'theirs');
  // More than the next life of the worker will have asked when the answers come.
  staged.hold('flush');
  const flushes = Array.from({ length: 40 }, () => flush(m, fileId).catch(() => undefined));
  await settleWorkers();
  await w.kill(0);
  await w.restart(0);
  const again = await mount(await w.at(0).logOn());
  const { fileId: other } = await create(again, 'g');
  await write(again, other, 'mine');
  staged.hold('stat');
  const asked = Array.from({ length: 40 }, () => queryInfo(again, other, FILE_STANDARD_INFORMATION));
  await settleWorkers();
  await staged.letGo();
  for (const buffer of await Promise.all(asked)) t.is(buffer.length, 24);
  await Promise.all(flushes);
  t.is(await read(again, other), 'mine');
  t.deepEqual(w.errors, []);
});

test('nobody waits for a logon at a worker that died, whenever it died', async (t) => {
  for (let turns = 0; turns < 16; turns++) {
    const w = startWorkers(3);
    const connected = [2, 1, 2].map((worker) => w.at(worker).connect());
    for (const each of connected) await each.negotiate();
    // One has its turn, and the others wait for theirs.
    const logons = connected.map((each) => each.logOn('alice', 'alice-password'));
    for (const logon of logons) logon.catch(() => undefined);
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    await w.kill(1);
    t.true(await isAnswered(logons[2]!), `after ${turns} turns`);
    t.true(await isAnswered(w.at(0).logOn()), `after ${turns} turns`);
  }
});

test('what a killed worker’s clients kept for coming back ends, unless it is persistent [MS-SMB2 3.3.5.9.12]', async (t) => {
  const { w, stores } = persistentWorkers();
  const m = await join(w.at(1));
  const plain = await create(m, 'plain', { ...BATCH, createContexts: [v1] });
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  await write(m, made.fileId, 'kept');
  await lock(m, made.fileId, 0n, EXCLUSIVE, 1);
  await w.kill(1);
  const other = await mount(await w.at(0).logOn({}, 'bob'));
  const early = statusOf(create(other, 'f'));
  for (let turn = 0; turn < 100; turn++) await w.advance(0);
  t.is(await early, NtStatus.STATUS_FILE_NOT_AVAILABLE, 'nobody has restored it yet');
  await w.restart(1);
  t.is(await statusOf(create(other, 'f')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  t.is((await create(other, 'plain')).createAction, 1);
  // The client comes back by the other worker.
  const back2 = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  t.is(await statusOf(reopen(back2, back(plain.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  const again = await reopen(back2, backV2(made.fileId, 2));
  t.is(await read(back2, again.fileId), 'kept');
  await lock(back2, again.fileId, 0n, LockFlags.UNLOCK, 2);
  await close(back2, again.fileId);
  t.is(stores[1]!.kept.size, 0);
  t.deepEqual(w.errors, []);
});

test('a file is kept for the persistent open of its stream while its worker is started again', async (t) => {
  const { w } = persistentWorkers();
  const m = await join(w.at(1));
  const made = await create(m, 'f:s', { ...BATCH, createContexts: [v2(2)] });
  await write(m, made.fileId, 'kept');
  await w.kill(1);
  const other = await mount(await w.at(0).logOn({}, 'bob'));
  const early = statusOf(create(other, 'f'));
  for (let turn = 0; turn < 100; turn++) await w.advance(0);
  t.is(await early, NtStatus.STATUS_FILE_NOT_AVAILABLE);
  await w.restart(1);
  const back = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  const again = await reopen(back, backV2(made.fileId, 2));
  t.is(await read(back, again.fileId), 'kept');
  await close(back, again.fileId);
  t.is((await create(other, 'f')).createAction, 1);
  t.deepEqual(w.errors, []);
});

test('a persistent open is not lost if its worker dies again while it is restored', async (t) => {
  const staged = stagedVfs();
  const { w } = persistentWorkers({ vfs: staged.vfs });
  const m = await join(w.at(1));
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  await lock(m, made.fileId, 0n, EXCLUSIVE, 1);
  // A call of the back end that a restore waits for, before and behind the claim of the file.
  for (const call of ['open', 'stat', 'lockRange'] as const) {
    await w.kill(1);
    staged.hold(call);
    const restoring = w.restart(1);
    await settleWorkers();
    await w.kill(1);
    await staged.letGo();
    await restoring;
    const other = await mount(await w.at(0).logOn({}, 'bob'));
    const early = statusOf(create(other, 'f'));
    for (let turn = 0; turn < 100; turn++) await w.advance(0);
    t.is(await early, NtStatus.STATUS_FILE_NOT_AVAILABLE, call);
    await w.restart(1);
  }
  const back = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  t.is((await reopen(back, backV2(made.fileId, 2))).fileId.persistent, made.fileId.persistent);
});

test('a directory is not renamed while what is kept below it may be at a worker that is started again', async (t) => {
  const { w, stores } = persistentWorkers();
  const other = await mount(await w.at(0).logOn({}, 'bob'));
  const directory = await create(other, 'd', DIRECTORY);
  const m = await join(w.at(1));
  const made = await create(m, 'd\\f', { ...BATCH, createContexts: [v2(2)] });
  await w.kill(1);
  t.is(await statusOf(renameTo(other, directory.fileId, 'e')), NtStatus.STATUS_ACCESS_DENIED);
  await w.restart(1);
  const back = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  const again = await reopen(back, backV2(made.fileId, 2), { name: 'd\\f' });
  await write(back, again.fileId, 'kept');
  await w.kill(1);
  // What the next life does not find is not waited for again.
  stores[1]!.kept.clear();
  await w.restart(1);
  await w.kill(1);
  await renameTo(other, directory.fileId, 'e');
  t.deepEqual(w.errors, []);
});

test('it is no fault of the server if a file is at home elsewhere whose open was closed and is in the store', async (t) => {
  const { w, stores } = persistentWorkers();
  const m = await join(w.at(1));
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  const [record] = [...stores[1]!.kept];
  await close(m, made.fileId);
  await w.kill(1);
  // As if the worker had died between the end of the open and that of its record.
  stores[1]!.kept.set(...record!);
  const release = await holdAt(w, 0, 'f', 'file');
  await w.restart(1);
  t.deepEqual(w.errors, []);
  const back = await mount(await w.at(0).logOn({ clientGuid: CLIENT }));
  t.is(await statusOf(reopen(back, backV2(made.fileId, 2))), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  release();
  await close(back, (await reopen(back, backV2(made.fileId, 2))).fileId);
  t.is(stores[1]!.kept.size, 0);
});
