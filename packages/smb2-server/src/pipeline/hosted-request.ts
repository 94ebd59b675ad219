import { Reader, Writer } from '@tsmbd/ms-dtyp';
import { Command, type FileId, HEADER_SIZE, header as headerCodec } from '@tsmbd/smb2-codec';
import { handleCreateStep } from '../commands/index.ts';
import { DisconnectError, HomedElsewhere, statusOf } from '../errors.ts';
import { type ChainState, type Connection, RequestContext, type ResponseBody, uncountRequest } from '../model/index.ts';
import type { CarryOut, HostedRequest, OpenedAway, Reply } from '../workers/index.ts';
import { dispatchHere } from './dispatch.ts';
import { encodeResponseBody } from './encode-body.ts';
import { logUnexpected } from './fault-owner.ts';
import { HEADROOM } from './frame.ts';

/** The compound that a hosted request is part of, as far as the request needs to know of it. */
class HostedChain implements ChainState {
  readonly connection: Connection;
  readonly encrypted: boolean;
  readonly sealedFor: undefined;
  sessionId: bigint;
  treeId: number;
  fileId: FileId | undefined;
  unrelated = false;
  fileStatus = 0;
  readonly #request: HostedRequest;

  constructor(request: HostedRequest) {
    const { message, session } = request;
    this.#request = request;
    this.connection = session.connection;
    this.encrypted = message.encrypted;
    this.sessionId = message.session;
    this.treeId = message.tree;
    this.fileId = message.fileId;
  }

  payloadAt(fixed: number): number {
    return HEADROOM + HEADER_SIZE + fixed;
  }

  pend(ctx: RequestContext): void {
    ctx.asyncId = this.connection.newAsyncId();
    this.connection.pending.set(ctx.asyncId, ctx);
    this.#request.pending();
  }

  flushBefore(): void {
    this.#request.hurry();
  }
}

/**
 * Carries out a request that came to another worker. That worker has checked the message, its
 * session and its signature, and sends the response.
 */
export const carryOutHosted: CarryOut = async (request, begun) => {
  const { message, session } = request;
  const reader = new Reader(message.bytes, 'SMB2 Header');
  const ctx = new RequestContext(new HostedChain(request), headerCodec.decode(reader), message.bytes);
  ctx.session = session;
  ctx.made = message.made;
  ctx.triedAt = new Set(message.triedAt);
  begun(ctx);
  let reply: Reply;
  try {
    const tree = session.trees.get(message.tree);
    if (tree !== undefined) ctx.tree = tree;
    reply = replyOf(ctx, await bodyOf(ctx, reader, message.step), message.step);
  } catch (error) {
    reply = refusalOf(ctx, error);
  }
  uncountRequest(ctx);
  if (ctx.asyncId !== 0n) ctx.connection.pending.delete(ctx.asyncId);
  return { reply, ctx };
};

function bodyOf(
  ctx: RequestContext,
  reader: Reader,
  step: HostedRequest['message']['step'],
): ResponseBody | Promise<ResponseBody> {
  return step === 'all'
    ? dispatchHere(ctx, reader)
    : dispatchHere(ctx, reader, (request) => handleCreateStep(step, request as never, ctx));
}

function replyOf(ctx: RequestContext, body: ResponseBody, step: HostedRequest['message']['step']): Reply {
  const { server } = ctx;
  if (step !== 'all') {
    const empty = { status: 0, body: new Uint8Array(0), compress: false, fileId: undefined, awaitsSent: false };
    return { kind: 'body', ...empty, opened: undefined };
  }
  const w = ctx.reserved === undefined ? server.pool.small(HEADROOM) : new Writer(ctx.reserved, HEADROOM, true);
  const start = w.position + HEADER_SIZE;
  w.zero(HEADER_SIZE);
  const end = encodeResponseBody(w, ctx, body);
  const encoded = w.buffer.slice(start, end);
  ctx.dropReserved();
  // What is stored has to be there before the client is answered.
  server.persistent.flush();
  return {
    kind: 'body',
    status: ctx.status,
    body: encoded,
    compress: ctx.compressReply,
    fileId: ctx.chain.fileId,
    awaitsSent: ctx.awaitsSent,
    opened: ctx.header.command === Command.CREATE ? openedOf(ctx) : undefined,
  };
}

function openedOf({ session, chain }: RequestContext): OpenedAway | undefined {
  const open = chain.fileId && session.opens.get(chain.fileId.volatile);
  if (open?.kind !== 'file') return undefined;
  const { key, grantedAccess, shareAccess, createOptions, path } = open;
  const isRepeatable = open.createGuid !== undefined && open.replayEligible;
  return { key, grantedAccess, shareAccess, createOptions, path, isRepeatable };
}

function refusalOf(ctx: RequestContext, error: unknown): Reply {
  ctx.dropReserved();
  const { errorData } = ctx;
  if (error instanceof HomedElsewhere) {
    // The worker of the client has opened the file itself, if it wants to keep it open.
    if (error.found !== undefined) ctx.server.track(Promise.resolve(error.found.handle.close()));
    const made = error.found?.created === true ? error.found.handle.identity : ctx.made;
    return { kind: 'elsewhere', worker: error.worker, made };
  }
  if (error instanceof DisconnectError) return { kind: 'disconnect', reason: error.message };
  const { status, unexpected } = statusOf(error);
  if (unexpected) logUnexpected(ctx, error);
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'refused', status, reason, errorData };
}
