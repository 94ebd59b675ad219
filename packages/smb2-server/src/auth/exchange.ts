import type { AuthExchange } from '../model/auth-exchange.ts';
import type { RequestContext } from '../model/request-context.ts';
import { createNtlmExchange, ntlmOffer } from './ntlm-exchange.ts';

/** The NEGOTIATE response's SecurityBuffer: the mechanisms on offer. */
export function offeredToken(): Uint8Array {
  return ntlmOffer();
}

/** Starts an authentication for the connection of `ctx`. */
export function newExchange(ctx: RequestContext): AuthExchange {
  return createNtlmExchange(ctx);
}
