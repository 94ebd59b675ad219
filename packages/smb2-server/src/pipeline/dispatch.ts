import type { Codec, Reader } from '@tsmbd/ms-dtyp';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  echoRequest,
  echoResponse,
  flushRequest,
  flushResponse,
  HEADER_SIZE,
  HeaderFlags,
  ioctlRequest,
  ioctlResponse,
  lockRequest,
  lockResponse,
  logoffRequest,
  logoffResponse,
  NtStatus,
  negotiateRequest,
  negotiateResponse,
  oplockBreakRequest,
  oplockBreakResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  readRequest,
  readResponse,
  SessionSetupFlags,
  sessionSetupRequest,
  sessionSetupResponse,
  setInfoRequest,
  setInfoResponse,
  treeConnectRequest,
  treeConnectResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import {
  handleChangeNotify,
  handleClose,
  handleCreate,
  handleEcho,
  handleFlush,
  handleIoctl,
  handleLock,
  handleLogoff,
  handleNegotiate,
  handleOplockBreak,
  handleQueryDirectory,
  handleQueryInfo,
  handleRead,
  handleSessionSetup,
  handleSetInfo,
  handleTreeConnect,
  handleTreeDisconnect,
  handleWrite,
} from '../commands/index.ts';
import { DisconnectError, StatusError } from '../errors.ts';
import { TORTURE } from '../fsctl/index.ts';
import type { RequestContext, ResponseBody, Session } from '../model/index.ts';
import { doubtAbout } from './authenticity.ts';

/** What the dispatcher ensures before a handler runs. */
type Needs = 'nothing' | 'session' | 'tree';

interface CommandEntry {
  readonly needs: Needs;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  /** Bytes that the request sends or asks for: what CreditCharge must cover. [MS-SMB2] 3.3.5.2.5 */
  payload(request: unknown): number;
  handle(request: unknown, ctx: RequestContext): ResponseBody | Promise<ResponseBody>;
}

/** One row of the table, typed by its codecs. */
function command<Request, Response extends object>(
  needs: Needs,
  request: Codec<Request>,
  response: Codec<Response>,
  handle: (request: Request, ctx: RequestContext) => ResponseBody | Promise<ResponseBody>,
  payload: (request: Request) => number = () => 0,
): CommandEntry {
  return { needs, request, response, handle, payload } as CommandEntry;
}

/**
 * Every command of [MS-SMB2] 2.2.1 except CANCEL, which has no response and is handled by the
 * connection.
 */
export const COMMANDS: ReadonlyMap<number, CommandEntry> = new Map([
  [Command.NEGOTIATE, command('nothing', negotiateRequest, negotiateResponse, handleNegotiate)],
  [Command.SESSION_SETUP, command('nothing', sessionSetupRequest, sessionSetupResponse, handleSessionSetup)],
  [Command.LOGOFF, command('session', logoffRequest, logoffResponse, handleLogoff)],
  [Command.TREE_CONNECT, command('session', treeConnectRequest, treeConnectResponse, handleTreeConnect)],
  [Command.TREE_DISCONNECT, command('tree', treeDisconnectRequest, treeDisconnectResponse, handleTreeDisconnect)],
  [Command.CREATE, command('tree', createRequest, createResponse, handleCreate)],
  [Command.CLOSE, command('tree', closeRequest, closeResponse, handleClose)],
  [Command.FLUSH, command('tree', flushRequest, flushResponse, handleFlush)],
  [Command.READ, command('tree', readRequest, readResponse, handleRead, (r) => r.length)],
  [Command.WRITE, command('tree', writeRequest, writeResponse, handleWrite, (r) => r.data.length)],
  [Command.LOCK, command('tree', lockRequest, lockResponse, handleLock)],
  [
    Command.IOCTL,
    command('tree', ioctlRequest, ioctlResponse, handleIoctl, (r) =>
      Math.max(r.input.length, r.maxOutputResponse, r.maxInputResponse),
    ),
  ],
  [Command.ECHO, command('nothing', echoRequest, echoResponse, handleEcho)],
  [
    Command.QUERY_DIRECTORY,
    command('tree', queryDirectoryRequest, queryDirectoryResponse, handleQueryDirectory, (r) => r.outputBufferLength),
  ],
  [
    Command.CHANGE_NOTIFY,
    command('tree', changeNotifyRequest, changeNotifyResponse, handleChangeNotify, (r) => r.outputBufferLength),
  ],
  [
    Command.QUERY_INFO,
    command('tree', queryInfoRequest, queryInfoResponse, handleQueryInfo, (r) =>
      Math.max(r.inputBuffer.length, r.outputBufferLength),
    ),
  ],
  [Command.SET_INFO, command('tree', setInfoRequest, setInfoResponse, handleSetInfo, (r) => r.buffer.length)],
  [Command.OPLOCK_BREAK, command('tree', oplockBreakRequest, oplockBreakResponse, handleOplockBreak)],
]);

