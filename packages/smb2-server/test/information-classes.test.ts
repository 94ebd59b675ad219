import type { RpcPipe } from '@tsmbd/dcerpc';
import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  type CreateRequest,
  FileInformationClass as File,
  type FileId,
  fileBasicInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  fileStatLxInformation,
  NtStatus,
  ntStatusName,
  queryInfoRequest,
  queryInfoResponse,
  RenameFlags,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { startServer } from './harness.ts';
import { ALL, close, create, type Mount, mount, queryInfo, setFileInfo, statusOf } from './requests.ts';

/*
 * The table **class × {too short, exact, too long, without its right, of a directory, of a pipe, of
 * a stream}** → status. [MS-FSA] 2.1.5.12 and 2.1.5.15, [MS-SMB2] 3.3.5.20 and 3.3.5.21.
 */

const OK = 'STATUS_SUCCESS';
const SHORT = 'STATUS_INFO_LENGTH_MISMATCH';
const DENIED = 'STATUS_ACCESS_DENIED';
const INVALID = 'STATUS_INVALID_PARAMETER';
const CUT = 'STATUS_BUFFER_OVERFLOW';
const UNSUPPORTED = 'STATUS_NOT_SUPPORTED';

interface Opens {
  readonly m: Mount;
  readonly file: FileId;
  readonly folder: FileId;
  readonly stream: FileId;
  /** Has SYNCHRONIZE alone. */
  readonly bare: FileId;
  readonly ipc: Mount;
  readonly pipe: FileId;
}

const PIPE: RpcPipe = {
  write: () => {},
  read: () => undefined,
  available: 0,
  messageRemaining: 0,
  broken: false,
  close: () => {},
};

async function start(): Promise<Opens> {
  const client = await startServer().logOn();
  const m = await mount(client);
  const open = async (name: string, more: Partial<CreateRequest> = {}): Promise<FileId> =>
    (await create(m, name, { desiredAccess: ALL, ...more })).fileId;
  const file = await open('file with a long name');
  const ipc = await mount(await startServer({}, { type: 'pipe' }, { rpc: { openPipe: () => PIPE } }).logOn());
  const pipe = await create(ipc, 'srvsvc', { createDisposition: 1 });
  return {
    m,
    file,
    folder: await open('folder', { createOptions: 1 }),
    stream: await open('file with a long name:stream'),
    bare: await open('file with a long name', { desiredAccess: AccessMask.SYNCHRONIZE }),
    ipc,
    pipe: pipe.fileId,
  };
}

/** Bytes of the fixed part; the status of an exact buffer, of no right, on a directory, a pipe. */
type QueryRow = readonly [fixed: number, exact: string, bare: string, folder: string, pipe: string];

const QUERIES: Readonly<Record<number, QueryRow>> = {
  [File.FileBasicInformation]: [40, OK, DENIED, OK, INVALID],
  [File.FileStandardInformation]: [24, OK, OK, OK, OK],
  [File.FileInternalInformation]: [8, OK, OK, OK, INVALID],
  [File.FileEaInformation]: [4, OK, OK, OK, INVALID],
  [File.FileAccessInformation]: [4, OK, OK, OK, INVALID],
  [File.FileNameInformation]: [8, CUT, OK, OK, INVALID],
  [File.FileNormalizedNameInformation]: [8, CUT, OK, OK, INVALID],
  [File.FilePositionInformation]: [8, OK, OK, OK, INVALID],
  [File.FileModeInformation]: [4, OK, OK, OK, INVALID],
  [File.FileAlignmentInformation]: [4, OK, OK, OK, INVALID],
  [File.FileAllInformation]: [104, CUT, DENIED, OK, INVALID],
  [File.FileNetworkOpenInformation]: [56, OK, DENIED, OK, INVALID],
  [File.FileAttributeTagInformation]: [8, OK, DENIED, OK, INVALID],
  [File.FileCompressionInformation]: [16, OK, OK, OK, INVALID],
  [File.FileIdInformation]: [24, OK, OK, OK, INVALID],
  [File.FileStreamInformation]: [32, CUT, OK, OK, INVALID],
  [File.FileAlternateNameInformation]: [8, OK, OK, OK, INVALID],
  [File.FileStandardLinkInformation]: [12, OK, OK, OK, INVALID],
  [File.FileStatInformation]: [72, OK, DENIED, OK, INVALID],
  [File.FileStatLxInformation]: [96, OK, DENIED, OK, INVALID],
  [File.FileCaseSensitiveInformation]: [4, INVALID, DENIED, OK, INVALID],
  [File.FilePipeInformation]: [8, INVALID, INVALID, INVALID, OK],
  [File.FilePipeLocalInformation]: [40, INVALID, INVALID, INVALID, OK],
};

