import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  duplicateExtentsData,
  duplicateExtentsDataEx,
  type FileId,
  FileInformationClass,
  FsctlCode,
  FsInformationClass,
  fileAllocatedRange,
  fileAllocationInformation,
  fileBasicInformation,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEndOfFileInformation,
  fileLevelTrim,
  fileModeInformation,
  filePositionInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  fileZeroDataInformation,
  flushRequest,
  flushResponse,
  fullEaList,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  networkResiliencyRequest,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  srvCopychunkCopy,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { lockBody, readBody, writeBody } from '@tsmbd/tool-smb-client';
import type { Mount } from '../requests.ts';
import { ALICE, type Kind, type Subject } from './world.ts';

/**
 * The table **right × operation**: everything that is asked through an Open, and what the Open must
 * have been granted for it. Of each mask one bit is enough; all masks are needed. Written from
 * [MS-SMB2] and [MS-FSA], not from the server's own table. A command, class or FSCTL that the
 * server has and this table has not fails `tools/repo-checks`.
 */
export interface Operation {
  /** `READ`, `QUERY_INFO FileBasicInformation`, `SET_INFO security DACL`, `IOCTL SET_SPARSE`. */
  readonly name: string;
  readonly on: readonly Kind[];
  readonly needs: readonly number[];
  /** It changes something. */
  readonly changes?: true;
  /**
   * With the rights, beside success: what the server has none of, or what this is no subject for.
   */
  readonly otherwise?: number;
  run(at: Through): Promise<unknown>;
}

/** An Open, and whose. */
export interface Through {
  readonly m: Mount;
  readonly fileId: FileId;
  readonly subject: Subject;
  /** A name in the subject's folder that nothing has. */
  readonly fresh: string;
}

const {
  FILE_READ_DATA,
  FILE_WRITE_DATA,
  FILE_APPEND_DATA,
  FILE_READ_EA,
  FILE_WRITE_EA,
  FILE_EXECUTE,
  FILE_READ_ATTRIBUTES,
  FILE_WRITE_ATTRIBUTES,
  DELETE,
  READ_CONTROL,
  WRITE_DAC,
  WRITE_OWNER,
  ACCESS_SYSTEM_SECURITY,
} = AccessMask;

const BYTES: readonly Kind[] = ['file', 'stream'];
const FOLDERS: readonly Kind[] = ['folder', 'root'];
const ALL: readonly Kind[] = ['file', 'stream', 'folder', 'root'];
const NO_ROOT: readonly Kind[] = ['file', 'stream', 'folder'];
const NONE = new Uint8Array(0);

const commands: readonly Operation[] = [
  {
    name: 'CLOSE',
    on: ALL,
    needs: [],
    run: ({ m, fileId }) =>
      m.client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 1, fileId }, { treeId: m.treeId }),
  },
  {
    name: 'READ',
    on: BYTES,
    needs: [FILE_READ_DATA | FILE_EXECUTE],
    run: ({ m, fileId }) =>
      m.client.request(Command.READ, readRequest, readResponse, readBody(fileId, 0, 4), { treeId: m.treeId }),
  },
  {
    name: 'WRITE',
    on: BYTES,
    needs: [FILE_WRITE_DATA],
    changes: true,
    run: (at) => write(at, 0),
  },
  {
    name: 'WRITE behind the end',
    on: BYTES,
    needs: [FILE_WRITE_DATA | FILE_APPEND_DATA],
    changes: true,
    run: (at) => write(at, 1_000),
  },
  {
    name: 'FLUSH',
    on: ALL,
    needs: [FILE_WRITE_DATA | FILE_APPEND_DATA],
    run: ({ m, fileId }) =>
      m.client.request(Command.FLUSH, flushRequest, flushResponse, { reserved1: 0, fileId }, { treeId: m.treeId }),
  },
  {
    name: 'LOCK',
    on: BYTES,
    needs: [FILE_READ_DATA | FILE_WRITE_DATA],
    run: ({ m, fileId }) => {
      const flags = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
      const body = lockBody(fileId, [{ at: 0, length: 1, flags }]);
      return m.client.request(Command.LOCK, lockRequest, lockResponse, body, { treeId: m.treeId });
    },
  },
  {
    name: 'QUERY_DIRECTORY',
    on: FOLDERS,
    needs: [AccessMask.FILE_LIST_DIRECTORY],
    run: ({ m, fileId }) => {
      const body = {
        fileInformationClass: 1,
        flags: 0,
        fileIndex: 0,
        fileId,
        searchPattern: '*',
        outputBufferLength: 4096,
      };
      return m.client.request(Command.QUERY_DIRECTORY, queryDirectoryRequest, queryDirectoryResponse, body, {
        treeId: m.treeId,
      });
    },
  },
  {
    name: 'CHANGE_NOTIFY',
    on: FOLDERS,
    needs: [AccessMask.FILE_LIST_DIRECTORY],
    run: async ({ m, fileId }) => {
      const { promise: waits, resolve } = Promise.withResolvers<void>();
      const body = { flags: 0, outputBufferLength: 1024, fileId, completionFilter: 1 };
      const options = { treeId: m.treeId, onPending: () => resolve() };
      // Ends with its Open, when the case does.
      const ended = m.client.request(Command.CHANGE_NOTIFY, changeNotifyRequest, changeNotifyResponse, body, options, [
        NtStatus.STATUS_NOTIFY_CLEANUP,
      ]);
      await Promise.race([waits, ended]);
      ended.catch(() => {});
    },
  },
];

