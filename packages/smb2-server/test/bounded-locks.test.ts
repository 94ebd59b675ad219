import { LockLimits } from '@tsmbd/oplock-lease';
import { Command, type FileId, LockFlags, lockRequest, lockResponse, NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { MAX_ELEMENTS } from '../src/commands/lock.ts';
import { settle, startServer } from './harness.ts';
import { create, type Mount, mount, statusOf } from './requests.ts';

const { SHARED_LOCK: SHARED, EXCLUSIVE_LOCK: EXCLUSIVE, FAIL_IMMEDIATELY: NOW, UNLOCK } = LockFlags;

type Element = readonly [offset: number, flags: number];

function lock(m: Mount, fileId: FileId, elements: readonly Element[], onPending?: (id: bigint) => void) {
  const locks = elements.map(([offset, flags]) => ({ offset: BigInt(offset), length: 1n, flags }));
  const body = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId, locks };
  const target = onPending === undefined ? { treeId: m.treeId } : { treeId: m.treeId, onPending };
  return m.client.request(Command.LOCK, lockRequest, lockResponse, body, target);
}

const elements = (count: number, flags: number, from = 0): Element[] =>
  Array.from({ length: count }, (_, i) => [from + i * 2, flags]);

test('a LOCK of many unlocks has those who wait looked at once, not once for each', async (t) => {
  const h = startServer();
  const [a, b] = [await mount(await h.logOn()), await mount(await h.logOn())];
  const [mine, others] = [await create(a, 'f'), await create(b, 'f')];
  await lock(a, mine.fileId, elements(100, EXCLUSIVE | NOW));
  let pending = 0;
  const waits = [0, 1, 2].map((i) => lock(b, others.fileId, [[i * 2, EXCLUSIVE]], () => pending++));
  await settle();
  t.is(pending, 3);
  const { authority } = h.server;
  const { apply } = authority;
  const unlocks: number[] = [];
  authority.apply = (key, command) => {
    if (command.type === 'unlock') unlocks.push(command.ranges.length);
    return apply.call(authority, key, command) as never;
  };
  await lock(a, mine.fileId, elements(100, UNLOCK));
  t.deepEqual(unlocks, [100]);
  await Promise.all(waits);
});

test('what stands before a wrong element of an unlock is unlocked, and what stands behind it is not [MS-SMB2 3.3.5.14.1]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await lock(m, fileId, elements(3, EXCLUSIVE | NOW));
  const wrong: Element[] = [
    [0, UNLOCK],
    [2, SHARED],
    [4, UNLOCK],
  ];
  t.is(await statusOf(lock(m, fileId, wrong)), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await statusOf(lock(m, fileId, [[0, UNLOCK]])), NtStatus.STATUS_RANGE_NOT_LOCKED);
  await lock(m, fileId, elements(2, UNLOCK, 2));
});

test('an open that has 8,192 locks gets no more of them: STATUS_INSUFFICIENT_RESOURCES', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  for (let i = 0; i < 8; i++) {
    await lock(m, fileId, elements(LockLimits.PER_OPEN / 8, SHARED | NOW, i * 100_000));
  }
  t.is(await statusOf(lock(m, fileId, [[1, SHARED | NOW]])), NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  await lock(m, fileId, [[0, UNLOCK]]);
  await lock(m, fileId, [[1, SHARED | NOW]]);
});

test('one LOCK has 1,024 elements at most, of locks and of unlocks: STATUS_INSUFFICIENT_RESOURCES', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  const tooMany = MAX_ELEMENTS + 1;
  t.is(await statusOf(lock(m, fileId, elements(tooMany, EXCLUSIVE | NOW))), NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  await lock(m, fileId, elements(MAX_ELEMENTS, EXCLUSIVE | NOW));
  t.is(await statusOf(lock(m, fileId, elements(tooMany, UNLOCK))), NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  await lock(m, fileId, elements(MAX_ELEMENTS, UNLOCK));
});
