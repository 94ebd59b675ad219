import type { Codec } from '@tsmbd/ms-dtyp';
import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import {
  ANY_FILE_ID,
  Command,
  CreateContextName,
  createRequest,
  createResponse,
  decodeCreateContext,
  type Header,
  HeaderFlags,
  lease,
  NtStatus,
  negotiateResponse,
  SessionFlags,
  sessionSetupRequest,
  sessionSetupResponse,
  treeConnectRequest,
} from '@tsmbd/smb2-codec';
import type { Conversation } from '../net/tcp-table.ts';
import { guesses, keysOf, Negotiation, securityOf } from './channel.ts';
import { Exchange } from './exchange.ts';
import { idText, type KeyRing } from './key-ring.ts';
import type { ChannelSecurity, OpenState, RequestState, SessionState, TreeState } from './model.ts';
import type { SignatureState } from './pdu.ts';
import { NOTHING_ASKED, peekAsked, peekFileId } from './peek.ts';

/** What all conversations of a capture share. */
export interface TrackerContext {
  readonly keys: KeyRing;
  /** The latest session of each id, for channels that bind to one. */
  readonly sessions: Map<string, SessionState>;
  nextOpen: number;
}

/** An element of a message. */
export interface ElementBytes {
  readonly head: Header;
  readonly message: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
}

/** What an element is about. */
export interface About {
  readonly session: SessionState | undefined;
  readonly tree: TreeState | undefined;
  readonly open: OpenState | undefined;
  readonly request: RequestState | undefined;
  readonly problem?: string | undefined;
}

/** Limits of what one conversation or session may hold; the oldest goes first. */
const MAX_PENDING = 65_536;
const MAX_SESSIONS = 65_536;
const MAX_TREES = 65_536;
const MAX_OPENS = 262_144;

const UNSOLICITED = 0xffff_ffff_ffff_ffffn;
const BINDING = 0x01;

/** Follows one conversation: what is agreed on, whose sessions, which requests wait for their answers. */
export class ConversationState {
  readonly conversation: Conversation;
  readonly #context: TrackerContext;
  readonly #negotiation = new Negotiation();
  readonly #sessions = new Map<bigint, SessionState>();
  readonly #security = new Map<string, ChannelSecurity>();
  readonly #exchanges = new Map<bigint, Exchange>();
  readonly #pending = new Map<bigint, RequestState>();
  /** Of the compound that is being read. */
  #lastOpen: OpenState | undefined;
  #lastSession: SessionState | undefined;
  #lastTree: TreeState | undefined;

  constructor(conversation: Conversation, context: TrackerContext) {
    this.conversation = conversation;
    this.#context = context;
  }

  /** Whether signatures can be verified at all. */
  get canVerify(): boolean {
    return this.#security.size > 0;
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

  verify(session: SessionState | undefined, element: Uint8Array): SignatureState {
    const signer = session && this.#security.get(session.id)?.signer;
    if (signer === undefined) return 'unchecked';
    return signer.verify(element) ? 'good' : 'bad';
  }

  /** The plain message of a sealed one in a buffer of its own; undefined without a key, false when it does not fit. */
  open(session: SessionState, message: Uint8Array, fromClient: boolean): Uint8Array | undefined | false {
    let security = this.#security.get(session.id);
    if (security === undefined) {
      const direct = this.#context.keys.directKeys(session.id);
      if (direct === undefined) return undefined;
      const { agreement } = this.#negotiation;
      for (const guess of agreement.cipherId !== 0 ? [agreement] : guesses(direct.clientToServer.length)) {
        const tried = securityOf(guess, session, undefined, direct);
        const opened = (fromClient ? tried.fromClient : tried.fromServer)?.open(message.slice());
        if (opened === undefined) continue;
        this.#security.set(session.id, tried);
        return opened;
      }
      return false;
    }
    const sealer = fromClient ? security.fromClient : security.fromServer;
    security = undefined;
    return sealer === undefined ? undefined : (sealer.open(message.slice()) ?? false);
  }

  /** A client's SMB1 message: its NEGOTIATE may be answered by an SMB2 one with MessageId 0, [MS-SMB2] 3.3.5.3.1. */
  smb1Request(frame: number, timeUs: number): void {
    this.#pending.set(0n, {
      messageId: 0n,
      command: Command.NEGOTIATE,
      frame,
      timeUs,
      session: undefined,
      tree: undefined,
      open: undefined,
      ...NOTHING_ASKED,
    });
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
    if (command === Command.NEGOTIATE) this.#negotiation.hashNegotiate(wholeOf(element), true);
    if (command === Command.SESSION_SETUP) tolerate(() => this.#sessionSetupRequest(element));
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
          this.#negotiateResponse(element);
          break;
        case Command.SESSION_SETUP:
          session = this.#sessionSetupResponse(element, session);
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

  #negotiateResponse(element: ElementBytes): void {
    this.#negotiation.hashNegotiate(wholeOf(element), false);
    if (element.head.status !== NtStatus.STATUS_SUCCESS) return;
    this.#negotiation.agree(decodeBodyOf(negotiateResponse, element));
  }

