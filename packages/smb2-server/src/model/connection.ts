import type { Header } from '@tsmbd/smb2-codec';
import type { CipherName, SigningName } from '../algorithms.ts';
import type { Transport } from '../transport.ts';
import type { Engine } from './engine.ts';
import type { Open } from './open.ts';
import { PendingRequests } from './pending-requests.ts';
import { Refusals } from './refusals.ts';
import type { EndCause, RequestContext } from './request-context.ts';
import { SequenceWindow } from './sequence-window.ts';
import type { Session } from './session.ts';

/** Before authentication a message is small: NEGOTIATE and SESSION_SETUP with a security token. */
const MAX_UNAUTHENTICATED_MESSAGE = 128 << 10;
/** Above this the connection is not read until the client takes its responses. */
const MAX_BUFFERED_BYTES = 32 << 20;

/** Bytes of headers before the payload of a large message, compressed or not. */
const MAX_HEADERS = 256 + 16;

const NO_TRANSPORT: Transport = {
  remoteAddress: '',
  remotePort: 0,
  localAddress: '',
  bufferedBytes: 0,
  onMessage: () => {},
  onClose: () => {},
  close: () => {},
  send: (_segments, done) => done?.(),
  setMaxMessageSize: () => {},
  pause: () => {},
  resume: () => {},
  destroy: () => {},
};

/** How long a connection may have no user: before the first logon, and after the last logoff. */
const LOGON_DEADLINE_MS = 60_000;

/**
 * How long smbtorture's unacknowledged message keeps a connection: about what TCP takes to give one
 * up.
 */
const UNACKED_TIMEOUT_MS = 5_000;

/**
 * What a connection agreed on, [MS-SMB2] 3.3.1.7: CompressionIds, not empty, and
 * SupportsChainedCompression.
 */
export interface ConnectionCompression {
  /** Values of CompressionAlgorithmId in the client's order. */
  readonly algorithms: readonly number[];
  readonly chained: boolean;
}

/** What smbtorture can ask of a connection. */
export interface TortureState {
  /** Nothing that the connection is sent counts as acknowledged. */
  acknowledgesNothing: boolean;
  /** Bytes between a READ response's body and its data. */
  readPadding: number;
}

/**
 * Why a connection is not read for a while: its client takes no responses, its messages have had
 * the loop for long enough, a compressed message waits for its turn.
 */
export type PauseReason = 'full' | 'resting' | 'inflating';

/**
 * A client's connection: what was agreed on it, its sessions, what waits for it. [MS-SMB2] 3.3.1.7
 */
export class Connection {
  readonly id: number;
  readonly server: Engine;
  readonly transport: Transport;
  readonly window: SequenceWindow;
  /** FILETIME. */
  readonly connectedAt: bigint;
  /** DialectRevision; 0 before NEGOTIATE, 0x02ff after the multi-protocol one. */
  dialect = 0;
  clientGuid = '';
  clientCapabilities = 0;
  clientSecurityMode = 0;
  clientDialects: readonly number[] = [];
  serverCapabilities = 0;
  serverSecurityMode = 0;
  supportsMultiCredit = false;
  maxTransactSize = 65536;
  maxReadSize = 65536;
  maxWriteSize = 65536;
  cipher: CipherName | undefined;
  signing: SigningName = 'hmac-sha256';
  /** Undefined where nothing is compressed. */
  compression: ConnectionCompression | undefined;
  /** PreauthIntegrityHashValue, 3.1.1. */
  preauthHash: Uint8Array | undefined;
  readonly sessions = new Map<bigint, Session>();
  /** Requests with an interim response out, by AsyncId. */
  readonly pending = new PendingRequests();
  closed = false;
  readonly refusals = new Refusals();
  /**
   * Milliseconds of the monotonic clock: when the client has asked for something other than an
   * echo.
   */
  lastUsed: number;
  /** What smbtorture asked of it: see `fsctl/torture.ts`. */
  readonly torture: TortureState = { acknowledgesNothing: false, readPadding: 0 };
  #nextAsyncId = 1n;
  readonly #pausedFor = new Set<PauseReason>();
  #isPaused = false;
  /** Chains that go on when the client has taken what it was sent. */
  readonly #untilTaken: (() => void)[] = [];
  #stopIdleTimer: (() => void) | undefined;
  /** Bytes that a compressed message may have inside, [MS-SMB2] 3.3.5.2.1.2. */
  maxInflated = MAX_UNAUTHENTICATED_MESSAGE;
  #lastSession: Session | undefined;
  #stopLogonTimer: (() => void) | undefined;

  constructor(server: Engine, transport: Transport, id: number) {
    this.server = server;
    this.transport = transport;
    this.id = id;
    this.window = new SequenceWindow(server.config.maxCredits);
    this.connectedAt = server.env.wallTime();
    this.lastUsed = server.env.now();
    transport.setMaxMessageSize(MAX_UNAUTHENTICATED_MESSAGE);
    transport.onClose = (reason) => this.#closed(reason);
    this.#awaitLogon();
  }

