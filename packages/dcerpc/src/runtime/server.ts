import { CodecError } from '@tsmbd/ms-dtyp';
import { fragmentLength, HEADER_LENGTH } from '../pdu/header.ts';
import { decodePdu } from '../pdu/pdu.ts';
import { Association } from './association.ts';
import { concat } from './concat.ts';
import type { RpcCaller, RpcInterface } from './interface.ts';

/** Limits of one pipe, in bytes. */
export interface RpcServerLimits {
  /** The largest fragment either way. Default 4280, as Windows has it. */
  readonly maxFragment?: number;
  /** The longest request, reassembled. Default 1 MiB. */
  readonly maxRequest?: number;
  /** What may wait to be read; a client that goes on writing loses its pipe. Default 4 MiB. */
  readonly maxUnread?: number;
}

export interface RpcServerOptions extends RpcServerLimits {
  readonly interfaces: readonly RpcInterface[];
}

/** Serves interfaces over named pipes, [MS-RPCE] 2.1.1.2. Bytes in, bytes out. */
export interface RpcServer {
  /**
   * Opens a pipe by name, without `\PIPE\`, in any case; undefined when there is none of that name. Every interface of
   * the server can be bound on every pipe, as in Windows.
   */
  openPipe(name: string, caller: RpcCaller): RpcPipe | undefined;
}

/** The server's end of a pipe in message mode: each fragment of a response is one message. */
export interface RpcPipe {
  /** Takes PDU bytes, in pieces of any size. Never throws; a peer that breaks the protocol loses the pipe. */
  write(bytes: Uint8Array): void;
  /**
   * At most `max` bytes of the message that is next, or of what is left of it; undefined when there is nothing to read.
   */
  read(max: number): Uint8Array | undefined;
  /** Bytes that wait to be read, of all messages. */
  readonly available: number;
  /** Bytes left of the message that `read` has begun; 0 between messages. Not 0: STATUS_BUFFER_OVERFLOW. */
  readonly messageRemaining: number;
  /** The peer broke the protocol or a limit: nothing more is taken, what waits can still be read. */
  readonly broken: boolean;
  close(): void;
}

export function createRpcServer(options: RpcServerOptions): RpcServer {
  const { interfaces, maxFragment = 4280, maxRequest = 1 << 20, maxUnread = 4 << 20 } = options;
  let lastGroup = 0;
  return {
    openPipe(name, caller) {
      const pipe = name.toLowerCase();
      if (!interfaces.some((candidate) => candidate.pipe === pipe)) return undefined;
      lastGroup = (lastGroup % 0xffff) + 1;
      const association = new Association(interfaces, { pipe, caller, group: lastGroup, maxFragment, maxRequest });
      return new Pipe(association, maxFragment, maxUnread);
    },
  };
}

class Pipe implements RpcPipe {
  broken = false;
  messageRemaining = 0;
  available = 0;
  readonly #association: Association;
  readonly #maxFragment: number;
  readonly #maxUnread: number;
  /** Bytes of a PDU that is not whole yet. */
  #pending: Uint8Array = new Uint8Array(0);
  #messages: Uint8Array[] = [];

  constructor(association: Association, maxFragment: number, maxUnread: number) {
    this.#association = association;
    this.#maxFragment = maxFragment;
    this.#maxUnread = maxUnread;
  }

  write(bytes: Uint8Array): void {
    if (this.broken) return;
    this.#pending = this.#pending.length === 0 ? bytes.slice() : concat([this.#pending, bytes]);
    for (;;) {
      const length = fragmentLength(this.#pending);
      if (length === undefined) return;
      if (length < HEADER_LENGTH || length > this.#maxFragment) {
        this.#break();
        return;
      }
      if (this.#pending.length < length) return;
      const pdu = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      this.#take(pdu);
      if (this.broken) return;
    }
  }

  read(max: number): Uint8Array | undefined {
    const message = this.#messages[0];
    if (message === undefined) return undefined;
    const part = message.subarray(0, max);
    this.available -= part.length;
    this.messageRemaining = message.length - part.length;
    if (this.messageRemaining === 0) this.#messages.shift();
    else this.#messages[0] = message.subarray(part.length);
    return part;
  }

  close(): void {
    this.#break();
    this.#messages = [];
    this.available = 0;
    this.messageRemaining = 0;
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
    if (this.#association.broken || this.available > this.#maxUnread) this.#break();
  }

  #break(): void {
    this.broken = true;
    this.#pending = new Uint8Array(0);
  }
}
