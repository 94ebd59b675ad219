import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  type FileId,
  FsctlCode,
  fileLevelTrim,
  fileLevelTrimOutput,
  fileRegionInput,
  fileRegionOutput,
  getIntegrityInformation,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  reparseData,
  setIntegrityInformation,
} from '@tsmbd/smb2-codec';
import { lockBody } from '@tsmbd/tool-smb-client';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { MAX_TRIMS } from '../src/fsctl/trim.ts';
import { startServer } from './harness.ts';
import { ALL, create, type Mount, mount, read, statusOf, write } from './requests.ts';

const NOTHING: Uint8Array = new Uint8Array(0);
const BLOCK = 4096;

async function fsctl(m: Mount, ctlCode: number, fileId: FileId, input = NOTHING, room = 4096): Promise<Uint8Array> {
  const body = { ctlCode, fileId, input, output: NOTHING, maxInputResponse: 0, maxOutputResponse: room, flags: 1 };
  const reply = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: m.treeId });
  return reply.body!.output;
}

const trims = (...ranges: [number, number][]): Uint8Array =>
  encode(fileLevelTrim, { key: 0, ranges: ranges.map(([o, l]) => ({ offset: BigInt(o), length: BigInt(l) })) });

test('trimmed blocks are zeros, what is not a whole block stays, and the size stays [MS-FSCC 2.3]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f', { desiredAccess: ALL });
  await write(m, fileId, 'x'.repeat(3 * BLOCK));
  const output = await fsctl(m, FsctlCode.FILE_LEVEL_TRIM, fileId, trims([1, 2 * BLOCK], [9 * BLOCK, BLOCK]));
  t.is(decode(fileLevelTrimOutput, output).numRangesProcessed, 2);
  t.is(await read(m, fileId, 9 * BLOCK), `${'x'.repeat(BLOCK)}${'\0'.repeat(BLOCK)}${'x'.repeat(BLOCK)}`);
  // Only so many ranges are done by one request, and the answer says how many.
  const many = trims(...Array.from({ length: MAX_TRIMS + 1 }, () => [0, 1] as [number, number]));
  const most = await fsctl(m, FsctlCode.FILE_LEVEL_TRIM, fileId, many);
  t.is(decode(fileLevelTrimOutput, most).numRangesProcessed, MAX_TRIMS);
});

test('a trim has the rules of a write', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f', { desiredAccess: ALL });
  await write(m, fileId, 'x'.repeat(BLOCK));
  const { FILE_LEVEL_TRIM } = FsctlCode;
  const trim = (input: Uint8Array, of = fileId): Promise<number> => statusOf(fsctl(m, FILE_LEVEL_TRIM, of, input));
  t.is(await trim(trims([0, BLOCK]).subarray(0, 23)), NtStatus.STATUS_INVALID_PARAMETER, 'too short');
  t.is(await trim(encode(fileLevelTrim, { key: 1, ranges: [] })), NtStatus.STATUS_INVALID_PARAMETER, 'a key');
  const far = { offset: 0xffff_ffff_ffff_f000n, length: 4096n };
  t.is(await trim(encode(fileLevelTrim, { key: 0, ranges: [far] })), NtStatus.STATUS_INVALID_PARAMETER, 'a wrap');
  const folder = await create(m, 'folder', { createOptions: 1, desiredAccess: ALL });
  t.is(await trim(trims([0, BLOCK]), folder.fileId), NtStatus.STATUS_INVALID_DEVICE_REQUEST);
  const reader = await create(m, 'f', { desiredAccess: AccessMask.FILE_READ_DATA | AccessMask.FILE_APPEND_DATA });
  t.is(await trim(trims([0, BLOCK]), reader.fileId), NtStatus.STATUS_ACCESS_DENIED);
  const other = await create(m, 'f', { desiredAccess: ALL });
  const flags = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
  await m.client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    lockBody(other.fileId, [{ at: 0, length: 1, flags }]),
    {
      treeId: m.treeId,
    },
  );
  t.is(await trim(trims([0, BLOCK])), NtStatus.STATUS_FILE_LOCK_CONFLICT);
  t.is(await read(m, other.fileId, BLOCK), 'x'.repeat(BLOCK));
});

