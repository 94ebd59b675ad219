import { Command, LockFlags, logoffRequest, logoffResponse, NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { BATCH, back, backV2, CLIENT, join, lock, reopen, v1, v2 } from '../durable-client.ts';
import { CLIENT_A, CLIENT_B, client, key, leased } from '../lease-client.ts';
import { close, create, list, mount, read, statusOf, write } from '../requests.ts';
import { TestStore } from '../test-store.ts';
import { EXCLUSIVE, holdAt, isAnswered, renameTo } from './stage.ts';
import { settleWorkers, startWorkers } from './world.ts';

const DIRECTORY = { createOptions: 1 };
const { STATUS_FILE_CLOSED } = NtStatus;

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

test('an open is closed when its home has died, and the file can be opened again', async (t) => {
  const w = startWorkers(3);
  await holdAt(w, 1, 'f', 'file');
  await holdAt(w, 1, 'd', 'directory');
  const m = await mount(await w.at(0).logOn());
  const { fileId } = await create(m, 'f', { shareAccess: 0 });
  const directory = await create(m, 'd', DIRECTORY);
  await write(m, fileId, 'kept');
  await w.kill(1);
  for (const request of [read(m, fileId), write(m, fileId, 'x'), close(m, fileId), close(m, directory.fileId)]) {
    t.is(await statusOf(request), STATUS_FILE_CLOSED);
  }
  const again = await create(m, 'f', { shareAccess: 0 });
  t.is(await read(m, again.fileId), 'kept');
  await close(m, again.fileId);
  m.client.close();
  await settleWorkers();
  t.deepEqual(w.left(), []);
  t.deepEqual(w.errors, []);
});

test('a request that waits at a worker that dies is answered, and a CREATE goes elsewhere', async (t) => {
  const w = startWorkers(3);
  await holdAt(w, 1, 'f', 'file');
  await holdAt(w, 1, 'g', 'file');
  const m = await mount(await w.at(0).logOn());
  const other = await mount(await w.at(2).logOn({}, 'bob'));
  const { fileId } = await create(m, 'f');
  const theirs = await create(other, 'f');
  await lock(other, theirs.fileId, 0n, EXCLUSIVE, 0);
  const locking = statusOf(lock(m, fileId, 0n, LockFlags.EXCLUSIVE_LOCK, 0));
  await create(other, 'g', { requestedOplockLevel: 9 });
  const opening = create(m, 'g');
  t.false(await isAnswered(locking));
  t.false(await isAnswered(opening));
  await w.kill(1);
  t.is(await locking, STATUS_FILE_CLOSED);
  t.is((await opening).createAction, 1);
  t.is((await create(other, 'g')).createAction, 1, 'at the same home');
  t.deepEqual(w.errors, []);
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
  const [here, there] = [create(alice, 'here'), create(alice, 'there')];
  t.false(await isAnswered(here));
  t.false(await isAnswered(there));
  await w.kill(1);
  t.true(await isAnswered(here));
  t.is((await here).createAction, 1);
  t.is((await there).createAction, 1);
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

test('a session goes on with a worker that is there again: new opens, not the old ones', async (t) => {
  const w = startWorkers(2);
  const m = await mount(await w.at(0).logOn());
  await holdAt(w, 1, 'f', 'file');
  const old = await create(m, 'f');
  await w.kill(1);
  await w.restart(1);
  await holdAt(w, 1, 'f', 'file');
  const now = await create(m, 'f');
  t.is(await statusOf(read(m, old.fileId)), STATUS_FILE_CLOSED);
  await write(m, now.fileId, 'new');
  t.is(await read(m, now.fileId), 'new');
  t.deepEqual(w.errors, []);
});

test('what a killed worker’s clients kept for coming back ends, unless it is persistent [MS-SMB2 3.3.5.9.12]', async (t) => {
  const stores = [new TestStore(), new TestStore()];
  const w = startWorkers(2, {
    share: { continuouslyAvailable: true },
    each: (worker) => ({ persistentStore: stores[worker]! }),
  });
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
