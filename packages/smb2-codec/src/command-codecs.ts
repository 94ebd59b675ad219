import type { Codec } from '@tsmbd/ms-dtyp';
import { cancelRequest } from './commands/cancel.ts';
import { changeNotifyRequest, changeNotifyResponse } from './commands/change-notify.ts';
import { closeRequest, closeResponse } from './commands/close.ts';
import { createRequest, createResponse } from './commands/create.ts';
import { echoRequest, echoResponse } from './commands/echo.ts';
import { type EmptyBody, emptyBody } from './commands/empty-body.ts';
import { flushRequest, flushResponse } from './commands/flush.ts';
import { ioctlRequest, ioctlResponse } from './commands/ioctl.ts';
import { lockRequest, lockResponse } from './commands/lock.ts';
import { logoffRequest, logoffResponse } from './commands/logoff.ts';
import { negotiateRequest, negotiateResponse } from './commands/negotiate.ts';
import { oplockBreakRequest, oplockBreakResponse } from './commands/oplock-break.ts';
import { queryDirectoryRequest, queryDirectoryResponse } from './commands/query-directory.ts';
import { queryInfoRequest, queryInfoResponse } from './commands/query-info.ts';
import { readRequest, readResponse } from './commands/read.ts';
import { serverToClientNotification } from './commands/server-to-client-notification.ts';
import { sessionSetupRequest, sessionSetupResponse } from './commands/session-setup.ts';
import { setInfoRequest, setInfoResponse } from './commands/set-info.ts';
import { treeConnectRequest, treeConnectResponse } from './commands/tree-connect.ts';
import { treeDisconnectRequest, treeDisconnectResponse } from './commands/tree-disconnect.ts';
import { writeRequest, writeResponse } from './commands/write.ts';
import { Command } from './header.ts';

/** A CANCEL has no response. A message that claims to be one is read as a body without fields. */
const cancelResponse: Codec<EmptyBody> = emptyBody('CANCEL Response', '[MS-SMB2] 2.2.30');
/**
 * Only servers send notifications. A message that claims to be a request is read as a body without
 * fields.
 */
const notificationRequest: Codec<EmptyBody> = emptyBody('SERVER_TO_CLIENT_NOTIFICATION Request', '[MS-SMB2] 2.2.44.1');

/** The body codecs of every command by its name, [MS-SMB2] 2.2. */
export const commandCodecs = {
  NEGOTIATE: { request: negotiateRequest, response: negotiateResponse },
  SESSION_SETUP: { request: sessionSetupRequest, response: sessionSetupResponse },
  LOGOFF: { request: logoffRequest, response: logoffResponse },
  TREE_CONNECT: { request: treeConnectRequest, response: treeConnectResponse },
  TREE_DISCONNECT: { request: treeDisconnectRequest, response: treeDisconnectResponse },
  CREATE: { request: createRequest, response: createResponse },
  CLOSE: { request: closeRequest, response: closeResponse },
  FLUSH: { request: flushRequest, response: flushResponse },
  READ: { request: readRequest, response: readResponse },
  WRITE: { request: writeRequest, response: writeResponse },
  LOCK: { request: lockRequest, response: lockResponse },
  IOCTL: { request: ioctlRequest, response: ioctlResponse },
  CANCEL: { request: cancelRequest, response: cancelResponse },
  ECHO: { request: echoRequest, response: echoResponse },
  QUERY_DIRECTORY: { request: queryDirectoryRequest, response: queryDirectoryResponse },
  CHANGE_NOTIFY: { request: changeNotifyRequest, response: changeNotifyResponse },
  QUERY_INFO: { request: queryInfoRequest, response: queryInfoResponse },
  SET_INFO: { request: setInfoRequest, response: setInfoResponse },
  OPLOCK_BREAK: { request: oplockBreakRequest, response: oplockBreakResponse },
  SERVER_TO_CLIENT_NOTIFICATION: { request: notificationRequest, response: serverToClientNotification },
} as const;

/** The name of a command: a key of Command. */
export type CommandName = keyof typeof Command;

/** The value that a codec reads and writes. */
type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** The value of a command's request. */
export type RequestOf<N extends CommandName> = ValueOf<(typeof commandCodecs)[N]['request']>;

/** The value of a command's response. */
export type ResponseOf<N extends CommandName> = ValueOf<(typeof commandCodecs)[N]['response']>;

const NAMES = Object.keys(Command) as CommandName[];

/** The name of a command code, or undefined for one that [MS-SMB2] does not know. */
export function commandName(command: number): CommandName | undefined {
  return NAMES[command];
}
