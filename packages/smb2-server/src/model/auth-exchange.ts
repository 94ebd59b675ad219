import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';

/**
 * An authentication that is under way. It takes the client's tokens and gives the server's tokens.
 */
export interface AuthExchange {
  /** Throws StatusError when the client is refused. */
  step(token: Uint8Array): MaybePromise<AuthStep>;
}

export type AuthStep =
  | { readonly done: false; readonly token: Uint8Array }
  | { readonly done: true; readonly token: Uint8Array; readonly logon: Logon };

/** The user who has logged on. */
export interface Logon {
  readonly identity: Identity;
  readonly guest: boolean;
  readonly anonymous: boolean;
  /** 16 bytes or more; undefined for guests and anonymous users. */
  readonly sessionKey: Uint8Array | undefined;
}
