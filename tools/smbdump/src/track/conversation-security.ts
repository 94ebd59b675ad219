import {
  NtStatus,
  negotiateResponse,
  SessionFlags,
  sessionSetupRequest,
  sessionSetupResponse,
} from '@tsmbd/smb2-codec';
import { guesses, keysOf, Negotiation, securityOf } from './channel.ts';
import { decodeBodyOf, type ElementBytes, limit, wholeOf } from './element.ts';
import { Exchange } from './exchange.ts';
import { idText, type KeyRing } from './key-ring.ts';
import type { ChannelSecurity, SessionState } from './model.ts';
import type { SignatureState } from './pdu.ts';

/** What all conversations of a capture share. */
export interface TrackerContext {
  readonly keys: KeyRing;
  /** The latest session of each id, for channels that bind to one. */
  readonly sessions: Map<string, SessionState>;
  nextOpen: number;
}

/** Sessions of a capture that channels can bind to. */
const MAX_SESSIONS = 65_536;
const MAX_EXCHANGES = 1024;
/** SMB2_SESSION_FLAG_BINDING, [MS-SMB2] 2.2.5. */
const BINDING = 0x01;

/** Follows the negotiation and the logons of one connection, and has the keys that they lead to. */
export class ConversationSecurity {
  readonly #context: TrackerContext;
  /** Those of the connection, which a binding adds to. */
  readonly #sessions: Map<bigint, SessionState>;
  readonly #negotiation = new Negotiation();
  readonly #security = new Map<string, ChannelSecurity>();
  readonly #exchanges = new Map<bigint, Exchange>();

  constructor(context: TrackerContext, sessions: Map<bigint, SessionState>) {
    this.#context = context;
    this.#sessions = sessions;
  }

  /** Whether signatures can be verified at all. */
  get canVerify(): boolean {
    return this.#security.size > 0;
  }

  verify(session: SessionState | undefined, element: Uint8Array): SignatureState {
    const signer = session && this.#security.get(session.id)?.signer;
    if (signer === undefined) return 'unchecked';
    return signer.verify(element) ? 'good' : 'bad';
  }

  /**
   * The plain message of a sealed one in a buffer of its own; undefined without a key, false when
   * it does not fit.
   */
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

  negotiateRequest(element: ElementBytes): void {
    this.#negotiation.hashNegotiate(wholeOf(element), true);
  }

  /** Throws CodecError. */
  negotiateResponse(element: ElementBytes): void {
    this.#negotiation.hashNegotiate(wholeOf(element), false);
    if (element.head.status !== NtStatus.STATUS_SUCCESS) return;
    this.#negotiation.agree(decodeBodyOf(negotiateResponse, element));
  }

  /** Throws CodecError. */
  setupRequest(element: ElementBytes): void {
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
      limit(this.#exchanges, MAX_EXCHANGES);
      exchange = new Exchange();
      this.#exchanges.set(key, exchange);
    }
    exchange.token(securityBuffer);
  }

  /**
   * Answers the session that it is about. Throws CodecError.
   *
   * @param renew makes the session of the response's id, when that was forgotten here
   */
  setupResponse(
    element: ElementBytes,
    known: SessionState | undefined,
    renew: () => SessionState | undefined,
  ): SessionState | undefined {
    let session = known;
    const { status, messageId, sessionId } = element.head;
    const unnamed = this.#exchanges.get(-1n - messageId);
    if (unnamed !== undefined) {
      this.#exchanges.delete(-1n - messageId);
      this.#exchanges.set(sessionId, unnamed);
      // A session that is set up anew has nothing to do with an older one of that id.
      this.#sessions.delete(sessionId);
      session = renew();
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
    const { sessionFlags, securityBuffer } = decodeBodyOf(sessionSetupResponse, element);
    exchange?.token(securityBuffer);
    const isKeyless = (sessionFlags & (SessionFlags.IS_GUEST | SessionFlags.IS_NULL)) !== 0;
    if (!isKeyless && !this.#security.has(session.id)) this.#establish(session, exchange, hash);
    if (exchange?.mechanism !== undefined) session.mechanism = exchange.mechanism;
    // Who it is may stand in a ticket that only the keys opened.
    if (exchange?.user !== undefined) session.user = exchange.user;
    if ((sessionFlags & SessionFlags.IS_GUEST) !== 0) session.user = 'guest';
    if ((sessionFlags & SessionFlags.IS_NULL) !== 0) session.user = 'anonymous';
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
}
