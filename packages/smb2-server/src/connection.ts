import type { Header } from '@tsmbd/smb2-codec';
import type { CipherName, SigningName } from './algorithms.ts';
import { Chain } from './chain.ts';
import { type ConnectionCompression, inflate } from './compression.ts';
import { DisconnectError } from './errors.ts';
import { answerSmb1Negotiate } from './multi-protocol.ts';
import { observe } from './observer.ts';
import { Refusals } from './refusals.ts';
import type { EndCause, RequestContext } from './request-context.ts';
import { SequenceWindow } from './sequence-window.ts';
import type { SmbServer } from './server.ts';
import type { Session } from './session.ts';
import type { Transport } from './transport.ts';

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
  readonly pending = new Map<bigint, RequestContext>();
  closed = false;
  readonly refusals = new Refusals();
  /** Milliseconds of the monotonic clock: when the client has asked for something other than an echo. */
  lastUsed: number;
  /** smbtorture asked that nothing it is sent counts as acknowledged: see fsctl/torture.ts. */
  forceUnacked = false;
  /** Bytes between a READ response's body and its data; smbtorture asks for some to see who can read that. */
  readPadding = 0;
  #nextAsyncId = 1n;
  #stopIdleTimer: (() => void) | undefined;
  #paused = false;
  /** Bytes that a compressed message may have inside, [MS-SMB2] 3.3.5.2.1.2. */
  #maxInflated = MAX_UNAUTHENTICATED_MESSAGE;
  #lastSession: Session | undefined;

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

  removeSession(session: Session): void {
    this.sessions.delete(session.sessionId);
    if (this.#lastSession === session) this.#lastSession = undefined;
  }

  /** Messages may have the negotiated size from now on, [MS-SMB2] 3.3.5.2. */
  authenticated(): void {
    const largest = Math.max(this.maxTransactSize, this.maxReadSize, this.maxWriteSize);
    // A compound may have several large parts; a write's payload comes with headers and contexts.
    this.transport.setMaxMessageSize(largest + (256 << 10));
    this.#maxInflated = largest + 256 + COMPRESSION_HEADER_SIZE;
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
      if (this.#paused && this.transport.bufferedBytes < MAX_BUFFERED_BYTES / 2) {
        this.#paused = false;
        this.transport.resume();
      }
    });
    if (!this.#paused && this.transport.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.#paused = true;
      this.transport.pause();
    }
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
    const isMeant = (ctx: RequestContext): boolean => ctx.header.messageId === header.messageId;
    const ctx = asyncId === undefined ? [...this.pending.values()].find(isMeant) : this.pending.get(asyncId);
    if (ctx?.session === session) ctx.end('cancelled');
  }

  /** Ends the pending requests that `which` picks. */
  endPending(which: (ctx: RequestContext) => boolean, cause: EndCause): void {
    for (const ctx of [...this.pending.values()]) if (which(ctx)) ctx.end(cause);
  }

  #receive(message: Uint8Array, release: () => void): void {
    if (this.closed) {
      release();
      return;
    }
    try {
      this.#route(message, release);
    } catch (error) {
      release();
      if (error instanceof DisconnectError) {
        this.disconnect(error.message);
      } else {
        this.server.env.log('error', 'conn', 'a message could not be handled', { connection: this.id, error });
        this.disconnect('internal error');
      }
    }
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
      const plain = inflate(this.compression, message, this.#maxInflated);
      release();
      observe(this, true, plain, false);
      new Chain(this, plain, () => {}, undefined).run();
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
    let plain = opener.open(message);
    if (plain === undefined) throw new DisconnectError('decryption failed');
    if (plain[0] === 0xfc) plain = inflate(this.compression, plain, this.#maxInflated);
    if (plain.length < 64 || plain[0] !== 0xfe) throw new DisconnectError('encrypted message holds no SMB2 message');
    session.clientEncrypts = true;
    observe(this, true, plain, true);
    new Chain(this, plain, release, session).run();
  }

  #closed(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#stopIdleTimer?.();
    const { notLogged } = this.refusals.takeLeft();
    const from = this.transport.remoteAddress;
    if (notLogged !== undefined) this.server.env.log('info', 'auth', 'more access was refused', { from, notLogged });
    this.server.env.log('debug', 'conn', 'disconnected', { connection: this.id, reason });
    this.server.connectionClosed(this);
  }
}
