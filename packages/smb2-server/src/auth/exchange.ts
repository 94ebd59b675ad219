import type { AuthExchange, RequestContext } from '../model/index.ts';
import { createNtlmExchange, ntlmOffer } from './ntlm-exchange.ts';

/** The NEGOTIATE response's SecurityBuffer: the mechanisms on offer. */
export function offeredToken(): Uint8Array {
  return ntlmOffer();
}

/** Starts an authentication for the connection of `ctx`. */
export function newExchange(ctx: RequestContext): AuthExchange {
  return createNtlmExchange(ctx);
}
