import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateOptions,
  cancelRequest,
  changeNotifyRequest,
  changeNotifyResponse,
  EMPTY_BODY,
  FileAction,
  type FileId,
  FsctlCode,
  fileNotifyInformation,
  HeaderFlags,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  NtStatus,
  srvCopychunkCopy,
  srvCopychunkResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { lock } from '../durable-client.ts';
import { close, create, type Mount, mount, read, statusOf, write } from '../requests.ts';
import { EXCLUSIVE, everywhere, holdAt, isAnswered, renameTo } from './stage.ts';
import { settleWorkers, startWorkers, type WorkersWorld } from './world.ts';

const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };
const NAMES = 3;

/** CHANGE_NOTIFY of a directory; what it tells. */
async function watch(m: Mount, fileId: FileId, onPending: (asyncId: bigint) => void = () => {}, flags = 0) {
  const { header, body } = await m.client.request(
    Command.CHANGE_NOTIFY,
    changeNotifyRequest,
    changeNotifyResponse,
    { flags, outputBufferLength: 1000, fileId, completionFilter: NAMES },
    { treeId: m.treeId, onPending },
    [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_CANCELLED, NtStatus.STATUS_NOTIFY_CLEANUP],
  );
  if (header.status !== NtStatus.STATUS_SUCCESS) return header.status;
  return decode(fileNotifyInformation, body!.buffer).map(({ action, fileName }) => [action, fileName]);
}

everywhere('who watches a directory misses no change by a client of another worker [MS-SMB2 3.3.4.4]', async (t, s) => {
  await s.home('d', 'directory');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const { fileId } = await create(alice, 'd', { ...DIRECTORY, desiredAccess: 0x81 });
  const first = watch(alice, fileId);
  t.false(await isAnswered(first));
  const made = await create(bob, 'd\\f');
  t.deepEqual(await first, [[FileAction.ADDED, 'f']]);
  // What happens while no request waits is told to the next.
  await renameTo(bob, made.fileId, 'd\\g');
  await settleWorkers();
  t.deepEqual(await watch(alice, fileId), [
    [FileAction.RENAMED_OLD_NAME, 'f'],
    [FileAction.RENAMED_NEW_NAME, 'g'],
  ]);
  const third = watch(alice, fileId);
  t.false(await isAnswered(third));
  await create(bob, 'elsewhere');
  await create(bob, 'd\\sub', DIRECTORY);
  t.deepEqual(await third, [[FileAction.ADDED, 'sub']], 'and nothing of other directories');
});

everywhere('a watch below reaches what a client of another worker changes there', async (t, s) => {
  await s.home('', 'directory');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  await create(bob, 'd', DIRECTORY);
  const { fileId } = await create(alice, '', { ...DIRECTORY, desiredAccess: 0x81 });
  const watching = watch(alice, fileId, () => {}, 1);
  t.false(await isAnswered(watching));
  await create(bob, 'd\\f');
  t.deepEqual(await watching, [[FileAction.ADDED, 'd\\f']]);
});

everywhere(
  'a watch ends when it is cancelled, or its directory is closed [MS-SMB2 3.3.5.16, 3.3.5.10]',
  async (t, s) => {
    await s.home('d', 'directory');
    const alice = await mount(await s.alice.logOn());
    const { fileId } = await create(alice, 'd', { ...DIRECTORY, desiredAccess: 0x81 });
    let asyncId = 0n;
    const cancelled = watch(alice, fileId, (id) => {
      asyncId = id;
    });
    t.false(await isAnswered(cancelled));
    t.not(asyncId, 0n);
    const frame = alice.client
      .encode(Command.CANCEL, cancelRequest, EMPTY_BODY, { flags: HeaderFlags.ASYNC_COMMAND })
      .result();
    new DataView(frame.buffer, frame.byteOffset).setBigUint64(56 + 32, asyncId, true);
    alice.client.transport.send([alice.client.protect(frame)]);
    t.is(await cancelled, NtStatus.STATUS_CANCELLED);
    const closed = watch(alice, fileId);
    t.false(await isAnswered(closed));
    await close(alice, fileId);
    t.is(await closed, NtStatus.STATUS_NOTIFY_CLEANUP);
  },
);

