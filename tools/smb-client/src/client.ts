import { randomBytes, randomUUID } from 'node:crypto';
import { type Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import { compressMessage, decompressMessage } from '@tsmbd/smb-compression';
import {
  createSealer,
  createSigner,
  type DerivedKeys,
  deriveKeys,
  INITIAL_PREAUTH_HASH,
  preauthHash,
  type Sealer,
  type Signer,
} from '@tsmbd/smb-crypto';
import {
  Capabilities,
  Command,
  Dialect,
  HEADER_SIZE,
  type Header,
  HeaderFlags,
  header as headerCodec,
  type NegotiateResponse,
  NtStatus,
  negotiateRequest,
  negotiateResponse,
  ntStatusName,
  sessionSetupRequest,
  sessionSetupResponse,
  treeConnectRequest,
  treeConnectResponse,
} from '@tsmbd/smb2-codec';
import { connect, type TransportConnection } from '@tsmbd/transport-tcp';
import { Logon } from './logon.ts';
import { type Chosen, chosenBy, offer } from './negotiation.ts';

/**
 * From this status on, the response is an ERROR Response. STATUS_MORE_PROCESSING_REQUIRED is not.
 */
const SEVERITY_ERROR = 0xc000_0000;

/** What this client supports and announces: everything except DFS, channels and notifications. */
export const CLIENT_CAPABILITIES =
  Capabilities.LEASING |
  Capabilities.LARGE_MTU |
  Capabilities.PERSISTENT_HANDLES |
  Capabilities.DIRECTORY_LEASING |
  Capabilities.ENCRYPTION;

/** 4 bytes for the transport and 52 for a transform header, before every request. */
export const HEADROOM = 56;

/** MessageId of a message. */
export function messageIdOf(message: Uint8Array): bigint {
  return new DataView(message.buffer, message.byteOffset).getBigUint64(24, true);
}

export interface ClientOptions {
  /** The client that the connection belongs to; default a new client. */
  readonly clientGuid?: string;
  /**
   * Called with messages that the server sends without a request: oplock and lease breaks, from the
   * header on.
   */
  readonly onNotification?: (bytes: Uint8Array) => void;
  /**
   * Called with each final response, in the order in which they arrive, and before the promise of
   * its request resolves.
   */
  readonly onReply?: (header: Header, bytes: Uint8Array) => void;
  /** Source of challenges, salts and keys; default the system's. */
  readonly random?: (length: number) => Uint8Array;
  /** Capabilities to announce from 3.0 on, [MS-SMB2] 2.2.3; default CLIENT_CAPABILITIES. */
  readonly capabilities?: number;
  /** Dialects to offer; default 3.1.1 alone. */
  readonly dialects?: readonly number[];
  /** Ciphers to offer, the preferred one first; default AES-128-GCM. */
  readonly ciphers?: readonly number[];
  /** Signing algorithms to offer, the preferred one first; default AES-GMAC. */
  readonly signing?: readonly number[];
  /**
   * Compression to offer, [MS-SMB2] 2.2.3.1.3: algorithms, the preferred one first. Default: none.
   */
  readonly compression?: { readonly algorithms: readonly number[]; readonly chained: boolean };
  /** Sign every request once there is a key. Default true. */
  readonly sign?: boolean;
  /** Seal every request once there is a key. Default false. */
  readonly seal?: boolean;
  /** Check the signatures of responses. Default true; a load generator saves the time. */
  readonly verify?: boolean;
}

/** A response: its header, and its body if the codec could read it. */
export interface Reply<T> {
  readonly header: Header;
  /** Undefined for error responses. */
  readonly body: T | undefined;
  /** The message from its header on. */
  readonly bytes: Uint8Array;
}

export interface RequestOptions {
  readonly treeId?: number;
  /** The credits that the request costs. */
  readonly charge?: number;
  readonly flags?: number;
  /** Called with the interim response's AsyncId. */
  readonly onPending?: (asyncId: bigint) => void;
}

/** A response with a status that the caller did not expect. */
export class SmbError extends Error {
  readonly status: number;

  constructor(command: number, status: number) {
    super(`command ${command}: ${ntStatusName(status)}`);
    this.name = 'SmbError';
    this.status = status;
  }
}

interface Waiting {
  readonly resolve: (reply: { header: Header; bytes: Uint8Array }) => void;
  readonly reject: (error: Error) => void;
  readonly onPending: ((asyncId: bigint) => void) | undefined;
  /** Only the header is needed. */
  readonly discard: boolean;
}

/** One connection with one session. Requests may be sent without waiting for earlier answers. */
export class SmbClient {
  readonly transport: TransportConnection;
  readonly options: ClientOptions;
  negotiated: NegotiateResponse | undefined;
  sessionId = 0n;
  sessionKey: Uint8Array | undefined;
  /**
   * The keys derived from the session key, for analysers and for tests that look for keys in places
   * where none may be.
   */
  keys: DerivedKeys | undefined;
  signer: Signer | undefined;
  credits = 1;
  /** The part of the offered compression that the server accepted. */
  compression: { readonly algorithms: readonly number[]; readonly chained: boolean } | undefined;
  /** Numbers of compressed messages that were sent and received. */
  readonly compressed = { sent: 0, received: 0 };
  /** Why the connection ended; undefined while it is open. */
  closed: string | undefined;
  #sealer: Sealer | undefined;
  #opener: Sealer | undefined;
  #nextMessageId = 0n;
  #chosen: Chosen = { cipher: undefined, signing: 'hmac-sha256', compression: undefined };
  #preauth: Uint8Array = INITIAL_PREAUTH_HASH;
  readonly #waiting = new Map<bigint, Waiting>();
  readonly #onClosed: (() => void)[] = [];

  constructor(transport: TransportConnection, options: ClientOptions = {}) {
    this.transport = transport;
    this.options = options;
    transport.onMessage = (message, release) => {
      this.#receive(message);
      release();
    };
    transport.onClose = (reason) => {
      this.closed = reason;
      for (const waiting of this.#waiting.values()) waiting.reject(new Error(`connection closed: ${reason}`));
      this.#waiting.clear();
      for (const call of this.#onClosed) call();
    };
  }

  /** Connects over TCP; nothing is sent yet. */
  static async connect(host: string, port: number, options: ClientOptions = {}): Promise<SmbClient> {
    return new SmbClient(await connect({ host, port }), options);
  }

  /** Resolves when the connection has ended. */
  ended(): Promise<void> {
    if (this.closed !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#onClosed.push(resolve));
  }

  /** Connects, negotiates, logs on. Throws SmbError. */
  static async login(
    host: string,
    port: number,
    user: string,
    password: string,
    options: ClientOptions = {},
  ): Promise<SmbClient> {
    const client = await SmbClient.connect(host, port, options);
    await client.negotiate();
    await client.logOn(user, password);
    return client;
  }

  /** NEGOTIATE. */
  async negotiate(): Promise<NegotiateResponse> {
    const dialects = this.options.dialects ?? [Dialect.SMB_3_1_1];
    const reply = await this.request(
      Command.NEGOTIATE,
      negotiateRequest,
      negotiateResponse,
      {
        securityMode: 1,
        capabilities: Math.max(...dialects) >= Dialect.SMB_3_0 ? (this.options.capabilities ?? CLIENT_CAPABILITIES) : 0,
        clientGuid: this.options.clientGuid ?? randomUUID(),
        dialects,
        clientStartTime: 0n,
        negotiateContexts: dialects.includes(Dialect.SMB_3_1_1) ? offer(this.options, this.#random(32)) : [],
      },
      {},
      [NtStatus.STATUS_SUCCESS],
      (bytes) => {
        this.#negotiateSent = bytes.slice();
      },
    );
    this.negotiated = reply.body!;
    this.#chosen = chosenBy(this.negotiated);
    this.compression = this.#chosen.compression;
    return this.negotiated;
  }

  /**
   * Sends SESSION_SETUP until the logon is done. If there already is a session, it authenticates
   * again.
   *
   * @param previousSessionId a session that the client has lost and that is to end
   */
  async logOn(user: string, password: string, domain = '', previousSessionId = 0n): Promise<void> {
    let preauth = this.#preauth;
    const logon = new Logon(user, password, domain, (length) => this.#random(length));
    let token: Uint8Array | undefined = logon.spnego.start();
    for (;;) {
      const sent: Uint8Array[] = [];
      const reply: Reply<{ securityBuffer: Uint8Array }> = await this.request(
        Command.SESSION_SETUP,
        sessionSetupRequest,
        sessionSetupResponse,
        {
          flags: 0,
          securityMode: 1,
          capabilities: 0,
          channel: 0,
          previousSessionId,
          securityBuffer: token ?? new Uint8Array(0),
        },
        {},
        [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_MORE_PROCESSING_REQUIRED],
        (bytes) => sent.push(bytes),
      );
      this.sessionId = reply.header.sessionId;
      preauth = preauthHash(preauth, sent[0]!);
      if (reply.header.status === NtStatus.STATUS_SUCCESS) break;
      preauth = preauthHash(preauth, reply.bytes);
      token = (await logon.spnego.step(reply.body!.securityBuffer)).token;
    }
    const { key } = logon;
    if (key === undefined || user === '' || this.signer !== undefined) return;
    this.sessionKey = key;
    const dialect = this.negotiated!.dialectRevision;
    const { cipher, signing } = this.#chosen;
    const keys = deriveKeys(dialect, cipher?.id ?? 0, key, dialect === Dialect.SMB_3_1_1 ? preauth : undefined);
    this.keys = keys;
    this.signer = createSigner(signing, keys.signingKey);
    if (cipher !== undefined) {
      this.#sealer = createSealer(cipher.name, keys.clientToServer);
      this.#opener = createSealer(cipher.name, keys.serverToClient);
    }
  }

  /** TREE_CONNECT; returns the TreeId. */
  async tree(share: string): Promise<number> {
    const reply = await this.request(Command.TREE_CONNECT, treeConnectRequest, treeConnectResponse, {
      flags: 0,
      path: `\\\\127.0.0.1\\${share}`,
      contexts: [],
    } as never);
    return reply.header.treeId;
  }

  /**
   * Sends one request and waits for its final response. Rejects with SmbError unless the status is
   * one of `expected`, and with an Error if the connection ends first.
   */
  async request<Q, R>(
    command: number,
    requestCodec: Codec<Q>,
    responseCodec: Codec<R>,
    value: Q,
    options: RequestOptions = {},
    expected: readonly number[] = [NtStatus.STATUS_SUCCESS],
    onSent?: (bytes: Uint8Array) => void,
  ): Promise<Reply<R>> {
    const w = this.encode(command, requestCodec, value, options);
    const reply = await this.send(w, options.onPending, onSent);
    const { header, bytes } = reply;
    if (!expected.includes(header.status)) throw new SmbError(command, header.status);
    const isError =
      (header.status >= SEVERITY_ERROR || header.status === NtStatus.STATUS_NO_MORE_FILES) &&
      header.status !== NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
    if (isError) return { header, bytes, body: undefined };
    const reader = new Reader(bytes, responseCodec.name);
    reader.position = HEADER_SIZE;
    return { header, bytes, body: responseCodec.decode(reader) };
  }

  /** A request with the next MessageId, unsigned, behind 56 bytes of headroom. */
  encode<Q>(command: number, codec: Codec<Q>, value: Q, options: RequestOptions = {}): Writer {
    const w = new Writer(512, HEADROOM);
    const charge = options.charge ?? 1;
    headerCodec.encode(w, {
      creditCharge: this.negotiated === undefined || this.negotiated.dialectRevision === Dialect.SMB_2_0_2 ? 0 : charge,
      status: 0,
      command,
      credits: 256,
      flags: options.flags ?? 0,
      nextCommand: 0,
      messageId: this.#nextMessageId,
      asyncId: 0n,
      processId: 0xfeff,
      treeId: options.treeId ?? 0,
      sessionId: this.sessionId,
      signature: new Uint8Array(16),
    });
    this.#nextMessageId += BigInt(charge);
    codec.encode(w, value);
    return w;
  }

  /** Signs or seals what `encode` made, sends it, and waits for the answer to its MessageId. */
  send(
    w: Writer,
    onPending?: (asyncId: bigint) => void,
    onSent?: (bytes: Uint8Array) => void,
    discard = false,
  ): Promise<{ header: Header; bytes: Uint8Array }> {
    const frame = w.result();
    const message = frame.subarray(HEADROOM);
    const answer = this.expect(messageIdOf(message), onPending, discard);
    if (this.closed === undefined) {
      const out = this.protect(frame);
      onSent?.(message);
      this.transport.send([out]);
    }
    return answer;
  }

  /** The answer to a MessageId that is about to be sent. Rejects if the connection ends first. */
  expect(
    messageId: bigint,
    onPending?: (asyncId: bigint) => void,
    discard = false,
  ): Promise<{ header: Header; bytes: Uint8Array }> {
    return new Promise((resolve, reject) => {
      if (this.closed !== undefined) reject(new Error(`connection closed: ${this.closed}`));
      else this.#waiting.set(messageId, { resolve, reject, onPending, discard });
    });
  }

  /** Signs or seals a frame that has headroom. Returns the part to send. */
  protect(frame: Uint8Array, compress = this.compression !== undefined && this.signer !== undefined): Uint8Array {
    const message = frame.subarray(HEADROOM);
    const seals = this.options.seal === true && this.#sealer !== undefined;
    if (compress) {
      // [MS-SMB2] 3.1.4.3 and 3.1.4.4: signed, then compressed, then encrypted.
      if (!seals) this.protect(frame, false);
      const smaller = compressMessage(message, { ...this.compression!, uncompressed: HEADER_SIZE });
      if (smaller !== undefined) {
        this.compressed.sent++;
        const behind = new Uint8Array(HEADROOM + smaller.length);
        behind.set(smaller, HEADROOM);
        return seals ? this.protect(behind, false) : behind.subarray(HEADROOM - 4);
      }
      if (!seals) return frame.subarray(HEADROOM - 4);
    }
    if (this.options.seal === true && this.#sealer !== undefined) {
      this.#sealer.seal(frame.subarray(4), this.sessionId);
      return frame;
    }
    // [MS-SMB2] 3.2.4.2.4: 3.1.1 signs TREE_CONNECT, even if nothing else is signed.
    const command = message[12]! | (message[13]! << 8);
    if ((this.options.sign !== false || command === Command.TREE_CONNECT) && this.signer !== undefined) {
      message[16] = message[16]! | HeaderFlags.SIGNED;
      this.signer.sign(message);
    }
    return frame.subarray(HEADROOM - 4);
  }

  close(): void {
    this.transport.close('done');
  }

  #random(length: number): Uint8Array {
    return this.options.random?.(length) ?? randomBytes(length);
  }

  #receive(message: Uint8Array): void {
    let bytes = message;
    if (message[0] === 0xfd) {
      const plain = this.#opener?.open(message);
      if (plain === undefined) {
        this.transport.destroy('cannot decrypt');
        return;
      }
      bytes = plain;
    }
    if (bytes[0] === 0xfc) {
      this.compressed.received++;
      bytes = decompressMessage(bytes, { ...this.compression!, limit: 16 << 20 });
    }
    // The responses in a compound are separated by NextCommand.
    for (let at = 0; at + HEADER_SIZE <= bytes.length; ) {
      const header = headerCodec.decode(new Reader(bytes, 'SMB2 Header', at));
      const end = header.nextCommand === 0 ? bytes.length : at + header.nextCommand;
      this.#answer(header, bytes.subarray(at, end));
      at = end;
    }
  }

  #answer(header: Header, bytes: Uint8Array): void {
    this.credits += header.credits;
    if (header.command === Command.NEGOTIATE && header.messageId === 0n) this.#hashNegotiate(bytes);
    const waiting = this.#waiting.get(header.messageId);
    if (waiting === undefined) {
      this.options.onNotification?.(bytes.slice());
      return;
    }
    if (header.status === NtStatus.STATUS_PENDING && (header.flags & HeaderFlags.ASYNC_COMMAND) !== 0) {
      waiting.onPending?.(header.asyncId);
      return;
    }
    this.#waiting.delete(header.messageId);
    this.options.onReply?.(header, bytes);
    const signed = (header.flags & HeaderFlags.SIGNED) !== 0 && this.options.verify !== false;
    if (signed && this.signer !== undefined && !this.signer.verify(bytes)) {
      waiting.reject(
        new Error(
          `the signature of the response is wrong, flags 0x${header.flags.toString(16)}, command ${header.command}`,
        ),
      );
      return;
    }
    // The received bytes are returned to the transport.
    waiting.resolve({ header, bytes: waiting.discard ? NOTHING : bytes.slice() });
  }

  #hashNegotiate(bytes: Uint8Array): void {
    if (this.#negotiateSent !== undefined)
      this.#preauth = preauthHash(preauthHash(this.#preauth, this.#negotiateSent), bytes);
  }

  #negotiateSent: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);
