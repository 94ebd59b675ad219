import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  type FileId,
  HEADER_SIZE,
  type Header,
  HeaderFlags,
  header as headerCodec,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { storageFor } from '@tsmbd/vfs-adapter';
import { DisconnectError, StatusError, statusOf } from '../errors.ts';
import {
  type ChainState,
  type Connection,
  RequestContext,
  type ResponseBody,
  type Session,
  Turn,
  uncountRequest,
} from '../model/index.ts';
import { doubtAbout } from './authenticity.ts';
import { checkElement, dispatch } from './dispatch.ts';
import { encodeErrorBody, encodeResponseBody } from './encode-body.ts';
import { logUnexpected } from './fault-owner.ts';
import { HEADROOM } from './frame.ts';
import { type ElementResponse, sendResponses } from './respond.ts';

/**
 * How many requests of one compound are carried out; further ones are refused. Clients send five at
 * most.
 */
const MAX_ELEMENTS = 256;
/**
 * When the responses of a compound are larger than this together, they are sent in several
 * messages. There is room for one of the largest responses and a few more.
 */
const MAX_COMPOUND_BYTES = 9 << 20;

/**
 * One received message: a request, or a compound of several requests that are handled one after the
 * other. [MS-SMB2] 3.3.5.2.7. The responses are sent together, unless one request has to wait.
 */
export class Chain implements ChainState {
  readonly connection: Connection;
  readonly encrypted: boolean;
  /** The session whose key decrypted the message. */
  readonly sealedFor: Session | undefined;
  /** The session, tree and file of the previous request. Related requests work on these. */
  sessionId = 0n;
  treeId = 0;
  fileId: FileId | undefined;
  /**
   * The chain began with a request that claimed to be related. All requests that follow it then
   * have nothing to be related to.
   */
  unrelated = false;
  /** The status that says why the previous request has left no FileId. */
  fileStatus: number = NtStatus.STATUS_INVALID_HANDLE;
  readonly #message: Uint8Array;
  readonly #release: () => void;
  #next = 0;
  #responses: ElementResponse[] = [];
  /** Bytes of these responses. */
  #bytes = 0;
  #elements = 0;
  #turn: Turn | undefined;
  #first = true;
  /** The command and the share of the last element. */
  #command = 0;
  #share: string | undefined;

  constructor(connection: Connection, message: Uint8Array, release: () => void, sealedFor: Session | undefined) {
    this.connection = connection;
    this.#message = message;
    this.#release = release;
    this.sealedFor = sealedFor;
    this.encrypted = sealedFor !== undefined;
  }

