import { CodecError } from '@tsmbd/ms-dtyp';
import { fragmentLength, HEADER_LENGTH } from '../pdu/header.ts';
import { decodePdu } from '../pdu/pdu.ts';
import { Association } from './association.ts';
import { Budget } from './budget.ts';
import { concat } from './concat.ts';
import type { RpcCaller, RpcInterface } from './interface.ts';

/**
 * Limits of one pipe, and of several pipes together. They are in bytes unless something else is
 * said.
 */
export interface RpcServerLimits {
  /** The largest fragment in either direction. Default 4280, as in Windows. */
  readonly maxFragment?: number;
  /** The longest request after reassembly. Default 1 MiB. */
  readonly maxRequest?: number;
  /**
   * The most bytes that may wait to be read. A client that goes on writing loses its pipe. Default
   * 4 MiB.
   */
  readonly maxUnread?: number;
  /**
   * The most fragments of one request, whatever is in them. Default 1,024: that is 1 MiB in
   * fragments of the smallest size that C706 requires peers to accept.
   */
  readonly maxFragments?: number;
  /**
   * The most fragments that one `write` may bring, because each may be a whole call. A client that
   * brings more loses its pipe. Default 64.
   */
  readonly maxFragmentsAtOnce?: number;
  /**
   * What the pipes of one owner may hold together: parts of requests, and answers that have not
   * been read. Default 8 MiB.
   */
  readonly maxHeldByOwner?: number;
  /** The same for the pipes of all anonymous callers together. Default 8 MiB. */
  readonly maxHeldByAnonymous?: number;
  /** The same for all pipes together. Default 64 MiB. */
  readonly maxHeld?: number;
}

export interface RpcServerOptions extends RpcServerLimits {
  readonly interfaces: readonly RpcInterface[];
}

/** Serves interfaces over named pipes, [MS-RPCE] 2.1.1.2. It takes and returns bytes. */
export interface RpcServer {
  /**
   * Opens a pipe by name, without `\PIPE\`, in any letter case; undefined if there is no pipe of
   * that name. As in Windows, every interface of the server can be bound on every pipe.
   * @param owner an object, for example a session, whose pipes share a limit; a pipe without an
   *   owner shares none
   */
  openPipe(name: string, caller: RpcCaller, owner?: object): RpcPipe | undefined;
}

/** The server's end of a pipe in message mode: each fragment of a response is one message. */
export interface RpcPipe {
  /**
   * Takes PDU bytes, in pieces of any size. Never throws. A peer that violates the protocol loses
   * the pipe.
   */
  write(bytes: Uint8Array): void;
  /**
   * At most `max` bytes of the next message, or of the rest of a message that has been read in
   * part; undefined if there is nothing to read.
   */
  read(max: number): Uint8Array | undefined;
  /** Bytes that wait to be read, of all messages together. */
  readonly available: number;
  /**
   * Bytes left of the message that `read` has begun; 0 between messages. If it is not 0, the status
   * of the read is STATUS_BUFFER_OVERFLOW.
   */
  readonly messageRemaining: number;
  /**
   * The peer has violated the protocol or a limit. Nothing more is accepted; what waits can still
   * be read.
   */
  readonly broken: boolean;
  close(): void;
}

export function createRpcServer(options: RpcServerOptions): RpcServer {
  const { interfaces, maxFragment = 4280, maxRequest = 1 << 20, maxUnread = 4 << 20, maxFragments = 1024 } = options;
  const {
    maxFragmentsAtOnce = 64,
    maxHeldByOwner = 8 << 20,
    maxHeldByAnonymous = 8 << 20,
    maxHeld = 64 << 20,
  } = options;
  const all = new Budget(maxHeld);
  const ofAnonymous = new Budget(maxHeldByAnonymous);
  const byOwner = new WeakMap<object, Budget>();
  let lastGroup = 0;
  return {
    openPipe(name, caller, owner) {
      const pipe = name.toLowerCase();
      if (!interfaces.some((candidate) => candidate.pipe === pipe)) return undefined;
      lastGroup = (lastGroup % 0xffff) + 1;
      const fragments = { maxFragment, maxRequest, maxFragments };
      const association = new Association(interfaces, { pipe, caller, group: lastGroup, ...fragments });
      const own = (owner && byOwner.get(owner)) ?? new Budget(maxHeldByOwner);
      if (owner !== undefined) byOwner.set(owner, own);
      const budgets = caller.anonymous ? [own, ofAnonymous, all] : [own, all];
      return new Pipe(association, { maxFragment, maxUnread, maxFragmentsAtOnce, budgets });
    },
  };
}

interface PipeLimits {
  readonly maxFragment: number;
  readonly maxUnread: number;
  readonly maxFragmentsAtOnce: number;
  /** The budgets that the pipe shares with other pipes. */
  readonly budgets: readonly Budget[];
}

class Pipe implements RpcPipe {
  broken = false;
  messageRemaining = 0;
  available = 0;
  readonly #association: Association;
  readonly #limits: PipeLimits;
  /** Bytes of a PDU that is not complete yet. */
  #pending: Uint8Array = new Uint8Array(0);
  #messages: Uint8Array[] = [];
  /** Bytes that the budgets have been told of. */
  #held = 0;

  constructor(association: Association, limits: PipeLimits) {
    this.#association = association;
    this.#limits = limits;
  }

  write(bytes: Uint8Array): void {
    if (this.broken) return;
    this.#takeAll(this.#pending.length === 0 ? bytes : concat([this.#pending, bytes]));
    if (!this.#settle()) {
      // Not even the bytes that wait may be kept.
      this.close();
    }
  }

  /** Takes the complete PDUs. The rest is kept, as a copy, until more bytes come. */
  #takeAll(bytes: Uint8Array): void {
    let rest = bytes;
    for (let count = 1; ; count++) {
      const length = fragmentLength(rest);
      if (length !== undefined && (length < HEADER_LENGTH || length > this.#limits.maxFragment)) {
        this.#break();
        return;
      }
      if (length === undefined || rest.length < length) break;
      if (count > this.#limits.maxFragmentsAtOnce) {
        this.#break();
        return;
      }
      this.#take(rest.subarray(0, length));
      if (this.broken) return;
      rest = rest.subarray(length);
    }
    this.#pending = rest.slice();
  }

  /** Tells the budgets what the pipe holds now. Returns false if that is more than it may hold. */
  #settle(): boolean {
    const held = this.#pending.length + this.#association.held + this.available;
    const change = held - this.#held;
    this.#held = held;
    return this.#limits.budgets.map((budget) => budget.add(change)).every(Boolean) || change <= 0;
  }

  read(max: number): Uint8Array | undefined {
    const message = this.#messages[0];
    if (message === undefined) return undefined;
    const part = message.subarray(0, max);
    this.available -= part.length;
    this.messageRemaining = message.length - part.length;
    if (this.messageRemaining === 0) this.#messages.shift();
    else this.#messages[0] = message.subarray(part.length);
    this.#settle();
    return part;
  }

  close(): void {
    this.#break();
    this.#messages = [];
    this.available = 0;
    this.messageRemaining = 0;
    this.#settle();
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const answer of this.#association.receive(decodePdu(bytes))) {
        this.#messages.push(answer);
        this.available += answer.length;
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#break();
    }
    if (this.#association.broken || this.available > this.#limits.maxUnread) this.#break();
  }

  #break(): void {
    this.broken = true;
    this.#association.drop();
    this.#pending = new Uint8Array(0);
  }
}
