import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateOptions,
  cancelRequest,
  createRequest,
  createResponse,
  Dialect,
  EMPTY_BODY,
  FileInformationClass,
  fileDispositionInformation,
  fileRenameInformation,
  HeaderFlags,
  LeaseFlags,
  lockRequest,
  lockResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { explainOpen, statusOf as serverStatusOf } from '../src/index.ts';
import { settle, startServer } from './harness.ts';
import { acknowledge, CLIENT_A, CLIENT_B, client, key, leased } from './lease-client.ts';
import { close, create, createBody, setFileInfo, statusOf } from './requests.ts';

const R = 1;
const RH = 3;
const RW = 5;
const RWH = 7;

test('a lease belongs to the client: its other connection opens beside it and may answer the break', async (t) => {
  const h = startServer();
  const first = await client(h, CLIENT_A);
  const second = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  const held = await leased(first, 'f', key(1), RWH);
  t.is(held.response.oplockLevel, 0xff);
  t.like(held.lease, { version: 2, leaseState: RWH, epoch: 0x11, flags: 0 });
  t.like((await leased(second, 'f', key(1), 0)).lease, { leaseState: RWH, epoch: 0x11 });
  const other = create(bob, 'f');
  await settle();
  t.deepEqual(second.breaks, []);
  t.like(first.breaks[0], { leaseKey: key(1), currentLeaseState: RWH, newLeaseState: RH, flags: 1, newEpoch: 0x12 });
  t.is((await leased(second, 'f', key(1), 0)).lease?.flags, LeaseFlags.BREAK_IN_PROGRESS);
  t.is(await statusOf(acknowledge(second, key(1), RWH)), NtStatus.STATUS_REQUEST_NOT_ACCEPTED);
  await acknowledge(second, key(1), RH);
  t.is((await other).createAction, 1);
  t.is(await statusOf(acknowledge(second, key(1), RH)), NtStatus.STATUS_UNSUCCESSFUL);
  t.is(await statusOf(acknowledge(bob, key(1), RH)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(first.breaks.length, 1);
});

test('with the first connection gone the break goes to another of the client [MS-SMB2 3.3.4.7]', async (t) => {
  const h = startServer();
  const first = await client(h, CLIENT_A);
  const second = await client(h, CLIENT_A);
  await leased(second, 'f', key(1), RW);
  first.client.transport.destroy('test');
  await settle();
  const other = create(await client(h, CLIENT_B), 'f');
  await settle();
  t.is(second.breaks[0]?.newLeaseState, R);
  await close(second, (await leased(second, 'f', key(1), 0)).response.fileId);
  await acknowledge(second, key(1), R);
  t.is((await other).createAction, 1);
});

test('a lease that is not answered is lost after 35 seconds [MS-SMB2 3.3.6.5]', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  await leased(alice, 'f', key(1), RWH);
  const other = create(await client(h, CLIENT_B), 'f');
  await settle();
  await h.advance(35_000);
  t.is((await other).createAction, 1);
  t.is((await leased(alice, 'f', key(1), 0)).lease?.leaseState, 0);
});

test('a waiting open can be cancelled, and holds no later one up [MS-SMB2 3.3.5.16]', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  await leased(alice, 'f', key(1), RWH);
  let asyncId = 0n;
  const waiting = statusOf(
    bob.client.request(Command.CREATE, createRequest, createResponse, createBody('f'), {
      treeId: bob.treeId,
      onPending: (id) => {
        asyncId = id;
      },
    }),
  );
  await settle();
  t.not(asyncId, 0n);
  const frame = bob.client
    .encode(Command.CANCEL, cancelRequest, EMPTY_BODY, { flags: HeaderFlags.ASYNC_COMMAND })
    .result();
  new DataView(frame.buffer, frame.byteOffset).setBigUint64(56 + 32, asyncId, true);
  bob.client.transport.send([bob.client.protect(frame)]);
  t.is(await waiting, NtStatus.STATUS_CANCELLED);
  const later = create(bob, 'f');
  await acknowledge(alice, key(1), RH);
  t.is((await later).createAction, 1);
  t.is(alice.breaks.length, 1);
});