function write({ m, fileId }: Through, offset: number): Promise<unknown> {
  const body = writeBody(fileId, offset, new TextEncoder().encode('XX'));
  return m.client.request(Command.WRITE, writeRequest, writeResponse, body, { treeId: m.treeId });
}

function query(infoType: number, fileInfoClass: number, additionalInformation = 0): Operation['run'] {
  return ({ m, fileId }) => {
    const body = {
      infoType,
      fileInfoClass,
      additionalInformation,
      fileId,
      flags: 0,
      outputBufferLength: 4096,
      inputBuffer: NONE,
    };
    return m.client.request(Command.QUERY_INFO, queryInfoRequest, queryInfoResponse, body, { treeId: m.treeId });
  };
}

type FileClassName = keyof typeof FileInformationClass;

function queries(
  needs: readonly number[],
  names: readonly FileClassName[],
  more: Partial<Operation> = {},
): Operation[] {
  return names.map((name) => ({
    name: `QUERY_INFO ${name}`,
    on: ALL,
    needs,
    run: query(1, FileInformationClass[name]),
    ...more,
  }));
}

const ofFile: readonly Operation[] = [
  ...queries(
    [FILE_READ_ATTRIBUTES],
    [
      'FileBasicInformation',
      'FileAllInformation',
      'FileNetworkOpenInformation',
      'FileAttributeTagInformation',
      'FileStatInformation',
      'FileStatLxInformation',
    ],
  ),
  ...queries([FILE_READ_ATTRIBUTES], ['FileCaseSensitiveInformation'], {
    otherwise: NtStatus.STATUS_INVALID_PARAMETER,
  }),
  ...queries(
    [],
    [
      'FileStandardInformation',
      'FileCompressionInformation',
      'FileInternalInformation',
      'FileEaInformation',
      'FileAccessInformation',
      'FileNameInformation',
      'FileNormalizedNameInformation',
      'FilePositionInformation',
      'FileModeInformation',
      'FileAlignmentInformation',
      'FileAlternateNameInformation',
      'FileIdInformation',
      'FileStreamInformation',
      'FileStandardLinkInformation',
    ],
  ),
  ...queries([FILE_READ_EA], ['FileFullEaInformation'], { otherwise: NtStatus.STATUS_NO_EAS_ON_FILE }),
  ...queries([], ['FilePipeInformation', 'FilePipeLocalInformation'], { otherwise: NtStatus.STATUS_INVALID_PARAMETER }),
];

const ofFileSystem: readonly Operation[] = Object.entries(FsInformationClass)
  .filter(([name]) => !['FileFsLabelInformation', 'FileFsDriverPathInformation'].includes(name))
  .map(([name, fileInfoClass]) => ({
    name: `QUERY_INFO ${name}`,
    on: ALL,
    needs: [],
    otherwise: NtStatus.STATUS_INVALID_INFO_CLASS,
    run: query(2, fileInfoClass),
  }));

/**
 * SECURITY_INFORMATION: what reading and setting each part needs. [MS-SMB2] 3.3.5.20.3, 3.3.5.21.3
 */
const SECURITY: readonly [name: string, part: number, read: readonly number[], write: readonly number[]][] = [
  ['nothing', 0, [], []],
  ['OWNER', 0x1, [READ_CONTROL], [WRITE_OWNER]],
  ['GROUP', 0x2, [READ_CONTROL], [WRITE_OWNER]],
  ['DACL', 0x4, [READ_CONTROL], [WRITE_DAC]],
  ['SACL', 0x8, [ACCESS_SYSTEM_SECURITY], [ACCESS_SYSTEM_SECURITY]],
  ['LABEL', 0x10, [READ_CONTROL], [WRITE_OWNER]],
  ['ATTRIBUTE', 0x20, [READ_CONTROL], [WRITE_DAC]],
  ['SCOPE', 0x40, [READ_CONTROL], [ACCESS_SYSTEM_SECURITY]],
  ['BACKUP', 0x10000, [READ_CONTROL, ACCESS_SYSTEM_SECURITY], [WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY]],
];

