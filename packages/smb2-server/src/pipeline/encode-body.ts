import type { Writer } from '@tsmbd/ms-dtyp';
import { Command, encodeReadResponseHead, errorResponse } from '@tsmbd/smb2-codec';
import { EncodedBody, FIXED_BODY, type RequestContext, ReservedPayload, type ResponseBody } from '../model/index.ts';
import { COMMANDS } from './dispatch.ts';

/** Writes the body behind the header. Returns the index after the response's last byte. */
export function encodeResponseBody(w: Writer, ctx: RequestContext, body: ResponseBody): number {
  if (body instanceof EncodedBody) {
    w.bytes(body.bytes);
    return w.position;
  }
  if (!(body instanceof ReservedPayload)) {
    COMMANDS.get(ctx.header.command)!.response.encode(w, body);
    return w.position;
  }
  if (ctx.header.command === Command.READ) {
    // READ Response, [MS-SMB2] 2.2.20, whose data is already in place.
    const at = w.position;
    encodeReadResponseHead(w, body.length);
    const { readPadding } = ctx.connection.torture;
    if (readPadding > 0) {
      w.buffer[at + 2] = w.offset + readPadding;
      w.zero(readPadding);
    }
  } else {
    // QUERY_DIRECTORY, QUERY_INFO and CHANGE_NOTIFY Responses share one shape, [MS-SMB2] 2.2.34,
    // 2.2.36, 2.2.38.
    w.u16(9);
    w.u16(64 + FIXED_BODY.OUTPUT_BUFFER);
    w.u32(body.length);
  }
  return w.position + body.length;
}

/**
 * ERROR Response, [MS-SMB2] 2.2.2. A command whose failure carries data puts the data into
 * `ctx.errorData`.
 */
export function encodeErrorBody(w: Writer, ctx: RequestContext): void {
  errorResponse.encode(w, { errorContextCount: 0, errorData: ctx.errorData ?? NO_DATA });
}

const NO_DATA = new Uint8Array(0);
