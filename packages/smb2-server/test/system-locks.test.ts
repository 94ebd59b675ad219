import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Command,
  cancelRequest,
  EMPTY_BODY,
  type FileId,
  HeaderFlags,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { createPosixVfs, type VfsHandle } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, read, statusOf, write } from './requests.ts';

const { SHARED_LOCK: SHARED, EXCLUSIVE_LOCK: EXCLUSIVE, FAIL_IMMEDIATELY: NOW, UNLOCK } = LockFlags;

type Element = readonly [offset: bigint, length: bigint, flags: number];

async function lock(m: Mount, fileId: FileId, elements: readonly Element[], onPending?: (id: bigint) => void) {
  const locks = elements.map(([offset, length, flags]) => ({ offset, length, flags }));
  const body = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId, locks };
  const target = onPending === undefined ? { treeId: m.treeId } : { treeId: m.treeId, onPending };
  return m.client.request(Command.LOCK, lockRequest, lockResponse, body, target);
}

/**
 * A server over a folder, and a descriptor of the file `f` that is not the server's: locks on it
 * are a local program's.
 */
async function withLocal(t: ExecutionContext, posixLocking = true, strictLocking: 'auto' | 'yes' | 'no' = 'auto') {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-local-locks-'));
  const vfs = createPosixVfs({ root });
  const h = startServer({}, { vfs, posixLocking, strictLocking });
  const { handle } = await vfs.open(['f'], { disposition: 'open-or-create', kind: 'file', data: 'read-write' });
  t.teardown(async () => {
    await h.server.shutdown('test');
    await handle.close();
    await vfs.dispose();
    rmSync(root, { recursive: true });
  });
  const m = await mount(await h.logOn());
  const probe = (offset: bigint, length = 1n): boolean => {
    const free = handle.lockRange!(offset, length, 'exclusive');
    if (free) handle.lockRange!(offset, length, 'none');
    return free;
  };
  return { h, m, local: handle as VfsHandle & Required<Pick<VfsHandle, 'lockRange'>>, probe };
}

test('a lock of a client is seen by local programs, until it is unlocked or its open closed', async (t) => {
  const { m, probe } = await withLocal(t);
  const { fileId } = await create(m, 'f');
  await lock(m, fileId, [
    [0n, 10n, EXCLUSIVE | NOW],
    [20n, 10n, EXCLUSIVE | NOW],
  ]);
  t.deepEqual([probe(9n), probe(10n), probe(20n), probe(30n)], [false, true, false, true]);
  await lock(m, fileId, [[0n, 10n, UNLOCK]]);
  t.deepEqual([probe(9n), probe(20n)], [true, false]);
  await close(m, fileId);
  t.true(probe(20n));
});

test('where locks lie over each other, the system keeps what is left of them', async (t) => {
  const { m, probe, local } = await withLocal(t);
  const { fileId } = await create(m, 'f');
  await lock(m, fileId, [[10n, 10n, EXCLUSIVE | NOW]]);
  await lock(m, fileId, [[5n, 10n, SHARED | NOW]]);
  t.true(local.lockRange(5n, 5n, 'shared'), 'shared alone');
  t.false(local.lockRange(10n, 1n, 'shared'), 'both: the exclusive one counts');
  await lock(m, fileId, [[10n, 10n, UNLOCK]]);
  t.true(local.lockRange(10n, 10n, 'shared'));
  t.deepEqual([probe(14n), probe(15n)], [false, true]);
});

test("a local program's lock refuses a client's, and none of a batch stays", async (t) => {
  const { m, local, probe } = await withLocal(t);
  const { fileId } = await create(m, 'f');
  await lock(m, fileId, [[0n, 5n, EXCLUSIVE | NOW]]);
  t.true(local.lockRange(50n, 1n, 'exclusive'));
  const batch = lock(m, fileId, [
    [0n, 5n, SHARED | NOW],
    [40n, 20n, SHARED | NOW],
  ]);
  t.is(await statusOf(batch), NtStatus.STATUS_LOCK_NOT_GRANTED);
  t.deepEqual([probe(0n), probe(40n), probe(51n)], [false, true, true], 'what was locked before is');
  await lock(m, fileId, [[0n, 5n, UNLOCK]]);
  t.is(await statusOf(lock(m, fileId, [[0n, 5n, UNLOCK]])), NtStatus.STATUS_RANGE_NOT_LOCKED, 'the batch left none');
});

