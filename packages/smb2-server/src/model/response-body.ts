/**
 * A response value of the command's own type, or a ReservedPayload when the handler put the bytes
 * into the reserved room.
 */
export type ResponseBody = object;

/** What a handler returns when its payload is in the room that `ctx.reserve` gave. */
export class ReservedPayload {
  /** How many payload bytes are valid. */
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}

/** A response that another worker has encoded: everything behind the header. */
export class EncodedBody {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Bytes of the body before the payload, by command. */
export const FIXED_BODY = { READ: 16, OUTPUT_BUFFER: 8 } as const;