/** FSCTL_SRV_COPYCHUNK_WRITE of the first bytes. The key is asked for by `keyOf`. */
async function copy(m: Mount, from: FileId, to: FileId, length: number, keyOf = m) {
  const body = { maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, output: new Uint8Array(0) };
  const ask = { ...body, ctlCode: FsctlCode.SRV_REQUEST_RESUME_KEY, fileId: from, input: new Uint8Array(0) };
  const answer = await keyOf.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, ask, { treeId: keyOf.treeId });
  const input = encode(srvCopychunkCopy, {
    sourceKey: answer.body!.output.subarray(0, 24),
    chunks: [{ sourceOffset: 0n, targetOffset: 0n, length }],
  });
  const request = { ...body, ctlCode: FsctlCode.SRV_COPYCHUNK_WRITE, fileId: to, input };
  const done = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, request, { treeId: m.treeId });
  return decode(srvCopychunkResponse, done.body!.output);
}

/** Where the client, the source and the target of a copy are. */
const COPIES = [
  [0, 0, 1],
  [0, 1, 0],
  [0, 1, 1],
  [0, 1, 2],
  [1, 0, 2],
] as const;

for (const [clientAt, sourceAt, targetAt] of COPIES) {
  const copying = async (): Promise<{ w: WorkersWorld; m: Mount; from: FileId; to: FileId }> => {
    const w = startWorkers(3);
    await holdAt(w, sourceAt, 'from', 'file');
    await holdAt(w, targetAt, 'to', 'file');
    const m = await mount(await w.at(clientAt).logOn());
    const from = (await create(m, 'from')).fileId;
    await write(m, from, 'the bytes of it');
    return { w, m, from, to: (await create(m, 'to')).fileId };
  };
  const where = `client at ${clientAt}, source at ${sourceAt}, target at ${targetAt}`;

  test(`a copy reads no other bytes than those of its source [MS-SMB2 3.3.5.15.6]: ${where}`, async (t) => {
    const { w, m, from, to } = await copying();
    t.is((await copy(m, from, to, 9)).totalBytesWritten, 9);
    t.is(await read(m, to), 'the bytes');
    t.deepEqual(w.errors, []);
  });

  test(`a copy reads nothing that another has locked, and writes nothing there [MS-FSA 2.1.4.10]: ${where}`, async (t) => {
    const { w, m, from, to } = await copying();
    const other = await mount(await w.at(2).logOn({}, 'bob'));
    const theirs = await create(other, 'from');
    await lock(other, theirs.fileId, 0n, EXCLUSIVE, 0);
    t.is(await statusOf(copy(m, from, to, 9)), NtStatus.STATUS_FILE_LOCK_CONFLICT);
    t.is(await statusOf(read(m, to)), NtStatus.STATUS_END_OF_FILE);
    await lock(other, theirs.fileId, 0n, LockFlags.UNLOCK, 0);
    const target = await create(other, 'to');
    await lock(other, target.fileId, 0n, EXCLUSIVE, 0);
    t.is(await statusOf(copy(m, from, to, 9)), NtStatus.STATUS_FILE_LOCK_CONFLICT);
    await close(other, target.fileId);
    t.is((await copy(m, from, to, 9)).chunksWritten, 1);
    t.deepEqual(w.errors, []);
  });

  test(`nobody copies from an open of somebody else, nor from one that is closed [MS-SMB2 3.3.5.15.6]: ${where}`, async (t) => {
    const { w, m, from, to } = await copying();
    const other = await mount(await w.at(clientAt).logOn({}, 'bob'));
    const theirs = (await create(other, 'to')).fileId;
    t.is(await statusOf(copy(other, from, theirs, 9, m)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    const writes = (await create(m, 'from', { desiredAccess: 2 })).fileId;
    t.is(await statusOf(copy(m, writes, to, 9)), NtStatus.STATUS_ACCESS_DENIED, 'not opened to read');
    t.is(await statusOf(read(m, to)), NtStatus.STATUS_END_OF_FILE);
    t.deepEqual(w.errors, []);
  });
}

test('a copy from another worker does not read a file that has taken the name of its source', async (t) => {
  const w = startWorkers(2);
  await holdAt(w, 1, 'from', 'file');
  const m = await mount(await w.at(0).logOn());
  const from = (await create(m, 'from')).fileId;
  await write(m, from, 'the bytes of it');
  const to = (await create(m, 'to')).fileId;
  // A local program moves files about.
  const past = async (name: string, then: string): Promise<void> => {
    const { handle } = await w.vfs.open([name], { disposition: 'open-or-create', kind: 'file', data: 'read-write' });
    await handle.write(new TextEncoder().encode('other bytes!!!!'), 0);
    await handle.rename([then], false);
    await handle.close();
  };
  const { handle } = await w.vfs.open(['from'], { disposition: 'open', kind: 'file', data: 'none' });
  await handle.rename(['moved'], false);
  await handle.close();
  await past('other', 'from');
  t.is(await statusOf(copy(m, from, to, 9)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await statusOf(read(m, to)), NtStatus.STATUS_END_OF_FILE);
});