  /** Disconnects the client once it has had nothing open, and asked for nothing, for `ms`. */
  endWhenIdle(ms: number): void {
    const { env } = this.server;
    this.#stopIdleTimer = env.timer(Math.max(1, this.lastUsed + ms - env.now()), () => {
      // A request that waits is a use of the connection, and so is a file that is open.
      const isUsed = this.pending.size > 0 || [...this.sessions.values()].some(({ opens }) => opens.size > 0);
      if (isUsed) this.lastUsed = env.now();
      if (env.now() - this.lastUsed >= ms) this.disconnect('idle for as long as deadtime says');
      else this.endWhenIdle(ms);
    });
  }

  /** A connection without a client, closed from the start. */
  static none(server: Engine): Connection {
    const connection = new Connection(server, NO_TRANSPORT, 0);
    connection.closed = true;
    connection.#stopLogonTimer?.();
    return connection;
  }

  /** The session, when it is one of this connection. */
  session(sessionId: bigint): Session | undefined {
    const last = this.#lastSession;
    if (last !== undefined && last.sessionId === sessionId) return last;
    const session = this.sessions.get(sessionId);
    if (session !== undefined) this.#lastSession = session;
    return session;
  }

  addSession(session: Session): void {
    this.sessions.set(session.sessionId, session);
  }

  /** Its sessions with a user. */
  get userCount(): number {
    let count = 0;
    for (const session of this.sessions.values()) if (session.identity !== undefined) count += 1;
    return count;
  }

  removeSession(session: Session): void {
    this.sessions.delete(session.sessionId);
    if (!this.closed && session.identity !== undefined && this.userCount === 0) this.#awaitLogon();
    if (this.#lastSession === session) this.#lastSession = undefined;
  }

  /** Messages may have the negotiated size from now on, [MS-SMB2] 3.3.5.2. */
  authenticated(): void {
    this.#stopLogonTimer?.();
    this.#stopLogonTimer = undefined;
    const largest = Math.max(this.maxTransactSize, this.maxReadSize, this.maxWriteSize);
    // A compound may have several large parts; a write's payload comes with headers and contexts.
    this.transport.setMaxMessageSize(largest + (256 << 10));
    this.maxInflated = largest + MAX_HEADERS;
  }

  /**
   * A connection on which nobody is logged on ends after a while: it keeps somebody else's place.
   */
  #awaitLogon(): void {
    this.#stopLogonTimer?.();
    this.#stopLogonTimer = this.server.env.timer(LOGON_DEADLINE_MS, () => {
      if (this.userCount === 0) this.disconnect('nobody logged on in time');
    });
  }

  newAsyncId(): bigint {
    const id = this.#nextAsyncId;
    this.#nextAsyncId += 1n;
    return id;
  }

  /**
   * Hands a finished message to the transport, and stops reading from a client that takes nothing.
   */
  send(segments: readonly Uint8Array[], done?: () => void): void {
    if (this.closed) {
      done?.();
      return;
    }
    if (this.torture.acknowledgesNothing) {
      this.server.env.timer(UNACKED_TIMEOUT_MS, () => this.disconnect('the peer acknowledges nothing'));
    }
    this.transport.send(segments, () => {
      done?.();
      if (!this.#pausedFor.has('full') || this.transport.bufferedBytes >= MAX_BUFFERED_BYTES / 2) return;
      this.resume('full', () => {
        for (const goOn of this.#untilTaken.splice(0)) goOn();
      });
    });
    // More waits for the client than it may leave unread.
    if (this.transport.bufferedBytes > MAX_BUFFERED_BYTES) this.pause('full');
  }

  /** Nothing more is read from the client, for one reason more. */
  pause(reason: PauseReason): void {
    this.#pausedFor.add(reason);
    this.#updatePaused();
  }

  /** The reason is no more; `first` is done before the client may be read again. */
  resume(reason: PauseReason, first?: () => void): void {
    this.#pausedFor.delete(reason);
    first?.();
    this.#updatePaused();
  }

  #updatePaused(): void {
    const paused = this.#pausedFor.size > 0;
    if (paused === this.#isPaused || this.closed) return;
    this.#isPaused = paused;
    if (paused) this.transport.pause();
    else this.transport.resume();
  }

  /**
   * A promise that the client will have taken what waits for it, or is gone; undefined where not
   * much waits.
   */
  untilTaken(): Promise<void> | undefined {
    if (!this.#pausedFor.has('full') || this.closed) return undefined;
    return new Promise((resolve) => this.#untilTaken.push(resolve));
  }

  /** Closes with the reason in the log. */
  disconnect(reason: string): void {
    if (this.closed) return;
    this.server.env.log('info', 'conn', 'connection closed by the server', { connection: this.id, reason });
    this.transport.destroy(reason);
    this.#closed(reason);
  }

  /**
   * CANCEL, [MS-SMB2] 3.3.5.16: no response; the cancelled request answers. A client names the
   * session of the request ([MS-SMB2] 3.2.4.24), so that no session cancels what another waits for.
   */
  cancel(session: Session, header: Header, asyncId: bigint | undefined): void {
    const ctx = asyncId === undefined ? this.pending.byMessage(header.messageId) : this.pending.get(asyncId);
    if (ctx?.session === session) ctx.end('cancelled');
  }

  /** Ends the pending requests that belong to an open. */
  endPendingOf(open: Open, cause: EndCause): void {
    for (const ctx of this.pending.of(open)) ctx.end(cause);
  }

  /** Ends the pending requests that `which` picks. */
  endPending(which: (ctx: RequestContext) => boolean, cause: EndCause): void {
    for (const ctx of [...this.pending.values()]) if (which(ctx)) ctx.end(cause);
  }

  #closed(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#stopLogonTimer?.();
    for (const resume of this.#untilTaken.splice(0)) resume();
    this.#stopIdleTimer?.();
    const { notLogged } = this.refusals.takeLeft();
    const from = this.transport.remoteAddress;
    if (notLogged !== undefined) this.server.env.log('info', 'auth', 'more access was refused', { from, notLogged });
    this.server.env.log('debug', 'conn', 'disconnected', { connection: this.id, reason });
    this.server.connectionClosed(this);
  }
}
