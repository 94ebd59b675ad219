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
import { Unready } from './unready.ts';

/** Before authentication a message is small: NEGOTIATE and SESSION_SETUP with a security token. */
const MAX_UNAUTHENTICATED_MESSAGE = 128 << 10;
/** While more bytes than this wait for the client, the connection is not read. */
const MAX_BUFFERED_BYTES = 32 << 20;
/**
 * While more bytes than this are reserved for responses that wait for the disk, no more requests
 * are read.
 */
const MAX_OWED_BYTES = 16 << 20;

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
 * How long a connection lives after an unacknowledged message that smbtorture asked for: about the
 * time that TCP takes to give a connection up.
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
 * Why a connection is not read for a while: its client does not take its responses ('full'), many
 * bytes are being read for it ('owing'), its messages have used the event loop for long enough
 * ('resting'), a compressed message waits for its turn ('inflating'), or a long one ('round').
 */
export type PauseReason = 'full' | 'owing' | 'resting' | 'inflating' | 'round';

/**
 * A client's connection: what was negotiated on it, its sessions, and the requests that wait on it.
 * [MS-SMB2] 3.3.1.7
 */
export class Connection {
  readonly id: number;
  readonly server: Engine;
  readonly transport: Transport;
  readonly window: SequenceWindow;
  /** FILETIME. */
  readonly connectedAt: bigint;
  /** DialectRevision; 0 before NEGOTIATE, 0x02ff after the multi-protocol NEGOTIATE. */
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
  /** Undefined when nothing is compressed. */
  compression: ConnectionCompression | undefined;
  /** PreauthIntegrityHashValue, 3.1.1. */
  preauthHash: Uint8Array | undefined;
  readonly sessions = new Map<bigint, Session>();
  /** Requests whose interim response has been sent, by AsyncId. */
  readonly pending = new PendingRequests();
  closed = false;
  /** The client is connected to another worker. */
  isHosted = false;
  readonly refusals = new Refusals();
  /**
   * When the client last asked for something other than an echo, in milliseconds of the monotonic
   * clock.
   */
  lastUsed: number;
  /** What smbtorture asked of it: see `fsctl/torture.ts`. */
  readonly torture: TortureState = { acknowledgesNothing: false, readPadding: 0 };
  #nextAsyncId = 1n;
  readonly #unready = new Unready(
    (segments, done) => this.#sendNow(segments, done),
    (error) => {
      this.server.env.log('error', 'smb', 'bug: a response could not be signed', { error });
      this.disconnect('internal error');
    },
  );
  readonly #pausedFor = new Set<PauseReason>();
  /** Bytes of buffers for responses that are not complete yet. */
  #owed = 0;
  #isPaused = false;
  /** Chains that go on when the client has taken what was sent to it. */
  readonly #untilTaken: (() => void)[] = [];
  #stopIdleTimer: (() => void) | undefined;
  /** Largest message, in bytes, that a compressed message may hold, [MS-SMB2] 3.3.5.2.1.2. */
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

  /** Disconnects the client when, for `ms`, it has had nothing open and has asked for nothing. */
  endWhenIdle(ms: number): void {
    const { env } = this.server;
    this.#stopIdleTimer = env.timer(Math.max(1, this.lastUsed + ms - env.now()), () => {
      // A request that waits counts as a use of the connection, and so does a file that is open.
      const isUsed = this.pending.size > 0 || [...this.sessions.values()].some(({ opens }) => opens.size > 0);
      if (isUsed) this.lastUsed = env.now();
      if (env.now() - this.lastUsed >= ms) this.disconnect('idle for as long as deadtime says');
      else this.endWhenIdle(ms);
    });
  }

  /** A connection without a client. It is closed from the start. */
  static none(server: Engine): Connection {
    const connection = new Connection(server, NO_TRANSPORT, 0);
    connection.closed = true;
    connection.#stopLogonTimer?.();
    return connection;
  }

  /**
   * Stands for a connection of another worker, whose requests are carried out here. `transport`
   * only says who the client is.
   */
  static hosted(
    server: Engine,
    transport: Pick<Transport, 'remoteAddress' | 'remotePort' | 'localAddress'>,
  ): Connection {
    const connection = new Connection(server, { ...NO_TRANSPORT, ...transport }, 0);
    connection.#stopLogonTimer?.();
    connection.isHosted = true;
    return connection;
  }

  /** The session with this id, if it belongs to this connection. */
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

  /** How many sessions of this connection have a user. */
  get userCount(): number {
    let count = 0;
    for (const session of this.sessions.values()) if (session.identity !== undefined) count += 1;
    return count;
  }

  removeSession(session: Session): void {
    this.sessions.delete(session.sessionId);
    if (!this.closed && !this.isHosted && session.identity !== undefined && this.userCount === 0) this.#awaitLogon();
    if (this.#lastSession === session) this.#lastSession = undefined;
  }

  /** From now on messages may have the negotiated size, [MS-SMB2] 3.3.5.2. */
  authenticated(): void {
    this.#stopLogonTimer?.();
    this.#stopLogonTimer = undefined;
    const largest = Math.max(this.maxTransactSize, this.maxReadSize, this.maxWriteSize);
    // A compound may have several large parts; a write's payload comes with headers and contexts.
    this.transport.setMaxMessageSize(largest + (256 << 10));
    this.maxInflated = largest + MAX_HEADERS;
  }

  /**
   * Ends the connection if nobody is logged on for a while: it takes a place that another client
   * could use.
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
   * Hands a finished message to the transport. Stops reading from a client that does not take its
   * responses.
   *
   * @param ready resolves when another thread has signed or sealed the message
   */
  send(segments: readonly Uint8Array[], done?: () => void, ready?: Promise<void>): void {
    if (!this.#unready.takes(segments, done, ready)) this.#sendNow(segments, done);
    // More bytes wait for the client than may be left unread.
    if (this.#waitingBytes > MAX_BUFFERED_BYTES) this.pause('full');
  }

  get #waitingBytes(): number {
    return this.transport.bufferedBytes + this.#unready.bytes;
  }

  #sendNow(segments: readonly Uint8Array[], done: (() => void) | undefined): void {
    if (this.closed) {
      done?.();
      return;
    }
    if (this.torture.acknowledgesNothing) {
      this.server.env.timer(UNACKED_TIMEOUT_MS, () => this.disconnect('the peer acknowledges nothing'));
    }
    this.transport.send(segments, () => {
      done?.();
      if (!this.#pausedFor.has('full') || this.#waitingBytes >= MAX_BUFFERED_BYTES / 2) return;
      this.resume('full', () => {
        for (const goOn of this.#untilTaken.splice(0)) goOn();
      });
    });
  }

  /** A buffer for a response has been taken, of so many bytes, or is no longer owed (negative). */
  owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed > MAX_OWED_BYTES) this.pause('owing');
    else if (bytes < 0 && this.#owed <= MAX_OWED_BYTES / 2 && this.#pausedFor.has('owing')) this.resume('owing');
  }

  /** Stops reading from the client, for this reason besides any others. */
  pause(reason: PauseReason): void {
    this.#pausedFor.add(reason);
    this.#updatePaused();
  }

  /** This reason no longer holds. `first` is called before the client may be read again. */
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
   * A promise that resolves when the client has taken what waits for it, or is gone. Undefined when
   * not much waits.
   */
  untilTaken(): Promise<void> | undefined {
    if (!this.#pausedFor.has('full') || this.closed) return undefined;
    return new Promise((resolve) => this.#untilTaken.push(resolve));
  }

  /** Closes the connection and logs the reason. */
  disconnect(reason: string): void {
    if (this.closed) return;
    this.server.env.log('info', 'conn', 'connection closed by the server', { connection: this.id, reason });
    this.transport.destroy(reason);
    this.#closed(reason);
  }

  /**
   * CANCEL, [MS-SMB2] 3.3.5.16: it has no response; the cancelled request is answered. A client
   * names the session of the request ([MS-SMB2] 3.2.4.24), so no session can cancel a request of
   * another session.
   */
  cancel(session: Session, header: Header, asyncId: bigint | undefined): void {
    const ctx = asyncId === undefined ? this.pending.byMessage(header.messageId) : this.pending.get(asyncId);
    if (ctx?.session === session) ctx.end('cancelled');
  }

  /** Ends the pending requests that belong to an open. */
  endPendingOf(open: Open, cause: EndCause): void {
    for (const ctx of this.pending.of(open)) ctx.end(cause);
  }

  /** Ends the pending requests that `which` selects. */
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
