import { encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  CreateOptions,
  FileInformationClass,
  fileDispositionInformation,
  LockFlags,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { lock } from '../durable-client.ts';
import { close, create, list, mount, read, setFileInfo, statusOf, write } from '../requests.ts';
import { stagedVfs } from '../staged-vfs.ts';
import { EXCLUSIVE, everywhere, holdAt, isAnswered, renameTo, SHARED } from './stage.ts';
import { settleWorkers, startWorkers } from './world.ts';

const { STATUS_SHARING_VIOLATION, STATUS_FILE_LOCK_CONFLICT, STATUS_LOCK_NOT_GRANTED } = NtStatus;
const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };

everywhere('nobody opens what a client of another worker does not share [MS-FSA 2.1.5.1.2.2]', async (t, s) => {
  await s.home('f');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const { fileId } = await create(alice, 'f', { shareAccess: 1 });
  t.is(await statusOf(create(bob, 'f')), STATUS_SHARING_VIOLATION);
  const reads = await create(bob, 'f', { desiredAccess: AccessMask.FILE_READ_DATA });
  t.is(await statusOf(create(alice, 'f', { shareAccess: 6 })), STATUS_SHARING_VIOLATION, 'bob reads');
  await close(bob, reads.fileId);
  await close(alice, fileId);
  s.letGo();
  const alone = await create(bob, 'f', { shareAccess: 0 });
  t.is(await statusOf(create(alice, 'f')), STATUS_SHARING_VIOLATION);
  await close(bob, alone.fileId);
  t.is((await create(alice, 'f')).createAction, 1);
});

everywhere('nobody reads what a client of another worker wrote otherwise than it wrote it', async (t, s) => {
  await s.home('f');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const a = await create(alice, 'f');
  const b = await create(bob, 'f');
  for (const text of ['one', 'another']) {
    await write(alice, a.fileId, text);
    t.is(await read(bob, b.fileId), text);
    await write(bob, b.fileId, `${text}!`);
    t.is(await read(alice, a.fileId), `${text}!`);
  }
});

everywhere('nobody reads what a client of another worker has locked for itself [MS-FSA 2.1.4.10]', async (t, s) => {
  await s.home('f');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const a = await create(alice, 'f');
  const b = await create(bob, 'f');
  await write(alice, a.fileId, '0123456789');
  t.is(await read(bob, b.fileId, 10), '0123456789');
  await lock(alice, a.fileId, 0n, EXCLUSIVE, 0);
  t.is(await statusOf(read(bob, b.fileId, 10)), STATUS_FILE_LOCK_CONFLICT);
  t.is(await statusOf(write(bob, b.fileId, 'x')), STATUS_FILE_LOCK_CONFLICT);
  t.is(await read(bob, b.fileId, 6, 4n), '456789', 'beside the lock');
  t.is(await read(alice, a.fileId, 10), '0123456789', 'whose lock it is');
  t.is(await statusOf(lock(bob, b.fileId, 2n, SHARED, 0)), STATUS_LOCK_NOT_GRANTED);
  await lock(alice, a.fileId, 0n, LockFlags.UNLOCK, 0);
  t.is(await read(bob, b.fileId, 10), '0123456789');
  await lock(bob, b.fileId, 0n, EXCLUSIVE, 0);
  t.is(await statusOf(read(alice, a.fileId, 10)), STATUS_FILE_LOCK_CONFLICT);
  // What was locked goes with its open.
  await close(bob, b.fileId);
  t.is(await read(alice, a.fileId, 10), '0123456789');
});

everywhere(
  'a lock that waits at another worker is granted when it can be, or cancelled [MS-SMB2 3.3.5.14]',
  async (t, s) => {
    await s.home('f');
    const alice = await mount(await s.alice.logOn());
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    const a = await create(alice, 'f');
    const b = await create(bob, 'f');
    await lock(alice, a.fileId, 0n, EXCLUSIVE, 0);
    const waiting = lock(bob, b.fileId, 0n, LockFlags.EXCLUSIVE_LOCK, 0);
    t.false(await isAnswered(waiting));
    await close(alice, a.fileId);
    await waiting;
    const again = await create(alice, 'f');
    const second = statusOf(lock(alice, again.fileId, 0n, LockFlags.EXCLUSIVE_LOCK, 0));
    t.false(await isAnswered(second));
    await close(alice, again.fileId);
    t.is(await second, NtStatus.STATUS_RANGE_NOT_LOCKED);
  },
);

