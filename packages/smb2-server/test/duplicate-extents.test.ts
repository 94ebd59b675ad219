import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  duplicateExtentsData,
  duplicateExtentsDataEx,
  type FileId,
  FileSystemAttributes,
  FsctlCode,
  FsInformationClass,
  fileFsAttributeInformation,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { startServer } from './harness.ts';
import { ALL, create, type Mount, mount, queryInfo, read, statusOf, write } from './requests.ts';

const BLOCK = 4096;
const NOTHING = new Uint8Array(0);

async function fsctl(m: Mount, ctlCode: number, fileId: FileId, input: Uint8Array): Promise<Uint8Array> {
  const body = { ctlCode, fileId, input, output: NOTHING, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1 };
  const reply = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: m.treeId });
  return reply.body!.output;
}

const { DUPLICATE_EXTENTS_TO_FILE: CLONE, DUPLICATE_EXTENTS_TO_FILE_EX: CLONE_EX, SET_SPARSE } = FsctlCode;

function range(sourceFileId: FileId, from: number, to: number, count: number): Uint8Array {
  return encode(duplicateExtentsData, {
    sourceFileId,
    sourceFileOffset: BigInt(from),
    targetFileOffset: BigInt(to),
    byteCount: BigInt(count),
  });
}

/** Two files of two blocks each, of A and B. */
async function pair(m: Mount): Promise<readonly [FileId, FileId]> {
  const [a, b] = [await create(m, 'a', { desiredAccess: ALL }), await create(m, 'b', { desiredAccess: ALL })];
  await write(m, a.fileId, 'A'.repeat(2 * BLOCK));
  await write(m, b.fileId, 'B'.repeat(2 * BLOCK));
  return [a.fileId, b.fileId];
}

test('blocks of one file become those of another [MS-FSA 2.1.5.10.4, 2.1.5.10.5]', async (t) => {
  const m = await mount(await startServer().logOn());
  const [a, b] = await pair(m);
  await fsctl(m, CLONE, b, range(a, 0, BLOCK, BLOCK));
  t.is(await read(m, b, 3 * BLOCK), 'B'.repeat(BLOCK) + 'A'.repeat(BLOCK));
  // The target does not grow.
  await fsctl(m, CLONE, b, range(a, 0, BLOCK, 2 * BLOCK));
  t.is(await read(m, b, 3 * BLOCK), 'B'.repeat(BLOCK) + 'A'.repeat(BLOCK));
  const ex = { sourceFileId: a, sourceFileOffset: 0n, targetFileOffset: 0n, byteCount: BigInt(BLOCK), flags: 1 };
  await fsctl(m, CLONE_EX, b, encode(duplicateExtentsDataEx, ex));
  t.is(await read(m, b, 3 * BLOCK), 'A'.repeat(2 * BLOCK));
});

test('what cannot be cloned is refused, and nothing is changed [MS-FSCC 2.3.8, MS-SMB2 3.3.5.15.17]', async (t) => {
  const m = await mount(await startServer().logOn());
  const [a, b] = await pair(m);
  const clone = (input: Uint8Array, to = b): Promise<number> => statusOf(fsctl(m, CLONE, to, input));
  const { STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED, STATUS_ACCESS_DENIED, STATUS_INVALID_HANDLE } = NtStatus;
  t.is(await clone(range(a, 0, 0, BLOCK).subarray(0, 39)), STATUS_INVALID_PARAMETER, 'too short');
  t.is(await clone(range({ persistent: 1n, volatile: 99n }, 0, 0, BLOCK)), STATUS_INVALID_HANDLE, 'no such open');
  t.is(await clone(range(a, 0, 0, 3 * BLOCK)), STATUS_NOT_SUPPORTED, "behind the source's end");
  t.is(await clone(range(b, 0, BLOCK - 1, BLOCK)), STATUS_NOT_SUPPORTED, 'overlapping');
  t.is(await clone(range(a, 1, 0, BLOCK)), STATUS_INVALID_PARAMETER, 'no whole blocks');
  t.is(await clone(range(a, -1, 0, BLOCK)), STATUS_INVALID_PARAMETER, 'negative');
  t.is(await clone(range(a, 0, -BLOCK, BLOCK)), STATUS_INVALID_PARAMETER, 'negative');
  const writer = await create(m, 'a', { desiredAccess: AccessMask.FILE_WRITE_DATA });
  t.is(await clone(range(writer.fileId, 0, 0, BLOCK)), STATUS_ACCESS_DENIED, 'a source that may not be read');
  const reader = await create(m, 'b', { desiredAccess: AccessMask.FILE_READ_DATA });
  t.is(await clone(range(a, 0, 0, BLOCK), reader.fileId), STATUS_ACCESS_DENIED, 'a target that may not be written');
  await fsctl(m, SET_SPARSE, a, NOTHING);
  t.is(await clone(range(a, 0, 0, BLOCK)), STATUS_NOT_SUPPORTED, 'sparse to not sparse');
  t.is(await read(m, b, 3 * BLOCK), 'B'.repeat(2 * BLOCK));
  const folder = await create(m, 'folder', { createOptions: 1 });
  t.is(await clone(range(a, 0, 0, BLOCK), folder.fileId), NtStatus.STATUS_INVALID_DEVICE_REQUEST);
  t.is(await clone(range(folder.fileId, 0, 0, BLOCK)), STATUS_INVALID_PARAMETER, 'a folder as source');
});

test('an open of another session is no source', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const other = await mount(await h.logOn());
  const [a] = await pair(other);
  const mine = await create(m, 'mine', { desiredAccess: ALL });
  t.is(await statusOf(fsctl(m, CLONE, mine.fileId, range(a, 0, 0, BLOCK))), NtStatus.STATUS_INVALID_HANDLE);
});

test('it is offered only where blocks can be shared [MS-FSCC 2.5.1]', async (t) => {
  const flags = async (m: Mount, fileId: FileId): Promise<number> => {
    const bytes = await queryInfo(m, fileId, FsInformationClass.FileFsAttributeInformation, 2);
    return decode(fileFsAttributeInformation, bytes).fileSystemAttributes & REFCOUNTING;
  };
  const { SUPPORTS_BLOCK_REFCOUNTING: REFCOUNTING } = FileSystemAttributes;
  const with_ = await mount(await startServer().logOn());
  t.not(await flags(with_, (await create(with_, 'a')).fileId), 0);
  const inner = createMemoryVfs();
  const vfs: Vfs = {
    features: { ...inner.features, blockCloning: false },
    open: (path, options) => inner.open(path, options),
    statFs: () => inner.statFs(),
    dispose: () => inner.dispose(),
  };
  const m = await mount(await startServer({}, { vfs }).logOn());
  const [a, b] = await pair(m);
  t.is(await flags(m, a), 0);
  t.is(await statusOf(fsctl(m, CLONE, b, range(a, 0, 0, BLOCK))), NtStatus.STATUS_INVALID_DEVICE_REQUEST);
});