test('all of a file is valid [MS-FSCC 2.3, FSCTL_QUERY_FILE_REGIONS]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f', { desiredAccess: ALL });
  await write(m, fileId, 'x'.repeat(100));
  const { QUERY_FILE_REGIONS } = FsctlCode;
  const ask = (fileOffset: bigint, length: bigint, usage = 1): Uint8Array =>
    encode(fileRegionInput, { fileOffset, length, usage });
  const regions = async (input?: Uint8Array) =>
    decode(fileRegionOutput, await fsctl(m, QUERY_FILE_REGIONS, fileId, input)).regions;
  t.deepEqual(await regions(), [{ fileOffset: 0n, length: 100n, usage: 1 }]);
  t.deepEqual(await regions(ask(40n, 10n)), [{ fileOffset: 40n, length: 10n, usage: 1 }]);
  t.deepEqual(await regions(ask(40n, 1000n, 2)), [{ fileOffset: 40n, length: 60n, usage: 2 }]);
  t.deepEqual(await regions(ask(100n, 1000n)), []);
  const refused = (input: Uint8Array, of = fileId, room = 4096) =>
    statusOf(fsctl(m, QUERY_FILE_REGIONS, of, input, room));
  for (const bad of [ask(-1n, 1n), ask(0n, -1n), ask(2n ** 63n - 2n, 2n), ask(0n, 1n, 0), ask(0n, 1n, 4)]) {
    t.is(await refused(bad), NtStatus.STATUS_INVALID_PARAMETER);
  }
  t.is(await refused(ask(0n, 1n).subarray(0, 23)), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await refused(ask(0n, 1n), fileId, 39), NtStatus.STATUS_BUFFER_TOO_SMALL);
  const folder = await create(m, 'folder', { createOptions: 1 });
  t.is(await refused(NOTHING, folder.fileId), NtStatus.STATUS_INVALID_PARAMETER);
});

test('files have no checksums, and nobody who asks for some believes that they have [MS-FSCC 2.3]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f', { desiredAccess: ALL });
  const { GET_INTEGRITY_INFORMATION: GET, SET_INTEGRITY_INFORMATION: SET } = FsctlCode;
  t.deepEqual(decode(getIntegrityInformation, await fsctl(m, GET, fileId)), {
    checksumAlgorithm: 0,
    flags: 0,
    checksumChunkSizeInBytes: 0,
    clusterSizeInBytes: 4096,
  });
  t.is(await statusOf(fsctl(m, GET, fileId, NOTHING, 15)), NtStatus.STATUS_INVALID_PARAMETER);
  const set = (checksumAlgorithm: number) =>
    statusOf(fsctl(m, SET, fileId, encode(setIntegrityInformation, { checksumAlgorithm, flags: 0 })));
  t.is(await set(0), NtStatus.STATUS_SUCCESS);
  t.is(await set(0xffff), NtStatus.STATUS_SUCCESS);
  t.is(await set(1), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await set(2), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await statusOf(fsctl(m, SET, fileId, new Uint8Array(7))), NtStatus.STATUS_INVALID_PARAMETER);
});

test('where a symbolic link leads is said of one that was opened as such [MS-FSCC 2.3.29]', async (t) => {
  const vfs = createMemoryVfs();
  vfs.symlink(['nowhere'], 'some/thing');
  vfs.symlink(['far'], '/some/where');
  const m = await mount(await startServer({}, { vfs }).logOn());
  const options = { createDisposition: 1, createOptions: 0x0020_0000, desiredAccess: AccessMask.FILE_READ_ATTRIBUTES };
  const { GET_REPARSE_POINT } = FsctlCode;
  const link = await create(m, 'nowhere', options);
  // As [MS-FSCC] 2.1.2.4 has it: the tag, 52 bytes of data, both names at their places, relative.
  const name = [...'some\\thing'].flatMap((c) => [c.charCodeAt(0), 0]);
  const head = [0x0c, 0, 0, 0xa0, 52, 0, 0, 0, 20, 0, 20, 0, 0, 0, 20, 0, 1, 0, 0, 0];
  const output = await fsctl(m, GET_REPARSE_POINT, link.fileId);
  t.deepEqual([...output], [...head, ...name, ...name]);
  const far = decode(reparseData, await fsctl(m, GET_REPARSE_POINT, (await create(m, 'far', options)).fileId));
  t.like(far, { kind: 'symlink', substituteName: '\\some\\where', flags: 0 });
  t.is(await statusOf(fsctl(m, GET_REPARSE_POINT, link.fileId, NOTHING, 7)), NtStatus.STATUS_BUFFER_TOO_SMALL);
  const file = await create(m, 'file', { desiredAccess: ALL });
  t.is(await statusOf(fsctl(m, GET_REPARSE_POINT, file.fileId)), NtStatus.STATUS_NOT_A_REPARSE_POINT);
  // None is made, changed or taken away.
  for (const code of [FsctlCode.SET_REPARSE_POINT, FsctlCode.DELETE_REPARSE_POINT]) {
    t.is(await statusOf(fsctl(m, code, file.fileId, output)), NtStatus.STATUS_INVALID_DEVICE_REQUEST);
  }
});
