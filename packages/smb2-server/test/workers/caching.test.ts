import { decode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateOptions,
  HEADER_SIZE,
  LeaseFlags,
  NtStatus,
  OplockLevel,
  oplockBreakRequest,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { acknowledge, CLIENT_A, CLIENT_B, client, key, leased } from '../lease-client.ts';
import { close, create, mount, statusOf, write } from '../requests.ts';
import { everywhere, isAnswered, renameTo, statusNow } from './stage.ts';
import { settleWorkers, startWorkers } from './world.ts';

const R = 1;
const RH = 3;
const RWH = 7;
const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };
const NO_SHARING = { shareAccess: 0 };

everywhere(
  'nobody opens a file beside a cache of writes at another worker [MS-SMB2 3.3.4.7, 3.3.5.22.2]',
  async (t, s) => {
    await s.home('f');
    const alice = await client(s.alice, CLIENT_A);
    const bob = await client(s.bob, CLIENT_B);
    t.is((await leased(alice, 'f', key(1), RWH)).lease?.leaseState, RWH);
    const other = create(bob, 'f');
    t.false(await isAnswered(other));
    t.like(alice.breaks[0], { leaseKey: key(1), currentLeaseState: RWH, newLeaseState: RH, flags: 1, newEpoch: 0x12 });
    t.is(
      await statusOf(acknowledge(bob, key(1), RH)),
      NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
      'a key of another client',
    );
    t.is(await statusOf(acknowledge(alice, key(1), RWH)), NtStatus.STATUS_REQUEST_NOT_ACCEPTED);
    await acknowledge(alice, key(1), RH);
    t.is((await other).createAction, 1);
    t.is(await statusOf(acknowledge(alice, key(1), RH)), NtStatus.STATUS_UNSUCCESSFUL);
    // What bob writes is not what alice has read.
    await write(bob, (await other).fileId, 'x');
    await settleWorkers();
    t.like(alice.breaks[1], { leaseKey: key(1), newLeaseState: 0 });
  },
);

everywhere(
  'a client that does not answer a break holds nobody at another worker up [MS-SMB2 3.3.6.5]',
  async (t, s) => {
    await s.home('f');
    const alice = await client(s.alice, CLIENT_A);
    await leased(alice, 'f', key(1), RWH);
    const other = create(await client(s.bob, CLIENT_B), 'f');
    t.false(await isAnswered(other));
    await s.w.advance(35_000);
    t.is((await other).createAction, 1);
    t.is((await leased(alice, 'f', key(1), 0)).lease?.leaseState, 0);
  },
);

everywhere('a lease is its client’s, also by a connection to another worker [MS-SMB2 3.3.5.22.2]', async (t, s) => {
  await s.home('f');
  const first = await client(s.alice, CLIENT_A);
  const second = await client(s.bob, CLIENT_A);
  const bob = await client(s.bob, CLIENT_B);
  await leased(first, 'f', key(1), RWH);
  t.like((await leased(second, 'f', key(1), 0)).lease, { leaseState: RWH, epoch: 0x11 });
  const other = create(bob, 'f');
  t.false(await isAnswered(other));
  t.is(first.breaks.length + second.breaks.length, 1, 'one break, whatever connection it goes to');
  await acknowledge(second, key(1), RH);
  t.is((await other).createAction, 1);
});

everywhere(
  'an oplock at another worker is broken before anybody opens beside it [MS-SMB2 3.3.4.6, 3.3.5.22.1]',
  async (t, s) => {
    await s.home('f');
    const breaks: unknown[] = [];
    const onNotification = (bytes: Uint8Array): void => {
      breaks.push(decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE)));
    };
    const alice = await mount(await s.alice.logOn({ onNotification }));
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    const { fileId, oplockLevel } = await create(alice, 'f', { requestedOplockLevel: OplockLevel.BATCH });
    t.is(oplockLevel, OplockLevel.BATCH);
    const other = create(bob, 'f');
    t.false(await isAnswered(other));
    t.deepEqual(breaks, [{ kind: 'oplock', oplockLevel: OplockLevel.II, fileId }]);
    const keep = (m: typeof alice, kept: number) =>
      m.client.request(
        Command.OPLOCK_BREAK,
        oplockBreakRequest,
        oplockBreakResponse,
        { kind: 'oplock', oplockLevel: kept, fileId },
        { treeId: m.treeId },
      );
    t.is(await statusOf(keep(bob, OplockLevel.II)), NtStatus.STATUS_FILE_CLOSED, 'bob has no such open');
    t.false(await isAnswered(other));
    await keep(alice, OplockLevel.II);
    t.is((await other).createAction, 1);
  },
);

everywhere('a cached handle at another worker keeps nobody out [MS-FSA 2.1.5.1.2.2]', async (t, s) => {
  await s.home('f');
  const alice = await client(s.alice, CLIENT_A);
  const bob = await client(s.bob, CLIENT_B);
  const held = await leased(alice, 'f', key(1), RH, NO_SHARING);
  const other = create(bob, 'f');
  t.false(await isAnswered(other));
  t.like(alice.breaks[0], { currentLeaseState: RH, newLeaseState: R });
  await close(alice, held.response.fileId);
  t.is((await other).createAction, 1);
});

everywhere('a lease key is not used for two files, at whatever workers they are [MS-SMB2 3.3.5.9.8]', async (t, s) => {
  await s.home('f');
  const first = await client(s.alice, CLIENT_A);
  const second = await client(s.bob, CLIENT_A);
  const held = await leased(first, 'f', key(1), RH);
  t.is(await statusOf(leased(second, 'g', key(1), RH)), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await statusOf(leased(second, 'd', key(1), RH, DIRECTORY)), NtStatus.STATUS_INVALID_PARAMETER);
  // Another client's key is another lease.
  const other = await client(s.bob, CLIENT_B);
  t.is((await leased(other, 'g', key(1), RH)).response.createAction, 2, 'what was made for the refused open is gone');
  await close(first, held.response.fileId);
  t.is((await leased(second, 'h', key(1), RH)).lease?.leaseState, RH, 'nothing has the key any more');
});

