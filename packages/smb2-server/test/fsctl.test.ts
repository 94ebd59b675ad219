import { decode, encode, Reader, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateOptions,
  compressionState,
  type FileId,
  FsctlCode,
  fileAllocatedRange,
  fileAllocatedRanges,
  fileZeroDataInformation,
  HEADER_SIZE,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  queryInfoRequest,
  queryInfoResponse,
  setInfoRequest,
  setInfoResponse,
  srvCopychunkCopy,
  srvCopychunkResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { MAX_RANGES } from '../src/fsctl/sparse.ts';
import { startServer } from './harness.ts';
import { create, type Mount, mount, statusOf, write } from './requests.ts';

const NOTHING = new Uint8Array(0);

async function fsctl(
  m: Mount,
  ctlCode: number,
  fileId: FileId,
  input: Uint8Array = NOTHING,
  expected: readonly number[] = [NtStatus.STATUS_SUCCESS],
) {
  const body = { ctlCode, fileId, input, output: NOTHING, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1 };
  return m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: m.treeId }, expected);
}

/** FSCTL_SRV_COPYCHUNK of [source, target, length] each, and what it says. */
async function copy(m: Mount, from: FileId, to: FileId, chunks: [bigint, bigint, number][], expected: number) {
  const key = await fsctl(m, FsctlCode.SRV_REQUEST_RESUME_KEY, from);
  const input = encode(srvCopychunkCopy, {
    sourceKey: key.body!.output.subarray(0, 24),
    chunks: chunks.map(([sourceOffset, targetOffset, length]) => ({ sourceOffset, targetOffset, length })),
  });
  const { bytes } = await fsctl(m, FsctlCode.SRV_COPYCHUNK_WRITE, to, input, [expected]);
  // This refusal has a body like a success.
  const reader = new Reader(bytes, 'IOCTL Response');
  reader.position = HEADER_SIZE;
  return decode(srvCopychunkResponse, ioctlResponse.decode(reader).output);
}

test('a copy that is refused in the middle says how far it went [MS-SMB2 3.3.5.15.6]', async (t) => {
  const m = await mount(await startServer().logOn());
  const [from, to] = [await create(m, 'from'), await create(m, 'to')];
  await write(m, from.fileId, '0123456789');
  const behind = await copy(
    m,
    from.fileId,
    to.fileId,
    [
      [0n, 0n, 4],
      [8n, 4n, 4],
    ],
    NtStatus.STATUS_INVALID_VIEW_SIZE,
  );
  t.deepEqual(behind, { chunksWritten: 1, chunkBytesWritten: 0, totalBytesWritten: 4 });

  const other = await create(m, 'from');
  const locks = [{ offset: 0n, length: 1n, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY }];
  await m.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: other.fileId, locks },
    { treeId: m.treeId },
  );
  const locked = await copy(m, from.fileId, to.fileId, [[0n, 0n, 4]], NtStatus.STATUS_FILE_LOCK_CONFLICT);
  t.deepEqual(locked, { chunksWritten: 0, chunkBytesWritten: 0, totalBytesWritten: 0 });
});

test('a source may be copied by who may execute it', async (t) => {
  const m = await mount(await startServer().logOn());
  await write(m, (await create(m, 'from')).fileId, 'text');
  const from = await create(m, 'from', { desiredAccess: AccessMask.FILE_EXECUTE });
  const to = await create(m, 'to');
  const done = await copy(m, from.fileId, to.fileId, [[0n, 0n, 4]], NtStatus.STATUS_SUCCESS);
  t.is(done.totalBytesWritten, 4);
});

test('zeroing needs FILE_WRITE_DATA, and shows as a hole only where the file is sparse [MS-FSA 2.1.5.10.22]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'x'.repeat(10_000));
  const zeros = encode(fileZeroDataInformation, { fileOffset: 0n, beyondFinalZero: 10_000n });
  const appends = await create(m, 'f', { desiredAccess: AccessMask.FILE_APPEND_DATA });
  t.is(await statusOf(fsctl(m, FsctlCode.SET_ZERO_DATA, appends.fileId, zeros)), NtStatus.STATUS_ACCESS_DENIED);
  await fsctl(m, FsctlCode.SET_ZERO_DATA, fileId, zeros);
  const ranges = async () => {
    const asked = encode(fileAllocatedRange, { fileOffset: 0n, length: 20_000n });
    const { body } = await fsctl(m, FsctlCode.QUERY_ALLOCATED_RANGES, fileId, asked);
    return decode(fileAllocatedRanges, body!.output).map(({ fileOffset, length }) => [fileOffset, length]);
  };
  t.deepEqual(await ranges(), [[0n, 10_000n]]);
  await fsctl(m, FsctlCode.SET_SPARSE, fileId);
  t.deepEqual(await ranges(), []);
});

