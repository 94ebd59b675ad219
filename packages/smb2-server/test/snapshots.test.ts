import { decode, encode, filetimeFromUnixNs } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  type CreateRequest,
  FileInformationClass,
  FsctlCode,
  fileBasicInformation,
  fileNameInformation,
  fileRenameInformation,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
  srvSnapshotArray,
  timewarpToken,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, snapshotTime, type Vfs, VfsError, withSnapshots } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { startServer } from './harness.ts';
import {
  ALL,
  close,
  create,
  list,
  type Mount,
  mount,
  queryInfo,
  read,
  setFileInfo,
  statusOf,
  write,
} from './requests.ts';

const THEN = '@GMT-2026.11.21-04.00.00';
const NAMES = [THEN, '@GMT-2026.11.20-04.00.00'];

/** A file system whose files say when they are of. */
async function files(text: string): Promise<Vfs> {
  const vfs = createMemoryVfs();
  vfs.open(['dir'], { disposition: 'create', kind: 'directory', data: 'none' }).handle.close();
  const { handle } = vfs.open(['dir', 'A long name.txt'], { disposition: 'create', kind: 'file', data: 'write' });
  handle.write(new TextEncoder().encode(text), 0);
  handle.setStream('stream', new TextEncoder().encode(`${text} in a stream`));
  handle.close();
  return vfs;
}

/** Mounts a share that has two snapshots. */
async function start(): Promise<Mount> {
  const times = NAMES.map((name) => snapshotTime(name)!);
  const vfs = withSnapshots(await files('now'), {
    times: async () => times,
    open: async (seconds) => {
      if (!times.includes(seconds)) throw new VfsError('not-found');
      return files(seconds === times[0] ? 'then' : 'before');
    },
  });
  return mount(await startServer({}, { vfs, shortNamePrefix: 1 }).logOn());
}

/** TWrp, [MS-SMB2] 2.2.13.2.7. */
function at(name: string): Partial<CreateRequest> {
  const timestamp = filetimeFromUnixNs(BigInt(snapshotTime(name)!) * 1_000_000_000n);
  const createContexts = [{ name: 'TWrp', data: encode(timewarpToken, { timestamp }) }];
  return { createContexts, createDisposition: 1, desiredAccess: READS };
}

const READS = AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES;
const OPEN: Partial<CreateRequest> = { createDisposition: 1, desiredAccess: READS };
const FILE = 'dir\\A long name.txt';

test('a file is opened as it was, by a context or by a name in its path [MS-SMB2 3.3.5.9.7]', async (t) => {
  const m = await start();
  const text = async (name: string, more: Partial<CreateRequest>): Promise<string> => {
    const { fileId } = await create(m, name, more);
    const bytes = await read(m, fileId);
    await close(m, fileId);
    return bytes;
  };
  t.is(await text(FILE, OPEN), 'now');
  t.is(await text(FILE, at(THEN)), 'then');
  t.is(await text(FILE, at(NAMES[1]!)), 'before');
  for (const name of [`${THEN}\\${FILE}`, `dir\\${THEN.toLowerCase()}\\A long name.txt`]) {
    t.is(await text(name, OPEN), 'then', name);
  }
  t.is(await text(`${FILE}:stream`, at(THEN)), 'then in a stream');
  t.is(await text('dir\\AA2NT9~L.TXT', at(THEN)), 'then', 'its short name');
  t.deepEqual(
    (await list(m, `${THEN}\\dir`)).map((e) => e.fileName),
    ['A long name.txt'],
  );
  // Clients know the file by the name that it has without a time.
  const { fileId } = await create(m, FILE, at(THEN));
  const name = await queryInfo(m, fileId, FileInformationClass.FileNameInformation);
  t.is(decode(fileNameInformation, name).fileName, `\\${FILE}`);
});

test('a time of which there is no snapshot, and several times, name nothing', async (t) => {
  const m = await start();
  const other = '@GMT-2026.11.21-04.00.01';
  const { STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID } = NtStatus;
  t.is(await statusOf(create(m, FILE, at(other))), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await statusOf(create(m, `${THEN}\\${FILE}`, at(THEN))), STATUS_OBJECT_NAME_INVALID);
  t.is(await statusOf(create(m, `${THEN}\\${THEN}\\${FILE}`, OPEN)), STATUS_OBJECT_NAME_INVALID);
  t.is(await statusOf(create(m, `${THEN}\\..\\..\\${FILE}`, OPEN)), NtStatus.STATUS_OBJECT_PATH_SYNTAX_BAD);
  // A share without snapshots takes the name for what it is.
  const plain = await mount(await startServer().logOn());
  t.is(await statusOf(create(plain, FILE, at(THEN))), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await statusOf(create(plain, THEN)), NtStatus.STATUS_SUCCESS);
});