/** Alice's own, and everything to everybody. */
const EVERYTHING = encode(securityDescriptor, parseSddl(`O:${ALICE}G:${ALICE}D:(A;;FA;;;WD)`));

const ofDescriptor: readonly Operation[] = SECURITY.flatMap(([name, part, read, writes]) => [
  { name: `QUERY_INFO security ${name}`, on: ALL, needs: read, run: query(3, 0, part) },
  {
    name: `SET_INFO security ${name}`,
    on: ALL,
    needs: writes,
    ...([0x1, 0x2, 0x4].includes(part) && { changes: true as const }),
    run: (at: Through) => set(at, 3, 0, EVERYTHING, part),
  },
]);

function set(at: Through, infoType: number, fileInfoClass: number, buffer: Uint8Array, part = 0): Promise<unknown> {
  const { m, fileId } = at;
  const body = { infoType, fileInfoClass, additionalInformation: part, fileId, buffer };
  return m.client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body, { treeId: m.treeId });
}

function setting(
  name: FileClassName,
  on: readonly Kind[],
  needs: readonly number[],
  buffer: (at: Through) => Uint8Array,
  more: Partial<Operation> = { changes: true },
): Operation {
  return {
    name: `SET_INFO ${name}`,
    on,
    needs,
    run: (at) => set(at, 1, FileInformationClass[name], buffer(at)),
    ...more,
  };
}

const basic = { creationTime: 0n, lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n, fileAttributes: 0x22 };
const renamed = (fileName: string) =>
  encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });

const renamedEx = (fileName: string) => encode(fileRenameInformationEx, { flags: 0, rootDirectory: 0n, fileName });

const settings: readonly Operation[] = [
  setting('FileBasicInformation', ALL, [FILE_WRITE_ATTRIBUTES], () => encode(fileBasicInformation, basic)),
  setting('FileRenameInformation', ['file', 'folder'], [DELETE], ({ fresh }) => renamed(fresh)),
  {
    ...setting('FileRenameInformation', ['stream'], [DELETE], () => renamed(':new')),
    name: 'SET_INFO FileRenameInformation of a stream',
  },
  // The file itself must be the user's to change; the Open needs no right. [MS-FSA] 2.1.5.15.6
  setting('FileLinkInformation', ['file'], [], ({ fresh }) => renamed(fresh)),
  setting('FileRenameInformationEx', ['file', 'folder'], [DELETE], ({ fresh }) => renamedEx(fresh)),
  setting('FileLinkInformationEx', ['file'], [], ({ fresh }) => renamedEx(fresh)),
  setting('FileCaseSensitiveInformation', FOLDERS, [FILE_WRITE_ATTRIBUTES], () => new Uint8Array(4), {}),
  setting('FileShortNameInformation', NO_ROOT, [FILE_WRITE_ATTRIBUTES], () => new Uint8Array(4), {
    otherwise: NtStatus.STATUS_PRIVILEGE_NOT_HELD,
  }),
  setting('FileDispositionInformation', ['file', 'stream'], [DELETE], () =>
    encode(fileDispositionInformation, { deletePending: true }),
  ),
  setting('FileDispositionInformationEx', ['file', 'stream'], [DELETE], () =>
    encode(fileDispositionInformationEx, { flags: 1 }),
  ),
  setting('FilePositionInformation', BYTES, [], () => encode(filePositionInformation, { currentByteOffset: 7n }), {}),
  setting('FileModeInformation', BYTES, [], () => encode(fileModeInformation, { mode: 0 }), {}),
  setting('FileEndOfFileInformation', BYTES, [FILE_WRITE_DATA], () =>
    encode(fileEndOfFileInformation, { endOfFile: 3n }),
  ),
  setting('FileAllocationInformation', BYTES, [FILE_WRITE_DATA], () =>
    encode(fileAllocationInformation, { allocationSize: 0n }),
  ),
  setting('FileValidDataLengthInformation', BYTES, [FILE_WRITE_DATA], () => new Uint8Array(8), {
    otherwise: NtStatus.STATUS_PRIVILEGE_NOT_HELD,
  }),
  setting('FileFullEaInformation', NO_ROOT, [FILE_WRITE_EA], () =>
    encode(fullEaList, [{ flags: 0, name: 'NEW', value: new Uint8Array([9]) }]),
  ),
];

