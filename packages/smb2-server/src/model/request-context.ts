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
 * Why a pending request ends without its answer: CANCEL, or its open, tree, session or connection
 * went, or too many of its connection's wait already.
 */
export type EndCause = 'cancelled' | 'open' | 'tree' | 'session' | 'connection' | 'crowd';

/** One request on its way through the server. */
export class RequestContext {
  readonly server: Engine;
  readonly connection: Connection;
  readonly chain: ChainState;
  readonly header: Header;
  /** The request's body, once it is decoded: for the log, should it be refused. */
  request: unknown;
  /** Set by the dispatcher for every command that needs one. */
  session!: Session;
  tree!: TreeConnect;
  /** The response's status, when it is not STATUS_SUCCESS but has a body of its own. */
  status: number = NtStatus.STATUS_SUCCESS;
  /** Whether the message came encrypted. */
  readonly encrypted: boolean;
  /** Set once an interim response has gone out. */
  asyncId = 0n;
  /** Called when the client cancels the request, or what it depends on goes. */
  onCancel: ((cause: EndCause) => void) | undefined;
  /** The open that a pending request belongs to. */
  pendingOpen: Open | undefined;
  /** Response buffer from the pool whose payload part the handler filled. */
  reserved: Uint8Array | undefined;
  reservedAt = 0;
  /** The counters that this request stands in, and under which number. */
  counted: ChannelSequence | undefined;
  countedAs = 0;
  /** Set by handlers whose connection ends with this response. */
  closeAfter: string | undefined;
  /** The response may go out compressed: Request.CompressReply, [MS-SMB2] 3.3.5.12. */
  compressReply = false;
  /** ErrorData of an error response, [MS-SMB2] 2.2.2. */
  errorData: Uint8Array | undefined;
  /** The request's bytes from its header on; valid until the first await. */
  readonly bytes: Uint8Array;
  /** Sees the response's bytes as they leave: preauthentication integrity hashes them. */
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
   * The Open of `fileId` in this session and tree, or STATUS_FILE_CLOSED; of a related request the
   * one that the request before it made or used. [MS-SMB2] 3.3.5.2.7.2
   */
  open(fileId: FileId): Open {
    let volatileId = fileId.volatile;
    let persistentId = fileId.persistent;
    if (this.related) {
      // Whatever FileId the request itself has; clients leave all ones there.
      const before = this.chain.fileId;
      if (before === undefined) throw new StatusError(this.chain.fileStatus, 'no FileId from the request before');
      volatileId = before.volatile;
      persistentId = before.persistent;
    }
    const open = this.session.opens.get(volatileId);
    if (open === undefined || open.closed || open.fileId.persistent !== persistentId) {
      throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'FileId names no Open');
    }
    // [MS-SMB2] 3.3.5.2.11: the Open belongs to the tree that the request names.
    if (open.tree !== this.tree) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'Open of another tree');
    if (this.connection.dialect >= Dialect.SMB_3_0 && this.counted === undefined) countRequest(this, open);
    // The client has seen the FileId, so it has seen the answer to its CREATE. [MS-SMB2] 3.3.5.9.10
    open.replayEligible = false;
    this.chain.fileId = open.fileId;
    return open;
  }

  /** The same, for what only files and directories can do. */
  fileOpen(fileId: FileId): FileOpen {
    const open = this.open(fileId);
    if (open.kind !== 'file') throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'a pipe cannot do this');
    return open;
  }

  /**
   * Room for `length` payload bytes inside the response, behind a body of `fixed` bytes. Returned
   * as the response's data, they are sent without a copy.
   */
  reserve(fixed: number, length: number): Uint8Array {
    const at = this.chain.payloadAt(fixed);
    const buffer = this.server.pool.acquire(at + length);
    this.dropReserved();
    this.reserved = buffer;
    this.reservedAt = at;
    return buffer.subarray(at, at + length);
  }

  /** Gives the reserved room back unused. */
  dropReserved(): void {
    if (this.reserved !== undefined) this.server.pool.release(this.reserved);
    this.reserved = undefined;
  }

  /**
   * Tells the client with an interim response that the answer will take a while, [MS-SMB2] 3.3.4.2.
   * `onCancel` is called with the reason to end; at once when too many of the connection's requests
   * wait already: a request that waits gives its credit back with the interim response, so credits
   * do not bound how many there are.
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

  /** Waits for something else, after what `pend` was for has come. */
  pendAgain(onCancel: (cause: EndCause) => void): void {
    this.onCancel = onCancel;
    this.#endAtOnce();
  }

  /** The response says what the holder may cache now: breaks of it come behind. */
  speaksOf(holder: HolderName): void {
    this.#whenSent.push(this.server.oplockBreaks.behindResponse(holder, () => this.chain.flushBefore()));
  }

  /**
   * Behind the response the client is told of a break that is under way, of which it cannot have
   * heard.
   */
  tellsAgain(holder: HolderName, key: string): void {
    const again = this.server.oplockBreaks.againFor(key, holder);
    if (again !== undefined) this.#whenSent.push(again);
  }

  /** The response has been handed to the transport, or never will be. */
  sent(): void {
    if (this.#whenSent.length > 0) for (const call of this.#whenSent.splice(0)) call();
  }

  readonly #whenSent: (() => void)[] = [];

  /** The client cancels the request, or what it depends on goes. */
  end(cause: EndCause): void {
    this.#endCause ??= cause;
    this.onCancel?.(cause);
  }

  /**
   * Why there is nobody left to answer: what the request depends on may have gone while it waited
   * for the back end.
   */
  get ended(): EndCause | undefined {
    if (this.#endCause !== undefined) return this.#endCause;
    if (this.connection.closed) return 'connection';
    if (this.session?.state === 'closed') return 'session';
    return this.tree !== undefined && this.session.trees.get(this.tree.treeId) !== this.tree ? 'tree' : undefined;
  }

  #endCause: EndCause | undefined;

  /** Whoever ends requests that wait has been here before this one waited. */
  #endAtOnce(): void {
    const cause = this.ended;
    if (cause !== undefined) this.onCancel?.(cause);
  }
}