everywhere('nobody opens what a client of another worker deletes [MS-FSA 2.1.5.1.2]', async (t, s) => {
  await s.home('f');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const a = await create(alice, 'f');
  const b = await create(bob, 'f');
  const information = encode(fileDispositionInformation, { deletePending: true });
  await setFileInfo(alice, a.fileId, FileInformationClass.FileDispositionInformation, information);
  t.is(await statusOf(create(bob, 'f')), NtStatus.STATUS_DELETE_PENDING);
  await close(alice, a.fileId);
  t.is(await statusOf(create(alice, 'f')), NtStatus.STATUS_DELETE_PENDING, 'bob has it open');
  t.deepEqual(
    (await list(alice)).map(({ fileName }) => fileName),
    ['f'],
  );
  await close(bob, b.fileId);
  t.deepEqual(await list(alice), []);
  s.letGo();
  t.is((await create(bob, 'f')).createAction, 2);
});

everywhere('delete on close waits for the last open, whatever worker has it [MS-FSA 2.1.5.5]', async (t, s) => {
  await s.home('f');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const a = await create(alice, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  const b = await create(bob, 'f');
  await close(alice, a.fileId);
  t.is(await statusOf(create(alice, 'f')), NtStatus.STATUS_DELETE_PENDING);
  // Its connection goes without a word.
  bob.client.close();
  await settleWorkers();
  t.deepEqual(await list(alice), []);
  t.truthy(b);
});

everywhere('a directory is not deleted while a client of another worker has a file in it', async (t, s) => {
  await s.home('d', 'directory');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const made = await create(bob, 'd\\f');
  const { fileId } = await create(alice, 'd', DIRECTORY);
  const information = encode(fileDispositionInformation, { deletePending: true });
  const remove = (): Promise<void> =>
    setFileInfo(alice, fileId, FileInformationClass.FileDispositionInformation, information);
  t.is(await statusOf(remove()), NtStatus.STATUS_DIRECTORY_NOT_EMPTY);
  await close(bob, made.fileId);
  t.is(await statusOf(remove()), NtStatus.STATUS_DIRECTORY_NOT_EMPTY);
});

everywhere(
  'nobody renames a file onto one that a client of another worker has open [MS-FSA 2.1.5.15.11]',
  async (t, s) => {
    await s.home('target');
    const alice = await mount(await s.alice.logOn());
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    const theirs = await create(bob, 'target');
    const { fileId } = await create(alice, 'f');
    t.is(await statusOf(renameTo(alice, fileId, 'target', true)), NtStatus.STATUS_ACCESS_DENIED);
    await close(bob, theirs.fileId);
    s.letGo();
    await renameTo(alice, fileId, 'target', true);
    t.deepEqual(
      (await list(bob)).map(({ fileName }) => fileName),
      ['target'],
    );
  },
);

everywhere('nobody renames a directory below which a client of another worker has a file open', async (t, s) => {
  await s.home('d', 'directory');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const theirs = await create(bob, 'd\\f');
  const { fileId } = await create(alice, 'd', DIRECTORY);
  t.is(await statusOf(renameTo(alice, fileId, 'e')), NtStatus.STATUS_ACCESS_DENIED);
  await close(bob, theirs.fileId);
  await renameTo(alice, fileId, 'e');
  // The old path leads nowhere, and the new one does.
  t.is(await statusOf(create(bob, 'd\\f', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_PATH_NOT_FOUND);
  t.is((await create(bob, 'e\\f', { createDisposition: 1 })).createAction, 1);
});

everywhere(
  'nobody renames a file in a directory that a client of another worker does not share for that',
  async (t, s) => {
    await s.home('d', 'directory');
    const alice = await mount(await s.alice.logOn());
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    const { fileId } = await create(alice, 'd\\f');
    const theirs = await create(bob, 'd', { ...DIRECTORY, desiredAccess: AccessMask.DELETE });
    t.is(await statusOf(renameTo(alice, fileId, 'd\\g')), STATUS_SHARING_VIOLATION);
    await close(bob, theirs.fileId);
    await renameTo(alice, fileId, 'd\\g');
  },
);

test('a CREATE or CLOSE that its home has carried out does not fail because of what its worker closes', async (t) => {
  const staged = stagedVfs();
  const w = startWorkers(2, { share: { vfs: staged.vfs } });
  for (const name of ['f', 'g']) await holdAt(w, 1, name, 'file');
  const m = await mount(await w.at(0).logOn());
  const failed = new VfsError('io', 'no');
  // The worker has opened the file itself, and has no use for that.
  staged.fail('close', failed, { isAfter: true });
  const stream = await create(m, 'f:s');
  await write(m, stream.fileId, 'kept');
  t.is(await read(m, stream.fileId), 'kept');
  await close(m, stream.fileId);
  const { fileId } = await create(m, 'g');
  staged.fail('close', failed, { isAfter: true });
  await close(m, fileId);
  t.is(await statusOf(read(m, fileId)), NtStatus.STATUS_FILE_CLOSED);
  t.is([...w.servers[1]!.opens.all()].length, 0);
  t.deepEqual(w.errors, []);
});