  #sessionSetupRequest(element: ElementBytes): void {
    const { messageId, sessionId } = element.head;
    this.#negotiation.hashRequest(messageId, sessionId, wholeOf(element));
    const { flags, securityBuffer } = decodeBodyOf(sessionSetupRequest, element);
    if ((flags & BINDING) !== 0 && !this.#exchanges.has(sessionId)) {
      const bound = this.#context.sessions.get(idText(sessionId));
      if (bound !== undefined) this.#sessions.set(sessionId, bound);
    }
    // The first request of a new session has no id: its exchange is found again by its MessageId.
    const key = sessionId === 0n ? -1n - messageId : sessionId;
    let exchange = this.#exchanges.get(key);
    if (exchange === undefined) {
      limit(this.#exchanges, 1024);
      exchange = new Exchange();
      this.#exchanges.set(key, exchange);
    }
    exchange.token(securityBuffer);
  }

  #sessionSetupResponse(element: ElementBytes, session: SessionState | undefined): SessionState | undefined {
    const { status, messageId, sessionId } = element.head;
    const unnamed = this.#exchanges.get(-1n - messageId);
    if (unnamed !== undefined) {
      this.#exchanges.delete(-1n - messageId);
      this.#exchanges.set(sessionId, unnamed);
      // A session that is set up anew has nothing to do with an older one of that id.
      this.#sessions.delete(sessionId);
      session = this.session(sessionId);
    }
    const exchange = this.#exchanges.get(sessionId);
    if (status === NtStatus.STATUS_MORE_PROCESSING_REQUIRED) {
      this.#negotiation.hashResponse(messageId, sessionId, wholeOf(element));
      exchange?.token(decodeBodyOf(sessionSetupResponse, element).securityBuffer);
      return session;
    }
    this.#exchanges.delete(sessionId);
    const hash = this.#negotiation.finish(messageId, sessionId);
    if (status !== NtStatus.STATUS_SUCCESS || session === undefined) return session;
    const { sessionFlags } = decodeBodyOf(sessionSetupResponse, element);
    if (exchange?.mechanism !== undefined) session.mechanism = exchange.mechanism;
    session.user = exchange?.user ?? session.user!;
    if ((sessionFlags & SessionFlags.IS_GUEST) !== 0) session.user = 'guest';
    if ((sessionFlags & SessionFlags.IS_NULL) !== 0) session.user = 'anonymous';
    if (session.user === undefined) delete (session as { user?: string }).user;
    const isKeyless = (sessionFlags & (SessionFlags.IS_GUEST | SessionFlags.IS_NULL)) !== 0;
    if (!isKeyless && !this.#security.has(session.id)) this.#establish(session, exchange, hash);
    this.#context.sessions.set(session.id, session);
    limit(this.#context.sessions, MAX_SESSIONS);
    return session;
  }

  /** The keys of a session that was just set up, or of a channel that was bound to it. */
  #establish(session: SessionState, exchange: Exchange | undefined, hash: Uint8Array | undefined): void {
    const { keys } = this.#context;
    const { agreement } = this.#negotiation;
    const direct = keys.directKeys(session.id);
    const isBound = session.keys !== undefined;
    const key = exchange?.sessionKey(keys) ?? keys.sessionKey(session.id);
    if (key !== undefined && !isBound) session.key = key;
    const derived = key && keysOf(agreement, key, hash);
    if (!isBound) session.keys = derived;
    if (derived === undefined && direct === undefined && !isBound) return;
    this.#security.set(session.id, securityOf(agreement, session, derived?.signingKey, direct));
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
    if (session === undefined) return;
    limit(session.opens, MAX_OPENS);
    session.opens.set(fileId.volatile, made);
  }
}

function treeOf(session: SessionState | undefined, id: number, isAsync: boolean): TreeState | undefined {
  if (session === undefined || isAsync) return undefined;
  return session.trees.get(id);
}

/** Removes the oldest entry of a map that is full. */
function limit<K>(map: Map<K, unknown>, max: number): void {
  if (map.size < max) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function decodeBodyOf<T>(codec: Codec<T>, { message, view, start, end }: ElementBytes): T {
  const r = new Reader(message, codec.name, start, end, start, view);
  r.position = start + 64;
  return codec.decode(r);
}

function wholeOf({ message, start, end }: ElementBytes): Uint8Array {
  return message.subarray(start, end);
}
