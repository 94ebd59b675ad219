import { CodecError } from '@tsmbd/ms-dtyp';
import {
  ANY_FILE_ID,
  aaplResponse,
  Command,
  CreateContextName,
  createRequest,
  createResponse,
  decodeCreateContext,
  grantsReadDirAttr,
  HeaderFlags,
  lease,
  NtStatus,
  Smb1Command,
  smb1KindOf,
  treeConnectRequest,
} from '@tsmbd/smb2-codec';
import type { Conversation } from '../net/conversation.ts';
import { ConversationSecurity, type TrackerContext } from './conversation-security.ts';
import { decodeBodyOf, type ElementBytes, limit } from './element.ts';
import { idText } from './key-ring.ts';
import type { OpenState, RequestState, SessionState, TreeState } from './model.ts';
import { NOTHING_ASKED, peekAsked, peekFileId } from './peek.ts';

/** What an element is about. */
export interface About {
  readonly session: SessionState | undefined;
  readonly tree: TreeState | undefined;
  readonly open: OpenState | undefined;
  readonly request: RequestState | undefined;
  readonly problem?: string | undefined;
}

/** Limits of what one conversation or session may hold; the oldest goes first. */
const MAX_PENDING = 16_384;
const MAX_SESSIONS = 1024;
const MAX_TREES = 4096;
const MAX_OPENS = 65_536;

const UNSOLICITED = 0xffff_ffff_ffff_ffffn;

/**
 * Follows one conversation: what is agreed on, whose sessions, which requests wait for their
 * answers.
 */
export class ConversationState {
  readonly conversation: Conversation;
  readonly #context: TrackerContext;
  /** Its algorithms and keys. */
  readonly security: ConversationSecurity;
  readonly #sessions = new Map<bigint, SessionState>();
  readonly #pending = new Map<bigint, RequestState>();
  /** Listings are as Apple's extension has them, since an AAPL context said so. */
  #isReadDirAttr = false;
  /** Of the compound that is being read. */
  #lastOpen: OpenState | undefined;
  #lastSession: SessionState | undefined;
  #lastTree: TreeState | undefined;

