import type { Header } from '@tsmbd/smb2-codec';
import type { CipherName, SigningName } from './algorithms.ts';
import { Chain } from './chain.ts';
import { type ConnectionCompression, deflated, inflate } from './compression.ts';
import { DisconnectError } from './errors.ts';
import { answerSmb1Negotiate } from './multi-protocol.ts';
import { observe } from './observer.ts';
import type { Open } from './open.ts';
import { PendingRequests } from './pending-requests.ts';
import { Refusals } from './refusals.ts';
import type { EndCause, RequestContext } from './request-context.ts';
import { SequenceWindow } from './sequence-window.ts';
import type { SmbServer } from './server.ts';
import type { Session } from './session.ts';
import type { Transport } from './transport.ts';
import { TURN_MS } from './turns.ts';

const PROTOCOL_SMB1 = 0x424d_53ff;
const PROTOCOL_SMB2 = 0x424d_53fe;
const PROTOCOL_TRANSFORM = 0x424d_53fd;
const PROTOCOL_COMPRESSED = 0x424d_53fc;

/** Before authentication a message is small: NEGOTIATE and SESSION_SETUP with a security token. */
const MAX_UNAUTHENTICATED_MESSAGE = 128 << 10;
/** Bytes of an unchained SMB2 COMPRESSION_TRANSFORM_HEADER, [MS-SMB2] 2.2.42.1. */
const COMPRESSION_HEADER_SIZE = 16;
/** Above this the connection is not read until the client takes its responses. */
const MAX_BUFFERED_BYTES = 32 << 20;

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

/** How long smbtorture's unacknowledged message keeps a connection: about what TCP takes to give one up. */
const UNACKED_TIMEOUT_MS = 5_000;

/** [MS-SMB2] 3.3.1.7 */
export class Connection {
  readonly id: number;
  readonly server: SmbServer;
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
  /** Milliseconds of the monotonic clock: when the client has asked for something other than an echo. */
  lastUsed: number;
  /** smbtorture asked that nothing it is sent counts as acknowledged: see fsctl/torture.ts. */
  forceUnacked = false;
  /** Bytes between a READ response's body and its data; smbtorture asks for some to see who can read that. */
  readPadding = 0;
  #nextAsyncId = 1n;
  #isPaused = false;
  /** More waits for the client than it may leave unread. */
  #isFull = false;
  /** Its messages have had the loop for long enough: others have a turn first. */
  #isResting = false;
  /** Milliseconds that its messages have had since others had their turn. */
  #busyMs = 0;
  /** Chains that go on when the client has taken what it was sent. */
  readonly #untilTaken: (() => void)[] = [];
  /** A compressed message waits for its turn: what comes behind it is not read. */
  #held = false;
  #stopIdleTimer: (() => void) | undefined;
  /** Bytes that a compressed message may have inside, [MS-SMB2] 3.3.5.2.1.2. */
  #maxInflated = MAX_UNAUTHENTICATED_MESSAGE;
  #lastSession: Session | undefined;
  #stopLogonTimer: (() => void) | undefined;