test('a key on another file is refused, for a directory too [MS-SMB2 3.3.5.9.8]', async (t) => {
  const h = startServer();
  const m = await client(h, CLIENT_A);
  await leased(m, 'f', key(1), RH);
  t.is(await statusOf(leased(m, 'g', key(1), RH)), NtStatus.STATUS_INVALID_PARAMETER);
  const directory = { createOptions: CreateOptions.DIRECTORY_FILE };
  t.is(await statusOf(leased(m, 'd', key(1), RH, directory)), NtStatus.STATUS_INVALID_PARAMETER);
  // Another client's key is another lease, and what was made for the refused opens is gone.
  t.is((await leased(await client(h, CLIENT_B), 'g', key(1), RH)).response.createAction, 2);
});

test('version 1 and dialects: 2.0.2 has no leases, 2.1 no second version; directories want the second', async (t) => {
  const h = startServer();
  const old = await client(h, CLIENT_A, Dialect.SMB_2_0_2);
  t.is((await leased(old, 'f', key(1), RH, { lease: { version: 1 } })).response.oplockLevel, 0);
  const middle = await client(h, CLIENT_A, Dialect.SMB_2_1);
  t.is((await leased(middle, 'f', key(2), RH)).response.oplockLevel, 0);
  t.like((await leased(middle, 'g', key(2), RH, { lease: { version: 1 } })).lease, { version: 1, leaseState: RH });
  const m = await client(h, CLIENT_B);
  const directory = { createOptions: CreateOptions.DIRECTORY_FILE };
  t.is((await leased(m, 'd', key(3), RH, { ...directory, lease: { version: 1 } })).response.oplockLevel, 0);
  t.like((await leased(m, 'd', key(3), RWH, directory)).lease, { leaseState: RH });
  // A lease level without a context, and a context without the level, ask for nothing.
  t.is((await create(m, 'h', { requestedOplockLevel: 0xff })).oplockLevel, 0);
  t.is((await leased(m, 'h', key(4), RH, { requestedOplockLevel: 0 })).lease, undefined);
});

test('smb2 leases = no, oplocks = no, level2 oplocks = no', async (t) => {
  const without = await client(startServer({ leases: false }), CLIENT_A);
  t.is((await leased(without, 'f', key(1), RWH)).response.oplockLevel, 0);
  const none = await client(startServer({}, { oplocks: false }), CLIENT_A);
  t.is((await leased(none, 'f', key(1), RWH)).response.oplockLevel, 0);
  t.is((await create(none, 'g', { requestedOplockLevel: 9 })).oplockLevel, 0);
  const one = await client(startServer({}, { level2Oplocks: false }), CLIENT_A);
  await create(one, 'f');
  t.is((await create(one, 'f', { requestedOplockLevel: 9 })).oplockLevel, 0);
});

test('rename and delete wait until cached handles are given up [MS-FSA 2.1.5.15.11, 2.1.5.15.3]', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  const held = await leased(alice, 'f', key(1), RH);
  const { fileId } = await create(bob, 'f');
  const rename = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName: 'g' });
  let done = false;
  const renamed = setFileInfo(bob, fileId, FileInformationClass.FileRenameInformation, rename).then(() => {
    done = true;
  });
  await settle();
  t.false(done);
  t.like(alice.breaks[0], { currentLeaseState: RH, newLeaseState: R, flags: 1 });
  // Waiting for it stalls nothing else of that client.
  t.is((await create(bob, 'other')).createAction, 2);
  await acknowledge(alice, key(1), R);
  await renamed;
  await leased(alice, 'g', key(1), RH);
  const deletion = encode(fileDispositionInformation, { deletePending: true });
  const deleted = setFileInfo(bob, fileId, FileInformationClass.FileDispositionInformation, deletion);
  await settle();
  t.is(alice.breaks.length, 2);
  await close(alice, held.response.fileId);
  await acknowledge(alice, key(1), R);
  await t.notThrowsAsync(deleted);
});