async function query({ client, treeId }: Mount, fileId: FileId, fileInfoClass: number, room: number): Promise<string> {
  const body = {
    infoType: 1,
    fileInfoClass,
    additionalInformation: 0,
    fileId,
    flags: 0,
    outputBufferLength: room,
    inputBuffer: new Uint8Array(0),
  };
  const accepted = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_BUFFER_OVERFLOW];
  let status: number = NtStatus.STATUS_SUCCESS;
  const refused = await statusOf(
    client
      .request(Command.QUERY_INFO, queryInfoRequest, queryInfoResponse, body, { treeId }, accepted)
      .then((reply) => {
        status = reply.header.status;
      }),
  );
  return ntStatusName(refused === NtStatus.STATUS_SUCCESS ? status : refused);
}

test('QUERY_INFO: each class has its length, its right, and what it is of', async (t) => {
  const { m, file, folder, stream, bare, ipc, pipe } = await start();
  for (const [number, [fixed, exact, ofBare, ofFolder, ofPipe]] of Object.entries(QUERIES)) {
    const c = Number(number);
    const name = Object.entries(File).find(([, value]) => value === c)![0];
    if (ofPipe === OK) {
      t.is(await query(ipc, pipe, c, fixed - 1), SHORT, `${name} of a pipe, too short`);
      t.is(await query(ipc, pipe, c, fixed), OK, `${name} of a pipe`);
    } else t.is(await query(ipc, pipe, c, 4096), ofPipe, `${name} of a pipe`);
    t.is(await query(m, file, c, fixed - 1), SHORT, `${name}, too short`);
    t.is(await query(m, file, c, 0), SHORT, `${name}, no room`);
    t.is(await query(m, file, c, fixed), exact, `${name}, exact`);
    const whole = exact === CUT ? OK : exact;
    t.is(await query(m, file, c, 4096), whole, `${name}, more room than it needs`);
    t.is(await query(m, stream, c, 4096), whole, `${name} of a stream`);
    t.is(await query(m, bare, c, 4096), ofBare, `${name} without a right`);
    t.is(await query(m, folder, c, 4096), ofFolder, `${name} of a directory`);
  }
  // Classes that are set, that list directories, or that no file system has.
  for (const c of [1, 10, 13, 19, 20, 31, 36, 40, 64, 65, 72, 200]) {
    t.is(await query(m, file, c, 4096), 'STATUS_INVALID_INFO_CLASS', String(c));
  }
});

const basic = encode(fileBasicInformation, {
  creationTime: 0n,
  lastAccessTime: 0n,
  lastWriteTime: 0n,
  changeTime: 0n,
  fileAttributes: 0,
});
const name = (fileName: string): Uint8Array =>
  encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });

/** A valid buffer; its status on a file, without a right, on a directory, a stream. */
type SetRow = readonly [buffer: Uint8Array, file: string, bare: string, folder: string, stream: string];

const PRIVILEGE = 'STATUS_PRIVILEGE_NOT_HELD';
const SETS: Readonly<Record<number, SetRow>> = {
  [File.FileBasicInformation]: [basic, OK, DENIED, OK, OK],
  [File.FilePositionInformation]: [new Uint8Array(8), OK, OK, OK, OK],
  [File.FileModeInformation]: [new Uint8Array(4), OK, OK, OK, OK],
  [File.FileEndOfFileInformation]: [new Uint8Array(8), OK, DENIED, INVALID, OK],
  [File.FileAllocationInformation]: [new Uint8Array(8), OK, DENIED, INVALID, OK],
  [File.FileValidDataLengthInformation]: [new Uint8Array(8), PRIVILEGE, DENIED, PRIVILEGE, PRIVILEGE],
  [File.FileCaseSensitiveInformation]: [new Uint8Array(4), INVALID, DENIED, OK, INVALID],
  [File.FileShortNameInformation]: [new Uint8Array(4), PRIVILEGE, DENIED, PRIVILEGE, PRIVILEGE],
  [File.FileRenameInformation]: [name('x'), OK, DENIED, OK, INVALID],
  [File.FileRenameInformationEx]: [name('y'), OK, DENIED, OK, INVALID],
  [File.FileDispositionInformation]: [new Uint8Array(1), OK, DENIED, OK, OK],
  [File.FileDispositionInformationEx]: [new Uint8Array(4), OK, DENIED, OK, OK],
};