/**
 * All checks of [MS-SMB2] 3.3.5.2 that come before a command's own section: MessageId, compound
 * rules, session, signature, encryption, tree.
 */
export function checkElement(ctx: RequestContext, first: boolean): void {
  const { header, connection, chain } = ctx;
  const charge = connection.supportsMultiCredit ? Math.max(1, header.creditCharge) : 1;
  if (!connection.window.consume(header.messageId, charge)) {
    throw new DisconnectError(`MessageId ${header.messageId} (charge ${charge}) is outside the window`);
  }
  const entry = COMMANDS.get(header.command);
  if (entry === undefined) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'unknown command');
  if (ctx.bytes.length > MAX_SMALL_REQUEST && !(connection.supportsMultiCredit && LARGE.has(header.command))) {
    throw new DisconnectError(`a request of ${ctx.bytes.length} bytes`);
  }
  if (connection.dialect === 0 && header.command !== Command.NEGOTIATE) {
    throw new DisconnectError('a command before NEGOTIATE');
  }
  if ((header.flags & HeaderFlags.SERVER_TO_REDIR) !== 0) throw new DisconnectError('a response from a client');
  const session = connection.session(header.sessionId);
  if (session !== undefined) ctx.session = session;
  checkCompound(ctx, first);
  const needs = TORTURE.needsNoSession(ctx) ? 'nothing' : entry.needs;
  checkSession(ctx, needs);
  if (needs === 'tree') {
    const tree = ctx.session.trees.get(chain.treeId);
    // [MS-SMB2] 3.3.5.2.11
    if (tree === undefined) throw new StatusError(NtStatus.STATUS_NETWORK_NAME_DELETED, 'TreeId names no tree');
    if (tree.share.encrypt && !ctx.encrypted) {
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the share wants encryption');
    }
    ctx.tree = tree;
  }
}

/** Largest request, in bytes, of a command that has no large payload, [MS-SMB2] 3.3.5.2. */
const MAX_SMALL_REQUEST = 68 << 10;
/** Commands that may have a large payload, if credits pay for it. */
const LARGE: ReadonlySet<number> = new Set([
  Command.READ,
  Command.WRITE,
  Command.IOCTL,
  Command.QUERY_DIRECTORY,
  Command.CHANGE_NOTIFY,
  Command.QUERY_INFO,
  Command.SET_INFO,
]);

/**
 * [MS-SMB2] 3.3.5.2.7: a related request works on the session, tree and file of the previous
 * request.
 */
function checkCompound(ctx: RequestContext, first: boolean): void {
  const { header, chain } = ctx;
  if (!ctx.related) {
    chain.unrelated = false;
    chain.sessionId = header.sessionId;
    chain.treeId = (header.flags & HeaderFlags.ASYNC_COMMAND) !== 0 ? 0 : header.treeId;
    chain.fileId = undefined;
    chain.fileStatus = NtStatus.STATUS_INVALID_HANDLE;
  } else if (first || chain.unrelated) {
    chain.sessionId = header.sessionId;
    chain.treeId = header.treeId;
    chain.unrelated = true;
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the first request is related to none');
  }
}

