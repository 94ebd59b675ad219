import type { Signer } from '@tsmbd/smb-crypto';
import { Command, HEADER_SIZE, HeaderFlags, NtStatus } from '@tsmbd/smb2-codec';
import { type Connection, observe, type RequestContext, type Session } from '../model/index.ts';
import { deflateReply } from './compression.ts';
import { HEADROOM, LENGTH_SIZE, ProtocolId, protocolOf, TRANSFORM_SIZE } from './frame.ts';
import { LONG_BYTES, runLong } from './long-call.ts';

/** One encoded response: `[start, end)` of `buffer`, with HEADROOM bytes free before it. */
export interface ElementResponse {
  readonly ctx: RequestContext;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly sign: boolean;
  /** The buffer returns to the pool after it has been sent. */
  readonly pooled: boolean;
}

/** Signs or seals the responses and sends them as one message, [MS-SMB2] 3.3.4.1. */
export function sendResponses(
  connection: Connection,
  responses: readonly ElementResponse[],
  sealFor: Session | undefined,
): void {
  // A client is told only what is already in the store, if it has to outlive the process.
  connection.server.persistent.flush();
  if (responses.length === 1) {
    sendOne(connection, responses[0]!, sealFor);
  } else {
    sendOne(connection, join(connection, responses, sealFor !== undefined), sealFor, true);
  }
}

function sendOne(connection: Connection, r: ElementResponse, sealFor: Session | undefined, signed = false): void {
  if (r.ctx.compressReply && !signed) {
    sendCompressed(connection, r, sealFor);
    return;
  }
  const { buffer, start, end } = r;
  const done = r.pooled ? (): void => connection.server.pool.release(buffer) : undefined;
  const sealer = sealFor?.keys?.sealer;
  if (sealFor !== undefined && sealer !== undefined) {
    observeReply(connection, r, true);
    const frame = buffer.subarray(start - TRANSFORM_SIZE, end);
    const long = end - start > LONG_BYTES ? sealer.sealLong?.(frame, sealFor.sessionId) : undefined;
    if (long === undefined) sealer.seal(frame, sealFor.sessionId);
    connection.send([buffer.subarray(start - HEADROOM, end)], done, long && runLong(long, connection));
    return;
  }
  const ready = signed ? undefined : signOrBegin(r, buffer.subarray(start, end));
  observeReply(connection, r, false);
  connection.send([buffer.subarray(start - LENGTH_SIZE, end)], done, ready);
}

/**
 * Sends a response that the client wants compressed, [MS-SMB2] 3.3.4.1: the signature covers the
 * plain message, the cipher covers the compressed message.
 */
function sendCompressed(connection: Connection, r: ElementResponse, sealFor: Session | undefined): void {
  const plain = r.buffer.subarray(r.start, r.end);
  if (sealFor === undefined) signResponse(r, plain);
  const compressed = connection.compression && deflateReply(connection.compression, plain);
  let signed = r;
  if (compressed !== undefined) {
    observe(connection, false, plain, sealFor !== undefined);
    const buffer = new Uint8Array(HEADROOM + compressed.length);
    buffer.set(compressed, HEADROOM);
    if (r.pooled) connection.server.pool.release(r.buffer);
    signed = { ctx: r.ctx, buffer, start: HEADROOM, end: buffer.length, sign: false, pooled: false };
  }
  sendOne(connection, signed, sealFor, true);
}

/** A compressed response was already observed before it was compressed. */
function observeReply(connection: Connection, { buffer, start, end }: ElementResponse, isSealed: boolean): void {
  if (connection.server.observer === undefined) return;
  const message = buffer.subarray(start, end);
  if (protocolOf(message) === ProtocolId.SMB2) observe(connection, false, message, isSealed);
}

/**
 * Signs the response if the session requires it, and passes the bytes to the handler as they are
 * sent.
 */
function signResponse(r: ElementResponse, bytes: Uint8Array): void {
  signerFor(r, bytes)?.sign(bytes);
  r.ctx.onResponse?.(bytes);
}

/** The same; returns a promise if another thread signs, because the response is long. */
function signOrBegin(r: ElementResponse, bytes: Uint8Array): Promise<void> | undefined {
  const { connection } = r.ctx;
  // An observer sees the message as it is sent, before this returns.
  if (bytes.length > LONG_BYTES && connection.server.observer === undefined) {
    const long = signerFor(r, bytes)?.signLong?.(bytes);
    if (long !== undefined) return runLong(long, connection);
  }
  signResponse(r, bytes);
  return undefined;
}

/** Marks the response as signed and returns who signs it; undefined if it is not signed. */
function signerFor(r: ElementResponse, bytes: Uint8Array): Signer | undefined {
  const session = r.ctx.session as Session | undefined;
  const signer = session?.keys?.signer;
  if (!r.sign || signer === undefined || !mustSign(r.ctx, session as Session)) return undefined;
  bytes[16] = bytes[16]! | HeaderFlags.SIGNED;
  return signer;
}

/** [MS-SMB2] 3.3.4.1.1, and 3.3.5.5.3 for the response that ends a SESSION_SETUP. */
function mustSign(ctx: RequestContext, session: Session): boolean {
  if ((ctx.header.flags & HeaderFlags.SIGNED) !== 0 || session.signingRequired) return true;
  return ctx.header.command === Command.SESSION_SETUP && ctx.status === NtStatus.STATUS_SUCCESS;
}

/**
 * Joins several responses in one buffer. Each is padded to 8 bytes, including the last, and its
 * signature covers the padding.
 */
function join(connection: Connection, responses: readonly ElementResponse[], sealed: boolean): ElementResponse {
  const { pool } = connection.server;
  let length = HEADROOM;
  for (const r of responses) length += align8(r.end - r.start);
  const buffer = pool.acquire(length);
  let at = HEADROOM;
  const last = responses.length - 1;
  for (const [i, r] of responses.entries()) {
    const size = r.end - r.start;
    const room = align8(size);
    const bytes = buffer.subarray(at, at + room);
    bytes.set(r.buffer.subarray(r.start, r.end));
    bytes.fill(0, size);
    if (r.pooled) pool.release(r.buffer);
    if (i !== last) new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE).setUint32(20, room, true);
    if (!sealed) signResponse(r, bytes);
    at += room;
  }
  return { ctx: responses[last]!.ctx, buffer, start: HEADROOM, end: at, sign: false, pooled: true };
}

function align8(n: number): number {
  return (n + 7) & ~7;
}