test('SET_INFO: each class has its length, its right, and what it is of', async (t) => {
  for (const [number, [buffer, ofFile, ofBare, ofFolder, ofStream]] of Object.entries(SETS)) {
    const c = Number(number);
    const title = Object.entries(File).find(([, value]) => value === c)![0];
    const { m, file, folder, stream, bare, ipc, pipe } = await start();
    const set = async (id: FileId, bytes: Uint8Array, at = m): Promise<string> =>
      ntStatusName(await statusOf(setFileInfo(at, id, c, bytes)));
    t.is(await set(bare, buffer), ofBare, `${title} without a right`);
    t.is(await set(pipe, buffer, ipc), UNSUPPORTED, `${title} of a pipe`);
    t.is(await set(file, buffer.subarray(0, -1)), SHORT, `${title}, too short`);
    t.is(await set(file, new Uint8Array(0)), SHORT, `${title}, empty`);
    t.is(await set(stream, buffer), ofStream, `${title} of a stream`);
    t.is(await set(file, buffer), ofFile, `${title} of a file`);
    t.is(
      await set(folder, buffer),
      ofFolder === OK && /Rename/.test(title) ? NAME_TAKEN : ofFolder,
      `${title} of a folder`,
    );
    // Bytes behind the structure are passed over, as on Windows.
    const { m: other, file: again } = await start();
    const longer = new Uint8Array([...buffer, 0, 0, 0]);
    t.is(ntStatusName(await statusOf(setFileInfo(other, again, c, longer))), ofFile, `${title}, too long`);
  }
});

const NAME_TAKEN = 'STATUS_OBJECT_NAME_COLLISION';

test('information about the file system is for administrators to set [MS-SMB2 3.3.5.21.2]', async (t) => {
  const { m, file, ipc, pipe } = await start();
  const set = async (at: Mount, fileId: FileId, fileInfoClass: number, length: number): Promise<string> => {
    const buffer = new Uint8Array(length);
    const body = { infoType: 2, fileInfoClass, additionalInformation: 0, fileId, buffer };
    const { client, treeId } = at;
    return ntStatusName(
      await statusOf(client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body, { treeId })),
    );
  };
  for (const [fileInfoClass, least] of [
    [2, 4],
    [6, 48],
    [8, 64],
  ] as const) {
    t.is(await set(m, file, fileInfoClass, least - 1), SHORT);
    t.is(await set(m, file, fileInfoClass, least), DENIED);
  }
  for (const fileInfoClass of [1, 3, 4, 5, 7, 9, 11, 99]) {
    t.is(await set(m, file, fileInfoClass, 64), 'STATUS_INVALID_INFO_CLASS', String(fileInfoClass));
  }
  t.is(await set(ipc, pipe, 6, 48), UNSUPPORTED);
});

test('a pipe takes the modes that pipes have [MS-FSCC 2.4]', async (t) => {
  const { ipc, pipe } = await start();
  const set = async (...bytes: number[]): Promise<string> =>
    ntStatusName(await statusOf(setFileInfo(ipc, pipe, File.FilePipeInformation, new Uint8Array(bytes))));
  t.is(await set(1, 0, 0, 0, 0, 0, 0, 0), OK);
  t.is(await set(1, 0, 0, 0, 0, 0, 0), SHORT);
  t.is(await set(2, 0, 0, 0, 0, 0, 0, 0), INVALID);
  t.is(await set(1, 0, 0, 0, 2, 0, 0, 0), INVALID);
});

test("the rule for letter case is the share's, and nobody believes to have changed it [MS-FSCC 2.4]", async (t) => {
  const { m, folder } = await start();
  const set = async (flags: number): Promise<string> =>
    ntStatusName(
      await statusOf(setFileInfo(m, folder, File.FileCaseSensitiveInformation, new Uint8Array([flags, 0, 0, 0]))),
    );
  t.is(await set(0), OK);
  t.is(await set(1), UNSUPPORTED);
  t.is(await set(2), INVALID);
});

test('what the flags of a rename ask for is done, or refused [MS-FSA 2.1.5.15.12]', async (t) => {
  const { m, file } = await start();
  await create(m, 'there').then(({ fileId }) => close(m, fileId));
  const rename = async (fileName: string, flags: number): Promise<string> => {
    const bytes = encode(fileRenameInformationEx, { flags, rootDirectory: 0n, fileName });
    return ntStatusName(await statusOf(setFileInfo(m, file, File.FileRenameInformationEx, bytes)));
  };
  t.is(await rename('new', RenameFlags.POSIX_SEMANTICS), UNSUPPORTED);
  t.is(await rename('new', 0x8000_0000), INVALID);
  t.is(await rename('there', 0), NAME_TAKEN);
  t.is(await rename('new', RenameFlags.NO_INCREASE_AVAILABLE_SPACE), OK);
});

test('FileStatLxInformation has what Linux knows of a file [MS-FSCC 2.4]', async (t) => {
  const { m, folder } = await start();
  const value = decode(fileStatLxInformation, await queryInfo(m, folder, File.FileStatLxInformation));
  t.is(value.lxMode & 0o170000, 0o040000);
  t.is(value.lxFlags, 7);
  t.is(value.fileAttributes & 0x10, 0x10);
  t.is(value.effectiveAccess & ALL, ALL);
});