test('the back end is asked for no more ranges than the answer has room for, whatever room there is [MS-FSA 2.1.5.10.22]', async (t) => {
  const vfs = createMemoryVfs();
  const h = startServer({}, { vfs });
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await fsctl(m, FsctlCode.SET_SPARSE, fileId);
  const [open] = [...h.server.opens.all()];
  const asked: (number | undefined)[] = [];
  Object.defineProperty(open!.handle, 'allocatedRanges', {
    value: (_offset: bigint, _length: bigint, max?: number) => {
      asked.push(max);
      return Array.from({ length: Math.min(max ?? 10_000, 10_000) }, (_, i) => ({ offset: BigInt(i * 2), length: 1n }));
    },
  });
  const input = encode(fileAllocatedRange, { fileOffset: 0n, length: 20_000n });
  const query = async (room: number) => {
    const ctlCode = FsctlCode.QUERY_ALLOCATED_RANGES;
    const sizes = { maxInputResponse: 0, maxOutputResponse: room };
    const body = { ctlCode, fileId, input, output: NOTHING, ...sizes, flags: 1 };
    const target = { treeId: m.treeId, charge: Math.ceil(room / 65_536) };
    const expected = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_BUFFER_OVERFLOW];
    const reply = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, target, expected);
    return [reply.header.status, decode(fileAllocatedRanges, reply.body!.output).length];
  };
  t.deepEqual(await query(160), [NtStatus.STATUS_BUFFER_OVERFLOW, 10]);
  t.deepEqual(await query(1 << 20), [NtStatus.STATUS_BUFFER_OVERFLOW, MAX_RANGES]);
  t.deepEqual(asked, [11, MAX_RANGES + 1]);
});

test('no file is compressed, and none can be', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  const { body } = await fsctl(m, FsctlCode.GET_COMPRESSION, fileId);
  t.deepEqual(body!.output, Uint8Array.of(0, 0));
  await fsctl(m, FsctlCode.SET_COMPRESSION, fileId, encode(compressionState, { compressionState: 0 }));
  const set = fsctl(m, FsctlCode.SET_COMPRESSION, fileId, encode(compressionState, { compressionState: 2 }));
  t.is(await statusOf(set), NtStatus.STATUS_NOT_SUPPORTED);
});

test('a directory has no bytes that could be named [MS-FSA 2.1.5.1]', async (t) => {
  const m = await mount(await startServer().logOn());
  const directory = { createOptions: CreateOptions.DIRECTORY_FILE };
  await create(m, 'd', directory);
  t.is(await statusOf(create(m, 'd::$DATA', directory)), NtStatus.STATUS_NOT_A_DIRECTORY);
  t.is(await statusOf(create(m, 'd::$DATA')), NtStatus.STATUS_FILE_IS_A_DIRECTORY);
  await t.notThrowsAsync(create(m, 'f::$DATA'));
});

test('a file with a stream open that does not share its deletion is not opened for DELETE', async (t) => {
  const m = await mount(await startServer().logOn());
  await create(m, 'f:s', { shareAccess: 3, desiredAccess: AccessMask.FILE_READ_DATA });
  t.is(await statusOf(create(m, 'f', { desiredAccess: AccessMask.DELETE })), NtStatus.STATUS_SHARING_VIOLATION);
  await t.notThrowsAsync(create(m, 'f', { desiredAccess: AccessMask.FILE_WRITE_DATA }));
});

test('generic rights of a DACL are kept as rights of files; a DACL set to nothing lets everybody in', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  const set = (value: SecurityDescriptor) =>
    m.client.request(
      Command.SET_INFO,
      setInfoRequest,
      setInfoResponse,
      { infoType: 3, fileInfoClass: 0, additionalInformation: 4, fileId, buffer: encode(securityDescriptor, value) },
      { treeId: m.treeId },
    );
  const dacl = async () => {
    const { body } = await m.client.request(
      Command.QUERY_INFO,
      queryInfoRequest,
      queryInfoResponse,
      {
        infoType: 3,
        fileInfoClass: 0,
        additionalInformation: 4,
        fileId,
        flags: 0,
        outputBufferLength: 4096,
        inputBuffer: NOTHING,
      },
      { treeId: m.treeId },
    );
    return decode(securityDescriptor, body!.buffer).dacl;
  };
  const ace = { type: 0, sid: 'S-1-1-0' } as const;
  const aces = [
    { ...ace, flags: 0, mask: 0x1000_0000 },
    { ...ace, flags: 0x0b, mask: 0x8000_0000 },
  ];
  await set({ control: 0x8004, dacl: { revision: 2, aces } });
  t.deepEqual(
    (await dacl())?.aces.map(({ mask }) => mask),
    [0x001f_01ff, 0x8000_0000],
    'what is for children alone stays generic',
  );
  await set({ control: 0x8000 });
  t.is(await dacl(), null);
});
