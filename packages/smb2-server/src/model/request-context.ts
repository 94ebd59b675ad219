import type { HolderName } from '@tsmbd/oplock-lease';
import { Dialect, type FileId, type Header, HeaderFlags, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { ChainState } from './chain-state.ts';
import { type ChannelSequence, countRequest } from './channel-sequence.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { FileOpen, Open } from './open.ts';
import type { Session } from './session.ts';
import type { TreeConnect } from './tree-connect.ts';

/**
 * Why a pending request ends without its result: a CANCEL; its open, tree, session or connection is
 * gone; or too many requests of its connection wait already ('crowd').
 */
export type EndCause = 'cancelled' | 'open' | 'tree' | 'session' | 'connection' | 'crowd';

const NOWHERE: ReadonlySet<number> = new Set();

/** One request on its way through the server. */
export class RequestContext {
  readonly server: Engine;
  readonly connection: Connection;
  readonly chain: ChainState;
  readonly header: Header;
  /** The request's body, once it is decoded. It is logged if the request is refused. */
  request: unknown;
  /** Set by the dispatcher for every command that needs one. */
  session!: Session;
  tree!: TreeConnect;
  /**
   * The response's status, when the response has a body of its own but its status is not
   * STATUS_SUCCESS.
   */
  status: number = NtStatus.STATUS_SUCCESS;
  /** Whether the message was encrypted. */
  readonly encrypted: boolean;
  /** Set once an interim response has gone out. */
  asyncId = 0n;
  /**
   * Called when the client cancels the request, or when something that the request depends on goes
   * away.
   */
  onCancel: ((cause: EndCause) => void) | undefined;
  /** The open that a pending request belongs to. */
  pendingOpen: Open | undefined;
  /** Response buffer from the pool. The handler has filled its payload part. */
  reserved: Uint8Array | undefined;
  reservedAt = 0;
  /** The counters in which this request is counted, and the number under which it is counted. */
  counted: ChannelSequence | undefined;
  countedAs = 0;
  /** Set by a handler when the connection must end after this response. */
  closeAfter: string | undefined;
  /** The response may be sent compressed: Request.CompressReply, [MS-SMB2] 3.3.5.12. */
  compressReply = false;
  /** ErrorData of an error response, [MS-SMB2] 2.2.2. */
  errorData: Uint8Array | undefined;
  /**
   * The Open to work on, when the Open that the request names is at another worker and this worker
   * may answer by itself.
   */
  standIn: FileOpen | undefined;
  /** Other workers that have tried to carry the CREATE out, and found that they cannot. */
  triedAt: ReadonlySet<number> = NOWHERE;
  /** The file that a CREATE has made already at another worker, by its identity. */
  made: string | undefined;
  /** The bytes of the request, starting at its header; valid until the first await. */
  readonly bytes: Uint8Array;
  /** Called with the response's bytes as they are sent. Preauthentication integrity hashes them. */
  onResponse: ((bytes: Uint8Array) => void) | undefined;
  /** Runs when the response has been handed to the transport. */
  afterSend: (() => void) | undefined;

  constructor(chain: ChainState, header: Header, bytes: Uint8Array) {
    this.chain = chain;
    this.bytes = bytes;
    this.connection = chain.connection;
    this.server = chain.connection.server;
    this.header = header;
    this.encrypted = chain.encrypted;
  }

  get related(): boolean {
    return (this.header.flags & HeaderFlags.RELATED_OPERATIONS) !== 0;
  }

  /**
   * The Open of `fileId` in this session and tree; throws STATUS_FILE_CLOSED when there is none.
   * For a related request it is the Open that the previous request made or used. [MS-SMB2]
   * 3.3.5.2.7.2
   */
  open(fileId: FileId): Open {
    let volatileId = fileId.volatile;
    let persistentId = fileId.persistent;
    if (this.related) {
      // The FileId of the related request itself does not count; clients set it to all ones.
      const before = this.chain.fileId;
      if (before === undefined) throw new StatusError(this.chain.fileStatus, 'no FileId from the request before');
      volatileId = before.volatile;
      persistentId = before.persistent;
    }
    if (this.standIn !== undefined) return this.standIn;
    const open = this.session.opens.get(volatileId);
    if (open === undefined || open.closed || open.fileId.persistent !== persistentId) {
      throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'FileId names no Open');
    }
    // [MS-SMB2] 3.3.5.2.11: the Open belongs to the tree that the request names.
    if (open.tree !== this.tree) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'Open of another tree');
    if (this.connection.dialect >= Dialect.SMB_3_0 && this.counted === undefined) countRequest(this, open);
    // The client has seen the FileId, so it has seen the response to its CREATE. [MS-SMB2]
    // 3.3.5.9.10
    open.replayEligible = false;
    this.chain.fileId = open.fileId;
    return open;
  }

  /** Like `open`, for requests that only files and directories can serve. */
  fileOpen(fileId: FileId): FileOpen {
    const open = this.open(fileId);
    if (open.kind !== 'file') throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'a pipe cannot do this');
    return open;
  }

  /**
   * Room for `length` payload bytes inside the response, behind a body of `fixed` bytes. If the
   * handler returns these bytes as the response's data, they are sent without a copy.
   */
  reserve(fixed: number, length: number): Uint8Array {
    const at = this.chain.payloadAt(fixed);
    const buffer = this.server.pool.acquire(at + length);
    this.dropReserved();
    this.reserved = buffer;
    this.reservedAt = at;
    this.connection.owe(buffer.length);
    return buffer.subarray(at, at + length);
  }

  /** The reserved buffer, for the response; the caller has it from now on. */
  takeReserved(): Uint8Array | undefined {
    const buffer = this.reserved;
    if (buffer === undefined) return undefined;
    this.reserved = undefined;
    this.connection.owe(-buffer.length);
    return buffer;
  }

  /** Gives the reserved room back to the pool unused. */
  dropReserved(): void {
    const buffer = this.takeReserved();
    if (buffer !== undefined) this.server.pool.release(buffer);
  }

  /**
   * Tells the client with an interim response that the answer will take a while, [MS-SMB2] 3.3.4.2.
   *
   * `onCancel` is called with the reason when the request has to end. It is called at once when too
   * many requests of the connection wait already: a waiting request gives its credit back with the
   * interim response, so credits do not limit how many requests wait.
   */
  pend(open: Open | undefined, onCancel: (cause: EndCause) => void): void {
    this.onCancel = onCancel;
    this.pendingOpen = open;
    if (this.connection.pending.size >= this.server.config.maxCredits) {
      this.end('crowd');
      return;
    }
    this.chain.pend(this);
    this.#endAtOnce();
  }

  /** Waits for something else, after the event that `pend` waited for has come. */
  pendAgain(onCancel: (cause: EndCause) => void): void {
    this.onCancel = onCancel;
    this.#endAtOnce();
  }

  /**
   * The response says what the holder may cache now. Breaks for that holder are sent after the
   * response.
   */
  speaksOf(holder: HolderName): void {
    this.#after(this.server.oplockBreaks.behindResponse(holder, () => this.chain.flushBefore()));
  }

  /**
   * After the response, tells the client of a break that is under way and of which the client
   * cannot have heard.
   */
  tellsAgain(holder: HolderName, key: string): void {
    const again = this.server.oplockBreaks.againFor(key, holder);
    if (again !== undefined) this.#after(again);
  }

  /** Whether something waits for the response to be sent. */
  get awaitsSent(): boolean {
    return this.#whenSent !== undefined;
  }

  /** Calls `call` when the response has been handed to the transport, or never will be. */
  whenSent(call: () => void): void {
    this.#after(call);
  }

  /** The response has been handed to the transport, or it never will be. */
  sent(): void {
    const calls = this.#whenSent;
    if (calls === undefined) return;
    this.#whenSent = undefined;
    for (const call of calls) call();
  }

  #after(call: () => void): void {
    if (this.#whenSent === undefined) this.#whenSent = [call];
    else this.#whenSent.push(call);
  }

  /** Undefined for nearly all requests. */
  #whenSent: (() => void)[] | undefined;

  /** The client cancels the request, or something that the request depends on goes away. */
  end(cause: EndCause): void {
    this.#endCause ??= cause;
    this.onCancel?.(cause);
  }

  /**
   * Why nobody is left to answer: what the request depends on may have gone while the request
   * waited for the back end. Undefined when the client still waits for the answer.
   */
  get ended(): EndCause | undefined {
    if (this.#endCause !== undefined) return this.#endCause;
    if (this.connection.closed) return 'connection';
    if (this.session?.state === 'closed') return 'session';
    return this.tree !== undefined && this.session.trees.get(this.tree.treeId) !== this.tree ? 'tree' : undefined;
  }

  #endCause: EndCause | undefined;

  /** Ends this request now, if its reason to end came before it began to wait. */
  #endAtOnce(): void {
    const cause = this.ended;
    if (cause !== undefined) this.onCancel?.(cause);
  }
}
