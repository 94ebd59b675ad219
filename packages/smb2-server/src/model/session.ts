import type { Sealer, Signer } from '@tsmbd/smb-crypto';
import type { Identity } from '../config.ts';
import type { AuthExchange } from './auth-exchange.ts';
import type { Connection } from './connection.ts';
import type { AwayOpen, Open } from './open.ts';
import type { TreeConnect } from './tree-connect.ts';

/** The signer and sealers of a session, once its keys exist. */
export interface SessionKeys {
  readonly signer: Signer;
  /** Undefined on connections without encryption. */
  readonly opener: Sealer | undefined;
  readonly sealer: Sealer | undefined;
}

/**
 * [MS-SMB2] 3.3.1.8. A session has one connection: a second channel is refused, see session-setup.
 */
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
   * The client has sent an encrypted message. It must encrypt if encryptData is set; otherwise it
   * may.
   */
  clientEncrypts = false;
  /** The authentication under way: the first one or a renewed one. */
  exchange: AuthExchange | undefined;
  /** PreauthIntegrityHashValue of that authentication, 3.1.1. */
  preauthHash: Uint8Array | undefined;
  /**
   * Stops the timer that limits how long the client may take to authenticate. Undefined once the
   * client has authenticated.
   */
  stopLogonTimer: (() => void) | undefined;
  /** Milliseconds of the monotonic clock; Infinity: never. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly trees = new Map<number, TreeConnect>();
  readonly opens = new Map<bigint, Open>();
  /** Opens whose files are at home at other workers, by FileId.Volatile. */
  readonly away = new Map<bigint, AwayOpen>();
  /**
   * The session belongs to another worker, and this worker carries out requests about the files
   * that are at home here.
   */
  readonly isHosted: boolean;
  /** How many of the opens are pipes. */
  pipeCount = 0;
  #nextTreeId = 1;

  constructor(sessionId: bigint, connection: Connection, createdAt: bigint, isHosted = false) {
    this.isHosted = isHosted;
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
