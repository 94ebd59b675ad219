import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  changeNotifyRequest,
  changeNotifyResponse,
  type FileId,
  FileInformationClass,
  fileDispositionInformation,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  OplockLevel,
  oplockBreakRequest,
  oplockBreakResponse,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { acknowledge, CLIENT_A, CLIENT_B, client, key, leased } from './lease-client.ts';
import { create, type Mount, mount, setFileInfo, statusOf } from './requests.ts';

const R = 1;
const H = 2;
const RH = 3;

function answer(m: Mount, fileId: FileId, oplockLevel: number) {
  return m.client.request(
    Command.OPLOCK_BREAK,
    oplockBreakRequest,
    oplockBreakResponse,
    { kind: 'oplock', oplockLevel, fileId },
    { treeId: m.treeId },
  );
}

test('an oplock is acknowledged with what was offered, or with less; all else ends it [MS-SMB2 3.3.5.22.1]', async (t) => {
  const { OPEN, OVERWRITE } = CreateDisposition;
  const { BATCH, EXCLUSIVE, II, NONE, LEASE } = OplockLevel;
  for (const [held, createDisposition, level, expected] of [
    [BATCH, OPEN, II, II],
    [BATCH, OPEN, NONE, NONE],
    [BATCH, OPEN, EXCLUSIVE, NONE],
    [BATCH, OPEN, BATCH, 'STATUS_INVALID_OPLOCK_PROTOCOL'],
    [BATCH, OPEN, 5, 'STATUS_INVALID_OPLOCK_PROTOCOL'],
    [BATCH, OPEN, LEASE, 'STATUS_INVALID_PARAMETER'],
    [BATCH, OVERWRITE, II, NONE],
    [EXCLUSIVE, OPEN, EXCLUSIVE, 'STATUS_INVALID_OPLOCK_PROTOCOL'],
  ] as const) {
    const h = startServer();
    const alice = await mount(await h.logOn());
    const bob = await mount(await h.logOn({}, 'bob'));
    const { fileId } = await create(alice, 'f', { requestedOplockLevel: held });
    const second = create(bob, 'f', { createDisposition });
    await settle();
    const why = `${held} answered with ${level}`;
    if (typeof expected === 'number') {
      const { body } = await answer(alice, fileId, level);
      t.like(body, { kind: 'oplock', oplockLevel: expected }, why);
    } else {
      t.is(await statusOf(answer(alice, fileId, level)), NtStatus[expected], why);
    }
    await t.notThrowsAsync(second, why);
    t.is(await statusOf(answer(alice, fileId, NONE)), NtStatus.STATUS_INVALID_OPLOCK_PROTOCOL, why);
  }
});

test('handles without reads are nothing that a lease could keep [MS-SMB2 3.3.1.12]', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  await leased(alice, 'f', key(1), 7);
  const second = leased(bob, 'f', key(2), 7);
  await settle();
  t.like(alice.breaks[0], { newLeaseState: RH });
  t.like((await acknowledge(alice, key(1), H)).body, { leaseState: 0 });
  t.is((await second).lease?.leaseState, RH);
});

test('a new security descriptor ends the caching of handles of others [MS-FSA 2.1.5.17]', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  await leased(alice, 'f', key(1), RH);
  const { response } = await leased(bob, 'f', key(2), RH);
  let done = false;
  const set = bob.client
    .request(
      Command.SET_INFO,
      setInfoRequest,
      setInfoResponse,
      {
        infoType: 3,
        fileInfoClass: 0,
        additionalInformation: 4,
        fileId: response.fileId,
        buffer: encode(securityDescriptor, parseSddl('D:P(A;;FA;;;WD)')),
      },
      { treeId: bob.treeId },
    )
    .then(() => {
      done = true;
    });
  await settle();
  t.false(done);
  t.like(alice.breaks[0], { currentLeaseState: RH, newLeaseState: R });
  t.is(bob.breaks.length, 0, 'his own lease stays');
  await acknowledge(alice, key(1), R);
  await set;
});

