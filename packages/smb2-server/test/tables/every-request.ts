import { randomBytes } from 'node:crypto';
import type { Codec } from '@tsmbd/ms-dtyp';
import {
  cancelRequest,
  changeNotifyRequest,
  closeRequest,
  createRequest,
  EMPTY_BODY,
  echoRequest,
  type FileId,
  FsctlCode,
  flushRequest,
  ioctlRequest,
  LockFlags,
  lockRequest,
  logoffRequest,
  negotiateRequest,
  oplockBreakRequest,
  queryDirectoryRequest,
  queryInfoRequest,
  readRequest,
  sessionSetupRequest,
  setInfoRequest,
  treeConnectRequest,
  treeDisconnectRequest,
  writeRequest,
} from '@tsmbd/smb2-codec';
import { createBody, Logon, lockBody, readBody, writeBody } from '@tsmbd/tool-smb-client';

/** A request of a command, about a file that is open. */
export interface EveryRequest {
  readonly codec: Codec<unknown>;
  readonly body: (fileId: FileId) => unknown;
}

function request<Q>(codec: Codec<Q>, body: (fileId: FileId) => Q): EveryRequest {
  return { codec: codec as Codec<unknown>, body };
}

const NOTHING = new Uint8Array(0);
/** FileEndOfFileInformation. */
const END_OF_FILE = 20;

/**
 * One request of each command that would change something if it were obeyed, where the command can.
 */
export const EVERY_REQUEST: ReadonlyMap<string, EveryRequest> = new Map([
  [
    'NEGOTIATE',
    request(negotiateRequest, () => ({
      securityMode: 1,
      capabilities: 0,
      clientGuid: '00000000-0000-4000-8000-000000000001',
      dialects: [0x0210],
      clientStartTime: 0n,
      negotiateContexts: [],
    })),
  ],
  [
    'SESSION_SETUP',
    request(sessionSetupRequest, () => ({
      flags: 0,
      securityMode: 1,
      capabilities: 0,
      channel: 0,
      previousSessionId: 0n,
      securityBuffer: new Logon('bob', 'bob-password', '', (length) => randomBytes(length)).spnego.start(),
    })),
  ],
  ['LOGOFF', request(logoffRequest, () => EMPTY_BODY)],
  [
    'TREE_CONNECT',
    request(treeConnectRequest, () => ({ flags: 0, path: '\\\\127.0.0.1\\share', contexts: [] }) as never),
  ],
  ['TREE_DISCONNECT', request(treeDisconnectRequest, () => EMPTY_BODY)],
  ['CREATE', request(createRequest, () => createBody('new'))],
  ['CLOSE', request(closeRequest, (fileId) => ({ flags: 0, fileId }))],
  ['FLUSH', request(flushRequest, (fileId) => ({ fileId, reserved1: 0 }))],
  ['READ', request(readRequest, (fileId) => readBody(fileId, 0, 10))],
  ['WRITE', request(writeRequest, (fileId) => writeBody(fileId, 0, new TextEncoder().encode('changed')))],
  [
    'LOCK',
    request(lockRequest, (fileId) =>
      lockBody(fileId, [{ at: 0, length: 1, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY }]),
    ),
  ],
  [
    'IOCTL',
    request(ioctlRequest, (fileId) => ({
      ctlCode: FsctlCode.SET_SPARSE,
      fileId,
      maxInputResponse: 0,
      maxOutputResponse: 0,
      flags: 1,
      input: NOTHING,
      output: NOTHING,
    })),
  ],
  ['CANCEL', request(cancelRequest, () => EMPTY_BODY)],
  ['ECHO', request(echoRequest, () => EMPTY_BODY)],
  [
    'QUERY_DIRECTORY',
    request(queryDirectoryRequest, (fileId) => ({
      fileInformationClass: 12,
      flags: 0,
      fileIndex: 0,
      fileId,
      outputBufferLength: 1000,
      searchPattern: '*',
    })),
  ],
  [
    'CHANGE_NOTIFY',
    request(changeNotifyRequest, (fileId) => ({ flags: 0, outputBufferLength: 1000, fileId, completionFilter: 1 })),
  ],
  [
    'QUERY_INFO',
    request(queryInfoRequest, (fileId) => ({
      infoType: 1,
      fileInfoClass: 5,
      outputBufferLength: 1000,
      additionalInformation: 0,
      flags: 0,
      fileId,
      inputBuffer: NOTHING,
    })),
  ],
  [
    'SET_INFO',
    request(setInfoRequest, (fileId) => ({
      infoType: 1,
      fileInfoClass: END_OF_FILE,
      additionalInformation: 0,
      fileId,
      buffer: new Uint8Array(8),
    })),
  ],
  ['OPLOCK_BREAK', request(oplockBreakRequest, (fileId) => ({ kind: 'oplock', oplockLevel: 0, fileId }) as never)],
]);