test('a file that is open only in a cache is replaced by a rename, and gives way to one of its directory', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  await create(bob, 'd', { createOptions: CreateOptions.DIRECTORY_FILE });
  const target = await leased(alice, 'd\\target', key(1), RH);
  const source = await create(bob, 'source');
  const to = (fileName: string): Uint8Array =>
    encode(fileRenameInformation, { replaceIfExists: true, rootDirectory: 0n, fileName });
  const replaced = setFileInfo(bob, source.fileId, FileInformationClass.FileRenameInformation, to('d\\target'));
  await settle();
  t.is(alice.breaks[0]?.newLeaseState, R);
  await close(alice, target.response.fileId);
  await t.notThrowsAsync(replaced);
  await close(bob, source.fileId);
  const below = await leased(alice, 'd\\target', key(2), RH);
  const directory = await create(bob, 'd', { createOptions: CreateOptions.DIRECTORY_FILE, shareAccess: 7 });
  const moved = setFileInfo(bob, directory.fileId, FileInformationClass.FileRenameInformation, to('e'));
  await settle();
  t.is(alice.breaks[1]?.newLeaseState, R);
  // Who keeps it open keeps the directory where it is.
  await acknowledge(alice, key(2), R);
  t.is(await statusOf(moved), NtStatus.STATUS_ACCESS_DENIED);
  await close(alice, below.response.fileId);
});

test('status says what is cached, what is being broken, and what is locked', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const held = await leased(alice, 'f', key(1), RWH);
  const range = { offset: 0n, length: 1n << 63n, flags: 0x12 };
  await alice.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: held.response.fileId, locks: [range] },
    { treeId: alice.treeId },
  );
  await create(alice, 'g', { requestedOplockLevel: 9 });
  const other = create(await client(h, CLIENT_B), 'f');
  await settle();
  const { opens } = (await serverStatusOf(h.server)).sessions[0]!;
  t.like(opens[0], { path: 'f', caching: { by: 'lease', state: 'RWH', breakingTo: 'RH', leaseKey: key(1) } });
  t.deepEqual(opens[0]?.locks, [{ offset: '0', length: '9223372036854775808', exclusive: true }]);
  t.like(opens[1], { path: 'g', caching: { by: 'oplock', level: 'batch' }, locks: [] });
  await acknowledge(alice, key(1), RH);
  await other;
});

test('explain-open says who holds a file and what others would break, and changes nothing', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  await leased(alice, 'f', key(1), RWH, { shareAccess: 1 });
  const explained = await explainOpen(h.server, 'SHARE', 'f');
  t.like(explained, { share: 'share', path: 'f', deletePending: false });
  t.like(explained?.opens[0], { user: 'alice', disconnected: false, caching: { state: 'RWH' } });
  const lease = [`lease ${CLIENT_A}/${key(1)}`];
  t.deepEqual(explained?.newOpens, [
    { to: 'look at attributes', outcome: 'granted', breaks: [] },
    { to: 'read', outcome: 'wait', breaks: lease },
    { to: 'write', outcome: 'wait', breaks: lease },
    { to: 'overwrite', outcome: 'wait', breaks: lease },
    { to: 'delete', outcome: 'wait', breaks: lease },
  ]);
  t.deepEqual(alice.breaks, []);
  t.is(await explainOpen(h.server, 'nowhere', 'f'), undefined);
  t.deepEqual((await explainOpen(h.server, 'share', ''))?.opens, []);
  await t.throwsAsync(explainOpen(h.server, 'share', 'missing'));
});