  constructor(server: SmbServer, transport: Transport, id: number) {
    this.server = server;
    this.transport = transport;
    this.id = id;
    this.window = new SequenceWindow(server.config.maxCredits);
    this.connectedAt = server.env.wallTime();
    this.lastUsed = server.env.now();
    transport.setMaxMessageSize(MAX_UNAUTHENTICATED_MESSAGE);
    transport.onMessage = (message, release) => this.#receive(message, release);
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
  static none(server: SmbServer): Connection {
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
    this.#maxInflated = largest + 256 + COMPRESSION_HEADER_SIZE;
  }

  /** A connection on which nobody is logged on ends after a while: it keeps somebody else's place. */
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

  /** Hands a finished message to the transport, and stops reading from a client that takes nothing. */
  send(segments: readonly Uint8Array[], done?: () => void): void {
    if (this.closed) {
      done?.();
      return;
    }
    if (this.forceUnacked) {
      this.server.env.timer(UNACKED_TIMEOUT_MS, () => this.disconnect('the peer acknowledges nothing'));
    }
    this.transport.send(segments, () => {
      done?.();
      if (!this.#isFull || this.transport.bufferedBytes >= MAX_BUFFERED_BYTES / 2) return;
      this.#isFull = false;
      for (const goOn of this.#untilTaken.splice(0)) goOn();
      this.#updatePaused();
    });
    if (this.transport.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.#isFull = true;
      this.#updatePaused();
    }
  }

  /** Nothing is read while the client takes nothing, or while it is others' turn. */
  #updatePaused(): void {
    const paused = this.#isFull || this.#isResting || this.#held;
    if (paused === this.#isPaused || this.closed) return;
    this.#isPaused = paused;
    if (paused) this.transport.pause();
    else this.transport.resume();
  }

  /** A promise that the client will have taken what waits for it, or is gone; undefined where not much waits. */
  untilTaken(): Promise<void> | undefined {
    if (!this.#isFull || this.closed) return undefined;
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
   * CANCEL, [MS-SMB2] 3.3.5.16: no response; the cancelled request answers. A client names the session of the request
   * ([MS-SMB2] 3.2.4.24), so that no session cancels what another waits for.
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

  #receive(message: Uint8Array, giveBack: () => void): void {
    if (this.closed) {
      giveBack();
      return;
    }
    // Once, whatever goes wrong after it was released: the transport would overwrite what other
    // messages are read from.
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      giveBack();
    };
    this.#guarded(release, () => this.#route(message, release));
  }

  /** Whatever goes wrong with a message ends the connection. */
  #guarded(release: () => void, work: () => void): void {
    const { env } = this.server;
    const begun = env.now();
    try {
      work();
    } catch (error) {
      release();
      if (error instanceof DisconnectError) {
        this.disconnect(error.message);
      } else {
        env.log('error', 'conn', 'a message could not be handled', { connection: this.id, error });
        this.disconnect('internal error');
      }
    }
    this.#busyMs += env.now() - begun;
    if (this.#busyMs >= TURN_MS && !this.#isResting) this.#rest();
  }

  /** The messages that were received with the one that took so long wait until others had their turn. */
  #rest(): void {
    this.#isResting = true;
    this.#updatePaused();
    this.server.env.timer(0, () => {
      this.#isResting = false;
      this.#busyMs = 0;
      this.#updatePaused();
    });
  }

  #route(message: Uint8Array, release: () => void): void {
    if (message.length < 4) throw new DisconnectError('message shorter than a protocol id');
    const id = (message[0]! | (message[1]! << 8) | (message[2]! << 16) | (message[3]! << 24)) >>> 0;
    if (id === PROTOCOL_SMB2) {
      observe(this, true, message, false);
      new Chain(this, message, release, undefined).run();
    } else if (id === PROTOCOL_TRANSFORM) {
      this.#receiveSealed(message, release);
    } else if (id === PROTOCOL_COMPRESSED) {
      this.#inflate(message, release, (plain) => {
        release();
        observe(this, true, plain, false);
        new Chain(this, plain, () => {}, undefined).run();
      });
    } else if (id === PROTOCOL_SMB1) {
      observe(this, true, message, false);
      answerSmb1Negotiate(this, message);
      release();
    } else {
      throw new DisconnectError('unknown protocol id');
    }
  }

  /** [MS-SMB2] 3.3.5.2.1.1: anything wrong with an encrypted message ends the connection. */
  #receiveSealed(message: Uint8Array, release: () => void): void {
    if (message.length < 52 + 64) throw new DisconnectError('encrypted message shorter than its headers');
    if (this.dialect < 0x0300 || this.dialect === 0x02ff || this.cipher === undefined) {
      throw new DisconnectError('encrypted message on a connection without encryption');
    }
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const session = this.session(view.getBigUint64(44, true));
    const opener = session?.keys?.opener;
    if (session === undefined || opener === undefined) throw new DisconnectError('encrypted for no session');
    const plain = opener.open(message);
    if (plain === undefined) throw new DisconnectError('decryption failed');
    if (plain[0] === 0xfc) this.#inflate(plain, release, (inside) => this.#runSealed(inside, release, session));
    else this.#runSealed(plain, release, session);
  }

  #runSealed(plain: Uint8Array, release: () => void, session: Session): void {
    if (plain.length < 64 || plain[0] !== 0xfe) throw new DisconnectError('encrypted message holds no SMB2 message');
    session.clientEncrypts = true;
    observe(this, true, plain, true);
    new Chain(this, plain, release, session).run();
  }

  /** Calls `run` with the message inside a compressed one: now, or in a turn of the event loop that has room for it. */
  #inflate(message: Uint8Array, release: () => void, run: (plain: Uint8Array) => void): void {
    const limits = { size: this.#maxInflated, credits: this.window.available };
    const inside = deflated(this.compression, message, limits);
    const work = (): void => run(inflate(this.compression!, inside));
    const later = (): void => {
      this.#held = false;
      if (this.closed) release();
      else this.#guarded(release, work);
      this.#updatePaused();
    };
    if (this.server.inflateTurns.take(inside.size, later)) {
      work();
      return;
    }
    this.#held = true;
    this.#updatePaused();
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