function ioctl(ctlCode: number, input: (at: Through) => Uint8Array | Promise<Uint8Array>): Operation['run'] {
  return async (at) => {
    const { m, fileId } = at;
    const sizes = { maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, output: NONE };
    const body = { ctlCode, fileId, input: await input(at), ...sizes };
    return m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId: m.treeId });
  };
}

function fsctl(
  name: keyof typeof FsctlCode,
  needs: readonly number[],
  input: (at: Through) => Uint8Array | Promise<Uint8Array> = () => NONE,
  more: Partial<Operation> = {},
): Operation {
  return { name: `IOCTL ${name}`, on: BYTES, needs, run: ioctl(FsctlCode[name], input), ...more };
}

/** Copies within the Open itself: its right to read is the source's, too. */
async function copyWithin({ m, fileId }: Through): Promise<Uint8Array> {
  const run = ioctl(FsctlCode.SRV_REQUEST_RESUME_KEY, () => NONE);
  const { body } = (await run({ m, fileId } as Through)) as { body: { output: Uint8Array } };
  const chunks = [{ sourceOffset: 0n, targetOffset: 100n, length: 4 }];
  return encode(srvCopychunkCopy, { sourceKey: body.output.slice(0, 24), chunks });
}

/** A clone of nothing within the Open itself: its right to read is the source's, too. */
const ofNothing = { sourceFileOffset: 0n, targetFileOffset: 4096n, byteCount: 0n };
const clone = ({ fileId: sourceFileId }: Through) => encode(duplicateExtentsData, { ...ofNothing, sourceFileId });
const cloneEx = ({ fileId: sourceFileId }: Through) =>
  encode(duplicateExtentsDataEx, { ...ofNothing, sourceFileId, flags: 1 });
const CLONE_NEEDS = [FILE_WRITE_DATA, FILE_READ_DATA | FILE_EXECUTE];
/** Most file systems share no blocks. */
const CLONED = { on: ['file'], otherwise: NtStatus.STATUS_INVALID_DEVICE_REQUEST } as const;

const zeroes = (fileOffset: bigint, beyondFinalZero: bigint) =>
  encode(fileZeroDataInformation, { fileOffset, beyondFinalZero });

const fsctls: readonly Operation[] = [
  fsctl('CREATE_OR_GET_OBJECT_ID', [], undefined, { on: ALL }),
  fsctl('GET_REPARSE_POINT', [], undefined, { on: ALL, otherwise: NtStatus.STATUS_NOT_A_REPARSE_POINT }),
  fsctl('SRV_REQUEST_RESUME_KEY', []),
  fsctl('SRV_COPYCHUNK', [FILE_WRITE_DATA, FILE_READ_DATA], copyWithin, { changes: true }),
  fsctl('SRV_COPYCHUNK_WRITE', [FILE_WRITE_DATA, FILE_READ_DATA | FILE_EXECUTE], copyWithin, { changes: true }),
  fsctl('LMR_REQUEST_RESILIENCY', [], () => encode(networkResiliencyRequest, { timeoutMs: 1000 })),
  fsctl('GET_COMPRESSION', [], undefined, { on: ALL }),
  fsctl('SET_COMPRESSION', [FILE_WRITE_DATA], () => new Uint8Array(2), { on: ALL }),
  fsctl('SET_SPARSE', [FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES], undefined, { changes: true }),
  fsctl('SET_ZERO_DATA', [FILE_WRITE_DATA], () => zeroes(0n, 4n), { changes: true }),
  fsctl('SRV_ENUMERATE_SNAPSHOTS', [FILE_READ_DATA], undefined, { on: ALL, otherwise: NtStatus.STATUS_NOT_SUPPORTED }),
  fsctl('QUERY_FILE_REGIONS', []),
  fsctl('FILE_LEVEL_TRIM', [FILE_WRITE_DATA], () => encode(fileLevelTrim, { key: 0, ranges: [] })),
  fsctl('GET_INTEGRITY_INFORMATION', [], undefined, { on: ALL }),
  fsctl('SET_INTEGRITY_INFORMATION', [FILE_READ_DATA, FILE_WRITE_DATA], () => new Uint8Array(8), { on: ALL }),
  fsctl('DUPLICATE_EXTENTS_TO_FILE', CLONE_NEEDS, clone, CLONED),
  fsctl('DUPLICATE_EXTENTS_TO_FILE_EX', CLONE_NEEDS, cloneEx, CLONED),
  fsctl('QUERY_ALLOCATED_RANGES', [FILE_READ_DATA], () => encode(fileAllocatedRange, { fileOffset: 0n, length: 100n })),
];

export const OPERATIONS: readonly Operation[] = [
  ...commands,
  ...ofFile,
  ...ofFileSystem,
  ...ofDescriptor,
  ...settings,
  ...fsctls,
];
