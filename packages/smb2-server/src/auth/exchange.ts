import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import type { RequestContext } from '../model/request-context.ts';
import { createNtlmExchange, ntlmOffer } from './ntlm-exchange.ts';

/** An authentication under way: the client's tokens in, the server's out. */
export interface AuthExchange {
  /** Throws StatusError when the client is refused. */
  step(token: Uint8Array): MaybePromise<AuthStep>;
}

export type AuthStep =
  | { readonly done: false; readonly token: Uint8Array }
  | { readonly done: true; readonly token: Uint8Array; readonly logon: Logon };

/** Who logged on. */
export interface Logon {
  readonly identity: Identity;
  readonly guest: boolean;
  readonly anonymous: boolean;
  /** 16 bytes or more; undefined for guests and anonymous users. */
  readonly sessionKey: Uint8Array | undefined;
}

/** The NEGOTIATE response's SecurityBuffer: the mechanisms on offer. */
export function offeredToken(): Uint8Array {
  return ntlmOffer();
}

/** Starts an authentication for the connection of `ctx`. */
export function newExchange(ctx: RequestContext): AuthExchange {
  return createNtlmExchange(ctx);
}