test("a blocking lock waits for a local program's to end, and can be cancelled", async (t) => {
  const { h, m, local, probe } = await withLocal(t);
  const { fileId } = await create(m, 'f');
  local.lockRange(0n, 1n, 'exclusive');
  let pending = 0n;
  const waits = lock(m, fileId, [[0n, 1n, EXCLUSIVE]], (id) => {
    pending = id;
  });
  await settle();
  t.not(pending, 0n);
  await h.advance(100);
  local.lockRange(0n, 1n, 'none');
  await h.advance(100);
  await t.notThrowsAsync(waits);
  t.false(probe(0n));

  local.lockRange(9n, 1n, 'exclusive');
  const second = statusOf(
    lock(m, fileId, [[9n, 1n, EXCLUSIVE]], (id) => {
      pending = id;
    }),
  );
  await settle();
  const w = m.client.encode(Command.CANCEL, cancelRequest, EMPTY_BODY, { flags: HeaderFlags.ASYNC_COMMAND });
  const frame = w.result();
  new DataView(frame.buffer, frame.byteOffset).setBigUint64(56 + 32, pending, true);
  m.client.transport.send([m.client.protect(frame)]);
  t.is(await second, NtStatus.STATUS_CANCELLED);
  local.lockRange(9n, 1n, 'none');
  await h.advance(1000);
  t.true(probe(9n), 'nobody asks any more');
});

test('a client that waits for another gets the lock of the system with it', async (t) => {
  const { m, probe } = await withLocal(t);
  const [first, second] = [await create(m, 'f'), await create(m, 'f')];
  await lock(m, first.fileId, [[0n, 1n, EXCLUSIVE | NOW]]);
  const byUnlock = lock(m, second.fileId, [[0n, 1n, EXCLUSIVE]]);
  await settle();
  await lock(m, first.fileId, [[0n, 1n, UNLOCK]]);
  await t.notThrowsAsync(byUnlock);
  const byClose = lock(m, first.fileId, [[0n, 1n, EXCLUSIVE]]);
  await settle();
  await close(m, second.fileId);
  await t.notThrowsAsync(byClose);
  t.false(probe(0n));
});

test('posix locking = no: each side has its own locks', async (t) => {
  const { m, local } = await withLocal(t, false);
  const { fileId } = await create(m, 'f');
  t.true(local.lockRange(0n, 1n, 'exclusive'));
  await t.notThrowsAsync(lock(m, fileId, [[0n, 1n, EXCLUSIVE | NOW]]));
});

test("strict locking = auto: a local program's lock keeps clients from its bytes, unless they cache them [MS-SMB2 3.3.5.12]", async (t) => {
  const { m, local } = await withLocal(t);
  const { fileId } = await create(m, 'f');
  await write(m, fileId, '0123456789');
  const reading = (id: FileId, offset: bigint) => statusOf(read(m, id, 1, offset));
  const writing = (id: FileId, offset: bigint) => statusOf(write(m, id, 'x', offset));
  local.lockRange(0n, 1n, 'exclusive');
  local.lockRange(5n, 1n, 'shared');
  const { STATUS_SUCCESS: OK, STATUS_FILE_LOCK_CONFLICT: CONFLICT } = NtStatus;
  t.deepEqual([await reading(fileId, 0n), await reading(fileId, 5n), await reading(fileId, 6n)], [CONFLICT, OK, OK]);
  t.deepEqual(
    [await writing(fileId, 0n), await writing(fileId, 5n), await writing(fileId, 6n)],
    [CONFLICT, CONFLICT, OK],
  );
  local.lockRange(0n, 1n, 'none');
  t.is(await reading(fileId, 0n), OK);
  await close(m, fileId);
  local.lockRange(0n, 1n, 'exclusive');
  const levelTwo = await create(m, 'f', { requestedOplockLevel: 1 });
  t.is(levelTwo.oplockLevel, 1);
  t.deepEqual([await reading(levelTwo.fileId, 0n), await writing(levelTwo.fileId, 0n)], [OK, CONFLICT]);
  await close(m, levelTwo.fileId);
  const batch = await create(m, 'f', { requestedOplockLevel: 9 });
  t.deepEqual([await reading(batch.fileId, 0n), await writing(batch.fileId, 0n)], [OK, OK]);
});

test("strict locking = yes: local programs' locks hold whatever is cached; no: they do not", async (t) => {
  const { STATUS_SUCCESS: OK, STATUS_FILE_LOCK_CONFLICT: CONFLICT } = NtStatus;
  for (const [strict, status] of [
    ['yes', CONFLICT],
    ['no', OK],
  ] as const) {
    const { m, local } = await withLocal(t, true, strict);
    const { fileId } = await create(m, 'f', { requestedOplockLevel: 9 });
    await write(m, fileId, 'x');
    local.lockRange(0n, 1n, 'exclusive');
    t.is(await statusOf(read(m, fileId, 1)), status);
    local.lockRange(0n, 1n, 'none');
    await lock(m, fileId, [[0n, 1n, EXCLUSIVE | NOW]]);
    t.is(await statusOf(read(m, fileId, 1)), OK, 'its own');
  }
  const { m, local } = await withLocal(t, false, 'yes');
  const { fileId } = await create(m, 'f');
  local.lockRange(0n, 1n, 'exclusive');
  t.is(await statusOf(write(m, fileId, 'x')), OK, 'posix locking = no');
});