  constructor(conversation: Conversation, context: TrackerContext) {
    this.conversation = conversation;
    this.#context = context;
    this.security = new ConversationSecurity(context, this.#sessions);
  }

  /** The session of that id; one that the capture did not see being set up begins here. */
  session(id: bigint): SessionState | undefined {
    if (id === 0n || id === UNSOLICITED) return undefined;
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const text = idText(id);
      session = { id: text, trees: new Map(), opens: new Map() };
      limit(this.#sessions, MAX_SESSIONS);
      this.#sessions.set(id, session);
      const key = this.#context.keys.sessionKey(text);
      if (key !== undefined) session.key = key;
    }
    return session;
  }

  /** A new message: related elements refer to the one before them in the same message. */
  beginMessage(): void {
    this.#lastOpen = undefined;
    this.#lastSession = undefined;
    this.#lastTree = undefined;
  }

  /**
   * An SMB1 message; answers the request that it is an answer to, as far as that is known. A
   * client's NEGOTIATE may be answered by an SMB2 one with MessageId 0, [MS-SMB2] 3.3.5.3.1.
   */
  smb1(message: Uint8Array, fromClient: boolean, frame: number, timeUs: number): RequestState | undefined {
    if (smb1KindOf(message)?.command !== Smb1Command.NEGOTIATE) return undefined;
    if (!fromClient) {
      const request = this.#pending.get(0n);
      if (request?.command !== Command.NEGOTIATE) return undefined;
      this.#pending.delete(0n);
      return request;
    }
    const request: RequestState = {
      messageId: 0n,
      command: Command.NEGOTIATE,
      frame,
      timeUs,
      session: undefined,
      tree: undefined,
      open: undefined,
      isReadDirAttr: false,
      ...NOTHING_ASKED,
    };
    this.#pending.set(0n, request);
    return request;
  }

  request(element: ElementBytes, own: SessionState | undefined, frame: number, timeUs: number): About {
    const { head, view, start, end } = element;
    const { command, messageId } = head;
    const isRelated = (head.flags & HeaderFlags.RELATED_OPERATIONS) !== 0;
    const session = isRelated && (own === undefined || head.sessionId === UNSOLICITED) ? this.#lastSession : own;
    const isAsync = (head.flags & HeaderFlags.ASYNC_COMMAND) !== 0;
    const tree = isRelated && head.treeId === 0xffff_ffff ? this.#lastTree : treeOf(session, head.treeId, isAsync);
    if (command === Command.CANCEL) {
      const request = this.#pending.get(messageId) ?? (isAsync ? this.#byAsyncId(head.asyncId) : undefined);
      return { session, tree: request?.tree ?? tree, open: request?.open, request };
    }
    let problem: string | undefined;
    let open: OpenState | undefined;
    const tolerate = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        problem = error.message;
      }
    };
    if (command === Command.CREATE) {
      let name: string | undefined;
      tolerate(() => {
        name = decodeBodyOf(createRequest, element).name;
      });
      open = { index: this.#context.nextOpen++, name, session, tree, requestedUs: timeUs };
    } else {
      open = this.#openOf(element, session, false);
    }
    let made: TreeState | undefined;
    if (command === Command.TREE_CONNECT) {
      tolerate(() => {
        made = { id: 0, path: decodeBodyOf(treeConnectRequest, element).path };
      });
    }
    if (command === Command.NEGOTIATE) this.security.negotiateRequest(element);
    if (command === Command.SESSION_SETUP) tolerate(() => this.security.setupRequest(element));
    this.#lastOpen = open ?? this.#lastOpen;
    this.#lastSession = session;
    this.#lastTree = tree;
    const request: RequestState = {
      messageId,
      command,
      frame,
      timeUs,
      session,
      tree: made ?? tree,
      open,
      isReadDirAttr: command === Command.QUERY_DIRECTORY && this.#isReadDirAttr,
      ...peekAsked(view, start, end, command),
    };
    if (messageId !== UNSOLICITED) {
      limit(this.#pending, MAX_PENDING);
      this.#pending.set(messageId, request);
    }
    return { session, tree: request.tree, open, request, problem };
  }

  response(element: ElementBytes, own: SessionState | undefined, timeUs: number): About {
    const { head } = element;
    const { command, status, messageId } = head;
    const request = this.#pending.get(messageId);
    const isInterim = status === NtStatus.STATUS_PENDING && (head.flags & HeaderFlags.ASYNC_COMMAND) !== 0;
    if (isInterim) {
      if (request !== undefined) request.asyncId = head.asyncId;
    } else if (request !== undefined) this.#pending.delete(messageId);
    const matches = request?.command === command ? request : undefined;
    let session = own ?? matches?.session;
    let tree = matches?.tree ?? treeOf(session, head.treeId, (head.flags & HeaderFlags.ASYNC_COMMAND) !== 0);
    const open = matches?.open ?? this.#openOf(element, session, true);
    let problem: string | undefined;
    try {
      switch (command) {
        case Command.NEGOTIATE:
          this.security.negotiateResponse(element);
          break;
        case Command.SESSION_SETUP:
          session = this.security.setupResponse(element, session, () => this.session(head.sessionId));
          break;
        case Command.TREE_CONNECT:
          if (status === NtStatus.STATUS_SUCCESS && session !== undefined) {
            tree = { id: head.treeId, path: matches?.tree?.path };
            limit(session.trees, MAX_TREES);
            session.trees.set(head.treeId, tree);
          }
          break;
        case Command.CREATE:
          if (!isInterim) this.#createResponse(element, session, tree, open, timeUs);
          break;
        case Command.CLOSE:
          if (status === NtStatus.STATUS_SUCCESS && open !== undefined) {
            open.closedUs = timeUs;
            if (open.volatile !== undefined) open.session?.opens.delete(open.volatile);
          }
          break;
        case Command.TREE_DISCONNECT:
          if (status === NtStatus.STATUS_SUCCESS) session?.trees.delete(head.treeId);
          break;
        case Command.LOGOFF:
          if (status === NtStatus.STATUS_SUCCESS && session !== undefined) {
            this.#sessions.delete(head.sessionId);
            this.#context.sessions.delete(session.id);
          }
          break;
        default:
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      problem = error.message;
    }
    return { session, tree, open, request: matches, problem };
  }

  #byAsyncId(asyncId: bigint): RequestState | undefined {
    for (const request of this.#pending.values()) if (request.asyncId === asyncId) return request;
    return undefined;
  }

  #openOf({ head, view, start, end }: ElementBytes, session: SessionState | undefined, isResponse: boolean) {
    const id = peekFileId(view, start, end, head.command, isResponse);
    if (id === undefined) return undefined;
    const { persistent, volatile } = ANY_FILE_ID;
    if (id.persistent === persistent && id.volatile === volatile) return this.#lastOpen;
    // Notifications have no SessionId: any session of the connection may have the file.
    for (const candidate of session === undefined ? this.#sessions.values() : [session]) {
      const open = candidate.opens.get(id.volatile);
      if (open?.persistent === id.persistent) return open;
    }
    return undefined;
  }

  #createResponse(
    element: ElementBytes,
    session: SessionState | undefined,
    tree: TreeState | undefined,
    open: OpenState | undefined,
    timeUs: number,
  ): void {
    const { status } = element.head;
    if (open !== undefined) open.status = status;
    if (status !== NtStatus.STATUS_SUCCESS) return;
    const { fileId, oplockLevel, createContexts } = decodeBodyOf(createResponse, element);
    const made = open ?? {
      index: this.#context.nextOpen++,
      name: undefined,
      session,
      tree,
      requestedUs: timeUs,
      status,
    };
    made.persistent = fileId.persistent;
    made.volatile = fileId.volatile;
    made.openedUs = timeUs;
    made.oplockLevel = oplockLevel;
    const granted = decodeCreateContext(createContexts, CreateContextName.REQUEST_LEASE, lease);
    if (granted !== undefined) made.leaseKey = granted.leaseKey;
    const apple = decodeCreateContext(createContexts, CreateContextName.AAPL, aaplResponse);
    if (apple !== undefined && grantsReadDirAttr(apple)) this.#isReadDirAttr = true;
    if (session === undefined) return;
    limit(session.opens, MAX_OPENS);
    session.opens.set(fileId.volatile, made);
  }
}

function treeOf(session: SessionState | undefined, id: number, isAsync: boolean): TreeState | undefined {
  if (session === undefined || isAsync) return undefined;
  return session.trees.get(id);
}