test('LOCK: flags and ranges that are none, and directories [MS-SMB2 3.3.5.14, MS-FSA 2.1.5.8, 2.1.5.9]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const other = await mount(await h.logOn({}, 'bob'));
  const { fileId } = await create(m, 'f', { requestedOplockLevel: OplockLevel.II });
  await create(other, 'f', { requestedOplockLevel: OplockLevel.II });
  const lock = (id: FileId, flags: number, offset = 0n, length = 1n) =>
    statusOf(
      m.client.request(
        Command.LOCK,
        lockRequest,
        lockResponse,
        { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: id, locks: [{ offset, length, flags }] },
        { treeId: m.treeId },
      ),
    );
  const { EXCLUSIVE_LOCK, FAIL_IMMEDIATELY, UNLOCK } = LockFlags;
  t.is(await lock(fileId, EXCLUSIVE_LOCK | 0x20), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await lock(fileId, FAIL_IMMEDIATELY), NtStatus.STATUS_INVALID_PARAMETER);
  const end = (1n << 64n) - 1n;
  t.is(await lock(fileId, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY, end, 2n), NtStatus.STATUS_INVALID_LOCK_RANGE);
  t.is(await lock(fileId, UNLOCK, end, 2n), NtStatus.STATUS_INVALID_LOCK_RANGE);
  t.is(await lock(fileId, UNLOCK, end, 1n), NtStatus.STATUS_RANGE_NOT_LOCKED);
  const oplocks = [...h.server.authority.entries()].flatMap(([, { opens }]) => [...opens.values()].map((o) => o.cache));
  t.deepEqual(oplocks, [R, R], 'nothing was locked, and nobody lost his cache');
  const directory = await create(m, 'd', { createOptions: CreateOptions.DIRECTORY_FILE });
  t.is(await lock(directory.fileId, EXCLUSIVE_LOCK), NtStatus.STATUS_INVALID_PARAMETER);
});

test('a directory that was marked to be deleted is not watched through that open, even if it stays [MS-FSA 2.1.5.11]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const asDirectory = { createOptions: CreateOptions.DIRECTORY_FILE };
  const marks = await create(m, 'd', asDirectory);
  const { fileId } = await create(m, 'd', asDirectory);
  const watch = (id: FileId) =>
    statusOf(
      m.client.request(
        Command.CHANGE_NOTIFY,
        changeNotifyRequest,
        changeNotifyResponse,
        { flags: 0, outputBufferLength: 1000, fileId: id, completionFilter: 0x3 },
        { treeId: m.treeId },
      ),
    );
  const watched = watch(fileId);
  await settle();
  const disposition = (deletePending: boolean) =>
    setFileInfo(
      m,
      marks.fileId,
      FileInformationClass.FileDispositionInformation,
      encode(fileDispositionInformation, { deletePending }),
    );
  await disposition(true);
  t.is(await watched, NtStatus.STATUS_DELETE_PENDING);
  await disposition(false);
  t.is(await watch(marks.fileId), NtStatus.STATUS_DELETE_PENDING);
  const again = watch(fileId);
  await settle();
  await create(m, 'd\\new');
  t.is(await again, NtStatus.STATUS_SUCCESS, 'others watch on');
});

test('a LOCK of more elements than a small request holds ends the connection [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  const lock = (count: number) =>
    m.client.request(
      Command.LOCK,
      lockRequest,
      lockResponse,
      {
        lockSequenceNumber: 0,
        lockSequenceIndex: 0,
        fileId,
        locks: Array.from({ length: count }, (_, i) => ({ offset: BigInt(i), length: 1n, flags: 0x12 })),
      },
      { treeId: m.treeId },
    );
  await t.notThrowsAsync(lock(100));
  await t.throwsAsync(lock(0xffff), { message: /closed/ });
  t.deepEqual(h.errors, []);
});