function checkSession(ctx: RequestContext, needs: Needs): void {
  const { header, connection, chain } = ctx;
  const session = connection.session(chain.sessionId);
  if (session !== undefined) ctx.session = session;
  checkAuthenticity(ctx, session);
  if (needs === 'nothing') return;
  // [MS-SMB2] 3.3.5.2.9
  if (session === undefined || session.state === 'closed' || session.identity === undefined) {
    // [MS-SMB2] 3.3.5.2.7.2: there is nothing to be related to.
    if (ctx.related) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'related to a request without a session');
    throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'SessionId names no session');
  }
  // Most sessions never expire, and to read the clock costs more than the comparison.
  if (session.expiresAt !== Number.POSITIVE_INFINITY && session.expiresAt <= ctx.server.env.now()) {
    session.state = 'expired';
  }
  if (session.state === 'expired' && !AFTER_EXPIRY.has(header.command)) {
    throw new StatusError(NtStatus.STATUS_NETWORK_SESSION_EXPIRED, 'session expired');
  }
  if (session.encryptData && !ctx.encrypted) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'session wants encryption');
  }
}

/** [MS-SMB2] 3.3.5.2.1.1, 3.3.5.2.4. A refusal leaves the session as it is. */
function checkAuthenticity(ctx: RequestContext, session: Session | undefined): void {
  const { header, bytes, chain } = ctx;
  if (header.command === Command.NEGOTIATE) {
    if ((header.flags & HeaderFlags.SIGNED) === 0) return;
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a signed NEGOTIATE');
  }
  const doubt = doubtAbout(header, bytes, chain.sealedFor, session ?? boundTo(ctx));
  switch (doubt) {
    case undefined:
      return;
    case 'sealed for another session':
      throw new DisconnectError(doubt);
    case 'signed for no session':
      throw new StatusError(
        ctx.related ? NtStatus.STATUS_INVALID_PARAMETER : NtStatus.STATUS_USER_SESSION_DELETED,
        doubt,
      );
    default:
      throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, doubt);
  }
}

/**
 * The session to which a SESSION_SETUP wants to bind its connection. The request is signed with the
 * key of that session. Only a client that has this key is told the result. [MS-SMB2] 3.3.5.2.4
 */
function boundTo({ header, bytes, server, chain }: RequestContext): Session | undefined {
  const binds =
    header.command === Command.SESSION_SETUP && ((bytes[HEADER_SIZE + 2] ?? 0) & SessionSetupFlags.BINDING) !== 0;
  return binds ? server.sessions.get(chain.sessionId) : undefined;
}

/** What an expired session may still do, [MS-SMB2] 3.3.5.2.9. */
const AFTER_EXPIRY: ReadonlySet<number> = new Set([Command.LOGOFF, Command.CLOSE, Command.LOCK]);

/**
 * Decodes the body, and carries the request out where its file is at home.
 *
 * @param reader reads the request's bytes, from its header on
 */
export function dispatch(ctx: RequestContext, reader: Reader): ResponseBody | Promise<ResponseBody> {
  const { workers } = ctx.server;
  if (workers === undefined) return dispatchHere(ctx, reader);
  return dispatchHere(ctx, reader, (request, here) => workers.carryOut(request, ctx, here));
}

/**
 * Decodes the body and runs the command's handler.
 *
 * @param reader reads the request's bytes, from its header on
 * @param act runs instead of the handler, and may call the handler with `here`
 */
export function dispatchHere(
  ctx: RequestContext,
  reader: Reader,
  act?: (request: unknown, here: () => ResponseBody | Promise<ResponseBody>) => ResponseBody | Promise<ResponseBody>,
): ResponseBody | Promise<ResponseBody> {
  const { connection, header } = ctx;
  const entry = COMMANDS.get(header.command)!;
  reader.structure = entry.request.name;
  reader.position = HEADER_SIZE;
  const request = entry.request.decode(reader);
  ctx.request = request;
  if (connection.supportsMultiCredit) {
    // [MS-SMB2] 3.3.5.2.5
    const needed = 1 + ((Math.max(1, entry.payload(request)) - 1) >>> 16);
    if (needed > Math.max(1, header.creditCharge)) {
      throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `CreditCharge ${header.creditCharge}, needs ${needed}`);
    }
  }
  if (act === undefined) return entry.handle(request, ctx);
  return act(request, () => entry.handle(request, ctx));
}