test('nothing in a snapshot can be changed', async (t) => {
  const m = await start();
  const { STATUS_ACCESS_DENIED, STATUS_MEDIA_WRITE_PROTECTED } = NtStatus;
  const access = (name: string, desiredAccess: number, more: Partial<CreateRequest> = {}): Promise<number> =>
    statusOf(create(m, name, { ...at(THEN), desiredAccess, ...more }));
  const { DELETE, FILE_WRITE_ATTRIBUTES, FILE_WRITE_EA, WRITE_DAC, WRITE_OWNER, FILE_ADD_FILE } = AccessMask;
  for (const right of [DELETE, FILE_WRITE_ATTRIBUTES, FILE_WRITE_EA, WRITE_DAC, WRITE_OWNER]) {
    t.is(await access(FILE, right), STATUS_ACCESS_DENIED, right.toString(16));
  }
  t.is(await access(`${FILE}:stream`, AccessMask.FILE_WRITE_DATA), STATUS_ACCESS_DENIED);
  t.is(await access('dir', FILE_ADD_FILE), STATUS_MEDIA_WRITE_PROTECTED);
  for (const right of [AccessMask.FILE_WRITE_DATA, AccessMask.FILE_APPEND_DATA]) {
    t.is(await access(FILE, right), STATUS_MEDIA_WRITE_PROTECTED);
  }
  t.is(await access('new', READS, { createDisposition: 2 }), STATUS_ACCESS_DENIED);
  t.is(await access('new', READS, { createDisposition: 3, createOptions: 1 }), STATUS_ACCESS_DENIED);
  t.is(await access(`${FILE}:new`, READS, { createDisposition: 3 }), STATUS_ACCESS_DENIED);
  t.is(await access(FILE, READS, { createDisposition: 5 }), STATUS_MEDIA_WRITE_PROTECTED);
  // MAXIMUM_ALLOWED gives what there is.
  const { fileId } = await create(m, FILE, { ...at(THEN), desiredAccess: AccessMask.MAXIMUM_ALLOWED });
  t.is(await statusOf(write(m, fileId, 'X')), STATUS_ACCESS_DENIED);
  const times = { creationTime: 0n, lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n, fileAttributes: 2 };
  const hide = encode(fileBasicInformation, times);
  t.is(await statusOf(setFileInfo(m, fileId, FileInformationClass.FileBasicInformation, hide)), STATUS_ACCESS_DENIED);
  // Nothing is moved into it, either.
  const live = await create(m, FILE, { desiredAccess: ALL, createDisposition: 1 });
  const to = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName: `${THEN}\\x` });
  for (const fileInfoClass of [FileInformationClass.FileRenameInformation, FileInformationClass.FileLinkInformation]) {
    t.is(await statusOf(setFileInfo(m, live.fileId, fileInfoClass, to)), NtStatus.STATUS_OBJECT_NAME_INVALID);
  }
  t.is(await read(m, fileId), 'then');
});

test('what was does not share the state of what is', async (t) => {
  const m = await start();
  const then = await create(m, FILE, { ...at(THEN), shareAccess: 0 });
  const now = await create(m, FILE, { desiredAccess: ALL, createDisposition: 1, shareAccess: 0 });
  await write(m, now.fileId, 'new');
  t.is(await read(m, then.fileId), 'then');
});

test('clients are told which snapshots there are [MS-SMB2 3.3.5.15.1]', async (t) => {
  const m = await start();
  const { fileId } = await create(m, 'dir', { createDisposition: 1, desiredAccess: AccessMask.FILE_LIST_DIRECTORY });
  const ask = async (of: Mount, id: typeof fileId, room: number): Promise<Uint8Array> => {
    const body = {
      ctlCode: FsctlCode.SRV_ENUMERATE_SNAPSHOTS,
      fileId: id,
      input: new Uint8Array(0),
      output: new Uint8Array(0),
      maxInputResponse: 0,
      maxOutputResponse: room,
      flags: 1,
    };
    const reply = await of.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: of.treeId });
    return reply.body!.output;
  };
  const all = await ask(m, fileId, 4096);
  t.deepEqual(decode(srvSnapshotArray, all), { numberOfSnapShots: 2, snapShotArraySize: 102, snapShots: NAMES });
  const none = await ask(m, fileId, 16);
  t.is(none.length, 16);
  t.deepEqual(decode(srvSnapshotArray, none), { numberOfSnapShots: 2, snapShotArraySize: 102, snapShots: [] });
  t.is(await statusOf(ask(m, fileId, 15)), NtStatus.STATUS_INVALID_PARAMETER);
  const plain = await mount(await startServer().logOn());
  const open = await create(plain, 'f', { desiredAccess: ALL });
  t.is(await statusOf(ask(plain, open.fileId, 4096)), NtStatus.STATUS_NOT_SUPPORTED);
});
