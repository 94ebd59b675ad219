import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  FileInformationClass,
  FsctlCode,
  fileBasicInformation,
  fileDispositionInformation,
  fileEndOfFileInformation,
  fileRenameInformation,
  flushRequest,
  flushResponse,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  logoffRequest,
  logoffResponse,
  oplockBreakRequest,
  oplockBreakResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  treeConnectRequest,
  treeConnectResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import * as bodies from '../bodies.ts';
import type { SimClient } from '../client.ts';

/** A request, with a name for messages. Its result is the status of its answer. */
export type Ask = readonly [what: string, ask: (client: SimClient) => Promise<number>];

const SET_INFO = [setInfoRequest, setInfoResponse] as const;
const IOCTL = [ioctlRequest, ioctlResponse] as const;
const SECURITY = 3;
const DACL = 4;

/** Requests that change the file, its name or what is known of it. */
export function changesOf(fileId: FileId): readonly Ask[] {
  const info = (fileInfoClass: number, buffer: Uint8Array) => (client: SimClient) =>
    client.ask(Command.SET_INFO, SET_INFO, bodies.setInfoBody(fileId, fileInfoClass, buffer));
  const { FileBasicInformation, FileDispositionInformation, FileEndOfFileInformation, FileRenameInformation } =
    FileInformationClass;
  const times = { creationTime: 1n, lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n, fileAttributes: 0 };
  const everybody = encode(securityDescriptor, parseSddl('D:(A;;FA;;;WD)'));
  return [
    [
      'WRITE',
      (c) => c.ask(Command.WRITE, [writeRequest, writeResponse], bodies.writeBody(fileId, 0, new Uint8Array(1))),
    ],
    ['the times', info(FileBasicInformation, encode(fileBasicInformation, times))],
    ['the end', info(FileEndOfFileInformation, encode(fileEndOfFileInformation, { endOfFile: 0n }))],
    [
      'the name',
      info(
        FileRenameInformation,
        encode(fileRenameInformation, { replaceIfExists: true, rootDirectory: 0n, fileName: 'g' }),
      ),
    ],
    ['its deletion', info(FileDispositionInformation, encode(fileDispositionInformation, { deletePending: true }))],
    [
      'the descriptor',
      (c) =>
        c.ask(Command.SET_INFO, SET_INFO, {
          ...bodies.setInfoBody(fileId, 0, everybody),
          infoType: SECURITY,
          additionalInformation: DACL,
        }),
    ],
    ['zeros', (c) => c.ask(Command.IOCTL, IOCTL, bodies.zeroBody(fileId, 0, 4))],
    ['holes', (c) => c.ask(Command.IOCTL, IOCTL, bodies.ioctlBody(fileId, FsctlCode.SET_SPARSE, new Uint8Array(0)))],
    ['a copy', (c) => c.ask(Command.IOCTL, IOCTL, bodies.copyBody(fileId, bodies.sourceKeyOf(fileId), 1))],
  ];
}

/** Every request that needs a session. Those that end something come last. */
export function everythingOf(fileId: FileId): readonly Ask[] {
  const locks = [{ at: 0, length: 1, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY }];
  const query = { infoType: 1, fileInfoClass: 5, outputBufferLength: 1000, additionalInformation: 0, flags: 0 };
  return [
    ['CREATE', (c) => c.ask(Command.CREATE, [createRequest, createResponse], bodies.createBody('new', {}))],
    ['READ', (c) => c.ask(Command.READ, [readRequest, readResponse], bodies.readBody(fileId, 0, 10))],
    ...changesOf(fileId),
    ['FLUSH', (c) => c.ask(Command.FLUSH, [flushRequest, flushResponse], { fileId, reserved1: 0 })],
    ['LOCK', (c) => c.ask(Command.LOCK, [lockRequest, lockResponse], bodies.lockBody(fileId, locks))],
    [
      'QUERY_DIRECTORY',
      (c) =>
        c.ask(Command.QUERY_DIRECTORY, [queryDirectoryRequest, queryDirectoryResponse], bodies.listBody(fileId, 0)),
    ],
    [
      'CHANGE_NOTIFY',
      (c) =>
        c.ask(Command.CHANGE_NOTIFY, [changeNotifyRequest, changeNotifyResponse], bodies.notifyBody(fileId, false)),
    ],
    [
      'QUERY_INFO',
      (c) =>
        c.ask(Command.QUERY_INFO, [queryInfoRequest, queryInfoResponse], {
          ...query,
          fileId,
          inputBuffer: new Uint8Array(0),
        }),
    ],
    [
      'OPLOCK_BREAK',
      (c) =>
        c.ask(Command.OPLOCK_BREAK, [oplockBreakRequest, oplockBreakResponse], {
          kind: 'oplock',
          oplockLevel: 0,
          fileId,
        }),
    ],
    [
      'TREE_CONNECT',
      (c) =>
        c.ask(Command.TREE_CONNECT, [treeConnectRequest, treeConnectResponse], {
          flags: 0,
          path: '\\\\h\\share',
          contexts: [],
        }),
    ],
    ['CLOSE', (c) => c.ask(Command.CLOSE, [closeRequest, closeResponse], { flags: 0, fileId })],
    ['TREE_DISCONNECT', (c) => c.ask(Command.TREE_DISCONNECT, [treeDisconnectRequest, treeDisconnectResponse], {})],
    ['LOGOFF', (c) => c.ask(Command.LOGOFF, [logoffRequest, logoffResponse], {})],
  ];
}
