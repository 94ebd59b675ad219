import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';

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
