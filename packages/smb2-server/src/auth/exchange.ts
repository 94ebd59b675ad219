import type { AuthExchange, RequestContext } from '../model/index.ts';
import { createNtlmExchange, ntlmOffer } from './ntlm-exchange.ts';

/** The SecurityBuffer of the NEGOTIATE response: the mechanisms that the server offers. */
export function offeredToken(): Uint8Array {
  return ntlmOffer();
}

/** Starts an authentication for the connection of `ctx`. */
export function newExchange(ctx: RequestContext): AuthExchange {
  return createNtlmExchange(ctx);
}