everywhere('a listing is not cached past a change by a client of another worker [MS-FSA 2.1.4.12]', async (t, s) => {
  await s.home('d', 'directory');
  const alice = await client(s.alice, CLIENT_A);
  const bob = await client(s.bob, CLIENT_B);
  const held = async (): Promise<void> => {
    alice.breaks.length = 0;
    // An open that may delete the directory would forbid the rename inside.
    const listing = { ...DIRECTORY, desiredAccess: AccessMask.FILE_READ_DATA };
    t.is((await leased(alice, 'd', key(1), RH, listing)).lease?.leaseState, RH);
  };
  const broken = async (why: string): Promise<void> => {
    await settleWorkers();
    t.is(alice.breaks.length, 1, why);
    t.is(alice.breaks[0]!.leaseKey, key(1));
    if ((alice.breaks[0]!.flags & 1) !== 0) await acknowledge(alice, key(1), 0);
  };
  await held();
  const { fileId } = await create(bob, 'd\\f');
  await broken('a new entry');
  await held();
  await write(bob, fileId, 'x');
  await close(bob, fileId);
  await broken('another size');
  await held();
  const moved = await create(bob, 'd\\f');
  await renameTo(bob, moved.fileId, 'd\\g');
  await broken('another name');
  await held();
  await close(bob, (await create(bob, 'd\\h', { createOptions: CreateOptions.DELETE_ON_CLOSE })).fileId);
  await settleWorkers();
  t.true(alice.breaks.length >= 1, 'an entry that came and went');
});

everywhere('a client is not told of its own change, by whatever worker it made it [MS-SMB2 3.3.4.20]', async (t, s) => {
  await s.home('d', 'directory');
  const alice = await client(s.alice, CLIENT_A);
  const second = await client(s.bob, CLIENT_A);
  const parent = { flags: LeaseFlags.PARENT_LEASE_KEY_SET, parentLeaseKey: key(1) };
  t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).lease?.leaseState, RH);
  const own = await leased(second, 'd\\own', key(2), RWH, { lease: parent });
  await write(second, own.response.fileId, 'x');
  await close(second, own.response.fileId);
  await settleWorkers();
  t.deepEqual([...alice.breaks, ...second.breaks], []);
  // Another client that names the same key is another client.
  const bob = await client(s.bob, CLIENT_B);
  await leased(bob, 'd\\other', key(3), RWH, { lease: parent });
  await settleWorkers();
  t.like(alice.breaks[0], { leaseKey: key(1), newLeaseState: 0 });
});

everywhere(
  'a rename waits for a handle that a client of another worker caches, and is refused while it is used',
  async (t, s) => {
    await s.home('target');
    const alice = await client(s.alice, CLIENT_A);
    const bob = await client(s.bob, CLIENT_B);
    const held = await leased(alice, 'target', key(1), RH);
    const { fileId } = await create(bob, 'f');
    const renamed = statusOf(renameTo(bob, fileId, 'target', true));
    t.false(await isAnswered(renamed));
    t.like(alice.breaks[0], { leaseKey: key(1), currentLeaseState: RH, newLeaseState: R });
    s.letGo();
    await close(alice, held.response.fileId);
    t.is(await renamed, NtStatus.STATUS_SUCCESS);
    const again = await leased(alice, 'target', key(1), RH);
    const next = await create(bob, 'g');
    const refused = statusOf(renameTo(bob, next.fileId, 'target', true));
    await settleWorkers();
    await acknowledge(alice, key(1), R);
    t.is(await refused, NtStatus.STATUS_ACCESS_DENIED);
    t.truthy(again);
  },
);

everywhere(
  'the rename of a directory waits for handles below it that clients of another worker cache',
  async (t, s) => {
    await s.home('d', 'directory');
    await s.home('d\\f');
    const alice = await client(s.alice, CLIENT_A);
    const bob = await client(s.bob, CLIENT_B);
    const held = await leased(alice, 'd\\f', key(1), RH);
    const { fileId } = await create(bob, 'd', DIRECTORY);
    const renamed = statusNow(renameTo(bob, fileId, 'e'));
    t.is(await renamed, NtStatus.STATUS_PENDING);
    t.like(alice.breaks[0], { leaseKey: key(1), currentLeaseState: RH, newLeaseState: R });
    await close(alice, held.response.fileId);
    await settleWorkers();
    t.is(await statusOf(create(alice, 'd\\f', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_PATH_NOT_FOUND);
    t.is((await create(alice, 'e\\f', { createDisposition: 1 })).createAction, 1);
  },
);

test('of clients at three workers each is broken by the others, once', async (t) => {
  const w = startWorkers(3);
  const guids = ['a', 'b', 'c'].map((letter) => CLIENT_A.replaceAll('a', letter));
  const clients = await Promise.all(guids.map((guid, worker) => client(w.at(worker), guid)));
  for (const [n, each] of clients.entries()) await leased(each, 'f', key(n + 1), R);
  const { fileId } = await create(clients[1]!, 'f');
  await write(clients[1]!, fileId, 'x');
  await settleWorkers();
  // His own lease has another key than the open that he writes through.
  t.deepEqual(
    clients.map(({ breaks }) => breaks.length),
    [1, 1, 1],
  );
  t.deepEqual(w.errors, []);
});
