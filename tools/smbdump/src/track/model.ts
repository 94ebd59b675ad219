import type { DerivedKeys, Sealer, Signer } from '@tsmbd/smb-crypto';

/** A session, as far as the capture shows it. */
export interface SessionState {
  /** SessionId, 16 hex digits. */
  readonly id: string;
  /** `DOMAIN\user`, `guest`, `anonymous`; undefined while it is not known. */
  user?: string;
  /** How it was set up: `NTLM`, `Kerberos`. */
  mechanism?: string;
  /** Session.SessionKey, when it is known. */
  key?: Uint8Array;
  /** Keys of the session; a bound channel signs with its own. */
  keys?: DerivedKeys | undefined;
  readonly trees: Map<number, TreeState>;
  /** By FileId.Volatile. */
  readonly opens: Map<bigint, OpenState>;
}

export interface TreeState {
  readonly id: number;
  /** `\\server\share`; undefined when the capture began later. */
  readonly path?: string | undefined;
}

/** An open from its CREATE Request on. */
export interface OpenState {
  /** Running number in the capture. */
  readonly index: number;
  /** As the client asked for it; undefined when the capture began later. */
  readonly name: string | undefined;
  readonly session: SessionState | undefined;
  readonly tree: TreeState | undefined;
  persistent?: bigint;
  volatile?: bigint;
  /** Times of the CREATE Request, its response, and the CLOSE Response. */
  readonly requestedUs: number;
  openedUs?: number;
  closedUs?: number;
  /** NTSTATUS of the CREATE. */
  status?: number;
  /** OplockLevel of the response. */
  oplockLevel?: number;
  /** LeaseKey as a GUID, when it has a lease. */
  leaseKey?: string;
}

/** A request that an answer refers to. */
export interface RequestState {
  readonly messageId: bigint;
  readonly command: number;
  readonly frame: number;
  readonly timeUs: number;
  readonly session: SessionState | undefined;
  readonly tree: TreeState | undefined;
  readonly open: OpenState | undefined;
  /** What was asked for, needed to read the answer; 0 where the command has none. */
  readonly infoType: number;
  readonly infoClass: number;
  readonly additionalInformation: number;
  readonly ctlCode: number;
  /** Of READ and WRITE: where and how much. */
  readonly ioOffset: bigint;
  readonly ioLength: number;
  /** Of QUERY_DIRECTORY: whether the connection agreed on Apple's READDIRATTR by then. */
  readonly isReadDirAttr: boolean;
  /** AsyncId of its interim response. */
  asyncId?: bigint;
}

/** How to verify and open what a session sends on one connection. */
export interface ChannelSecurity {
  readonly signer: Signer | undefined;
  readonly fromClient: Sealer | undefined;
  readonly fromServer: Sealer | undefined;
}

/** What is agreed on in a connection. */
export interface Agreement {
  /** DialectRevision; 0 when the capture began later. */
  dialect: number;
  cipherId: number;
  /** SigningAlgorithmId, or undefined where the dialect decides. */
  signingId: number | undefined;
}
