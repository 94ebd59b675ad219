import type { Sealer, Signer } from '@tsmbd/smb-crypto';
import type { Identity } from '../config.ts';
import type { AuthExchange } from './auth-exchange.ts';
import type { Connection } from './connection.ts';
import type { Open } from './open.ts';
import type { TreeConnect } from './tree-connect.ts';

/** What a session signs and seals with, once its keys exist. */
export interface SessionKeys {
  readonly signer: Signer;
  /** Undefined on connections without encryption. */
  readonly opener: Sealer | undefined;
  readonly sealer: Sealer | undefined;
}

/** [MS-SMB2] 3.3.1.8. One connection each: a second channel is refused, see session-setup. */
export class Session {
  readonly sessionId: bigint;
  readonly connection: Connection;
  /** FILETIME. */
  readonly createdAt: bigint;
  state: 'in-progress' | 'valid' | 'expired' | 'closed' = 'in-progress';
  /** Undefined until the first authentication has succeeded. */
  identity: Identity | undefined;
  guest = false;
  anonymous = false;
  /** Undefined for guest and anonymous sessions, which have no key of their own. */
  keys: SessionKeys | undefined;
  signingRequired = false;
  encryptData = false;
  /**
   * The client has sent an encrypted message, as it must where encryptData is set and may
   * elsewhere.
   */
  clientEncrypts = false;
  /** The authentication under way, the first or a renewed one. */
  exchange: AuthExchange | undefined;
  /** PreauthIntegrityHashValue of that authentication, 3.1.1. */
  preauthHash: Uint8Array | undefined;
  /** Stops the time that the client has to authenticate; undefined once it has. */
  stopLogonTimer: (() => void) | undefined;
  /** Milliseconds of the monotonic clock; Infinity: never. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly trees = new Map<number, TreeConnect>();
  readonly opens = new Map<bigint, Open>();
  /** Opens of pipes among them. */
  pipeCount = 0;
  #nextTreeId = 1;

  constructor(sessionId: bigint, connection: Connection, createdAt: bigint) {
    this.sessionId = sessionId;
    this.connection = connection;
    this.createdAt = createdAt;
  }

  /** A TreeId that this session does not use. */
  newTreeId(): number {
    while (this.trees.has(this.#nextTreeId) || this.#nextTreeId === 0) {
      this.#nextTreeId = (this.#nextTreeId + 1) >>> 0;
    }
    const id = this.#nextTreeId;
    this.#nextTreeId = (id + 1) % 0xffff_fffe;
    return id;
  }
}