  /**
   * Handles the elements from where it stopped. Returns when all elements are done or one of them
   * waits: true if one of them waits. Throws errors that end the connection.
   */
  run(): boolean {
    try {
      return this.#run();
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  #run(): boolean {
    while (this.#next < this.#message.length) {
      if (this.connection.closed) break;
      const later = this.#givesWay() ?? this.#element();
      if (later !== undefined) {
        this.connection.server.turns.waits(this.#command, this.#share);
        later.then(
          () => this.#inTurn(() => this.#resume()),
          (error: unknown) => this.#failed(error),
        );
        return true;
      }
      if (this.#next < this.#message.length) this.#did();
    }
    this.#release();
    this.#flush();
    this.#did();
    return false;
  }

  /** The last element, and sending its response, have used the time up to now. */
  #did(): void {
    this.connection.server.turns.did(this.#command, this.#share);
  }

  /**
   * Called before each element. Between two elements it returns a promise if the client has not yet
   * taken what was sent to it, or if this chain has used the event loop for too long.
   */
  #givesWay(): Promise<void> | undefined {
    if (this.#next === 0) return undefined;
    this.#turn ??= new Turn(this.connection.server.env);
    return this.connection.untilTaken() ?? this.#turn.over();
  }

  /** Where the payload lies in a response buffer whose body has `fixed` bytes before it. */
  payloadAt(fixed: number): number {
    return HEADROOM + HEADER_SIZE + fixed;
  }

  /**
   * Sends the responses of the elements before `ctx`, and then its interim response. [MS-SMB2]
   * 3.3.4.2
   */
  pend(ctx: RequestContext): void {
    const { connection } = this;
    ctx.asyncId = connection.newAsyncId();
    connection.pending.set(ctx.asyncId, ctx);
    // In a message of its own, after the responses that are ready: Linux reads one message as one
    // response.
    this.#flush();
    const interim = this.#errorResponse(ctx, NtStatus.STATUS_PENDING);
    // [MS-SMB2] 3.3.4.1.1: an interim response is not signed.
    this.#responses.push({ ...interim, sign: false });
    this.#flush();
  }

  /**
   * Sends the responses that are ready, because something is about to be sent that must come after
   * them.
   */
  flushBefore(): void {
    this.#flush();
  }

  #resume(): void {
    try {
      this.run();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof DisconnectError) {
      this.connection.disconnect(error.message);
    } else {
      this.connection.server.env.log('error', 'smb', 'a request could not be handled', { error });
      this.connection.disconnect('internal error');
    }
    this.#abandon();
    this.#release();
  }

  /** The responses that are ready will not be sent. What waits for them to be sent goes on. */
  #abandon(): void {
    for (const { ctx } of this.#responses.splice(0)) ctx.sent();
  }

  /** Handles one element. Returns a promise when the element has to wait. */
  #element(): Promise<void> | undefined {
    const start = this.#next;
    const message = this.#message;
    if (message.length - start < HEADER_SIZE) throw new DisconnectError('message shorter than a header');
    const reader = new Reader(message, 'SMB2 Header', start, message.length);
    let header: Header;
    try {
      header = headerCodec.decode(reader);
    } catch (error) {
      if (error instanceof CodecError) throw new DisconnectError('malformed header');
      throw error;
    }
    const end = this.#elementEnd(header, start);
    this.#next = end;
    const bytes = start === 0 && end === message.length ? message : message.subarray(start, end);
    const first = this.#first;
    this.#first = false;
    this.#command = header.command;
    this.#share = undefined;

    if (header.command === Command.CANCEL) {
      this.#cancel(header, bytes);
      return undefined;
    }
    const ctx = new RequestContext(this, header, bytes);
    this.#elements += 1;
    if (header.command !== Command.ECHO) this.connection.lastUsed = this.connection.server.env.now();
    let body: ResponseBody | Promise<ResponseBody>;
    try {
      checkElement(ctx, first);
      if (this.#elements > MAX_ELEMENTS) {
        throw new StatusError(
          NtStatus.STATUS_INSUFFICIENT_RESOURCES,
          `more than ${MAX_ELEMENTS} requests in a compound`,
        );
      }
      this.#share = ctx.tree?.share.name;
      storageFor(this.connection);
      body = dispatch(ctx, bytes === message ? reader : new Reader(bytes, '', 0));
    } catch (error) {
      this.#refuse(ctx, error);
      return undefined;
    } finally {
      storageFor(undefined);
    }
    if (body instanceof Promise) {
      return body.then(
        (value) =>
          this.#inTurn(() => {
            this.#complete(ctx, value);
            this.#did();
          }),
        (error: unknown) =>
          this.#inTurn(() => {
            this.#refuse(ctx, error);
            this.#did();
          }),
      );
    }
    this.#complete(ctx, body);
    return undefined;
  }

  /**
   * One event may end the waits of many requests: an unlock, a CLOSE, a change in a folder. They
   * are answered in as many turns of the event loop as that takes.
   */
  #inTurn(work: () => void): void | Promise<void> {
    const { turns, nextTurns } = this.connection.server;
    return turns.isSpent ? nextTurns.wait().then(work) : work();
  }

  #elementEnd(header: Header, start: number): number {
    if (header.nextCommand === 0) return this.#message.length;
    const end = start + header.nextCommand;
    // [MS-SMB2] 3.3.5.2.7: NextCommand is 8-byte aligned, and leaves room for a header behind it.
    if (header.nextCommand % 8 !== 0 || header.nextCommand < HEADER_SIZE || end + HEADER_SIZE > this.#message.length) {
      throw new DisconnectError('NextCommand does not lead to a header');
    }
    return end;
  }

  #cancel(header: Header, bytes: Uint8Array): void {
    const session = this.connection.session(header.sessionId);
    // [MS-SMB2] 3.3.5.2.4: a CANCEL that must be signed is dropped if its signature is missing or
    // wrong.
    if (session === undefined || doubtAbout(header, bytes, this.sealedFor, session) !== undefined) return;
    const isAsync = (header.flags & HeaderFlags.ASYNC_COMMAND) !== 0;
    this.connection.cancel(session, header, isAsync ? header.asyncId : undefined);
  }

  #complete(ctx: RequestContext, body: ResponseBody): void {
    uncountRequest(ctx);
    if (ctx.asyncId !== 0n) this.connection.pending.delete(ctx.asyncId);
    let response: ElementResponse;
    try {
      response = this.#encode(ctx, body);
    } catch (error) {
      this.#refuse(ctx, error);
      return;
    }
    // This is outside the try, because a request is answered once, even if sending its response
    // fails.
    this.#push(ctx, response);
  }

  #refuse(ctx: RequestContext, error: unknown): void {
    if (error instanceof DisconnectError) {
      // No response is sent any more. What waits for the response goes on.
      ctx.sent();
      throw error;
    }
    uncountRequest(ctx);
    if (ctx.asyncId !== 0n) this.connection.pending.delete(ctx.asyncId);
    ctx.dropReserved();
    const { status, unexpected } = statusOf(error);
    if (unexpected) logUnexpected(ctx, error);
    else this.connection.refusals.note(ctx, status, error as Error);
    // Requests that are related to a CREATE that failed, or to a FileId that names nothing, fail
    // with the same status.
    if (ctx.header.command === Command.CREATE) this.fileId = undefined;
    if (this.fileId === undefined) this.fileStatus = status;
    this.#push(ctx, this.#errorResponse(ctx, status));
  }

  #push(ctx: RequestContext, response: ElementResponse): void {
    const bytes = response.end - response.start;
    // [MS-SMB2] 3.3.4.1.3: the responses to a compound may be sent in several messages.
    if (this.#bytes > 0 && this.#bytes + bytes > MAX_COMPOUND_BYTES) this.#flush();
    this.#bytes += bytes;
    this.#responses.push(response);
    if (ctx.closeAfter !== undefined || ctx.afterSend !== undefined) {
      this.#flush();
      ctx.afterSend?.();
      if (ctx.closeAfter !== undefined) throw new DisconnectError(ctx.closeAfter);
    }
  }

  #encode(ctx: RequestContext, body: ResponseBody): ElementResponse {
    const { pool } = ctx.server;
    if (ctx.reserved !== undefined) {
      const buffer = ctx.reserved;
      const w = new Writer(buffer, HEADROOM, true);
      this.#header(w, ctx, ctx.status);
      const end = encodeResponseBody(w, ctx, body);
      ctx.takeReserved();
      return { ctx, buffer, start: HEADROOM, end, sign: true, pooled: true };
    }
    const w = pool.small(HEADROOM);
    const start = w.position;
    this.#header(w, ctx, ctx.status);
    const end = encodeResponseBody(w, ctx, body);
    pool.wrote(end);
    return { ctx, buffer: w.buffer, start, end, sign: true, pooled: false };
  }

  #errorResponse(ctx: RequestContext, status: number): ElementResponse {
    const { pool } = ctx.server;
    const w = pool.small(HEADROOM);
    const start = w.position;
    this.#header(w, ctx, status);
    encodeErrorBody(w, ctx);
    pool.wrote(w.position);
    return { ctx, buffer: w.buffer, start, end: w.position, sign: true, pooled: false };
  }

  #header(w: Writer, ctx: RequestContext, status: number): void {
    const request = ctx.header;
    const isAsync = ctx.asyncId !== 0n;
    const final = isAsync && status !== NtStatus.STATUS_PENDING;
    headerCodec.encode(w, {
      creditCharge: request.creditCharge,
      status,
      command: request.command,
      // The credits for an asynchronous request were sent with its interim response.
      credits: final ? 0 : ctx.connection.window.grant(request.credits),
      flags:
        HeaderFlags.SERVER_TO_REDIR |
        (isAsync ? HeaderFlags.ASYNC_COMMAND : 0) |
        (request.flags & (HeaderFlags.RELATED_OPERATIONS | HeaderFlags.PRIORITY_MASK)),
      nextCommand: 0,
      messageId: request.messageId,
      asyncId: ctx.asyncId,
      processId: isAsync ? 0 : request.processId,
      treeId: isAsync ? 0 : this.treeId,
      sessionId: this.sessionId,
      // A response that is not signed echoes the request's signature, as on Windows. Clients use
      // this to tell a refusal from a forgery.
      signature: request.signature,
    });
  }

  #flush(): void {
    const responses = this.#responses;
    if (responses.length === 0) return;
    this.#responses = [];
    this.#bytes = 0;
    try {
      sendResponses(this.connection, responses, this.encrypted ? this.sealedFor : undefined);
    } catch (error) {
      // Some responses may have been sent, and the client's key may have been used. Closing the
      // connection is the only way left to tell the client.
      this.connection.server.env.log('error', 'smb', 'bug: a response could not be sent', { error });
      this.connection.disconnect('internal error');
    } finally {
      // What waits for a response goes on, even if the response was not sent.
      for (const { ctx } of responses) ctx.sent();
    }
  }
}
