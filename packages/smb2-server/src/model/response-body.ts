/**
 * A response value of the command's own type, or bytes that the handler put into the reserved room.
 */
export type ResponseBody = object;

/** What a handler returns whose payload lies in the room of `ctx.reserve`. */
export class ReservedPayload {
  /** Payload bytes that are valid. */
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}

/** Bytes of the body before the payload, by command. */
export const FIXED_BODY = { READ: 16, OUTPUT_BUFFER: 8 } as const;
