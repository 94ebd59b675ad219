/**
 * The state of one file: what is open, what is locked, whether it is to be deleted. Plain values only, so that it
 * can be serialised, compared and kept anywhere.
 */
export interface FileState {
  /** Every open of the file, by the identifier that the engine gave it. */
  readonly opens: Map<OpenId, OpenState>;
  /** FILE_DISPOSITION: the name goes with the last close and nobody opens it until then. [MS-FSA] 2.1.1.5 */
  deletePending: boolean;
  /** Granted byte-range locks in the order of their granting. */
  locks: ByteRangeLock[];
  /** Lock requests that wait for others to go, first come first served. */
  waiters: LockWaiter[];
  /** The break that an acknowledgment is awaited for; at most one holder can cache writes, so there is at most one. */
  breaking: OplockBreak | undefined;
  /** Opens that wait for that break to end. */
  waitingOpens: number[];
}

/** Names an Open; unique for the life of the server. */
export type OpenId = number;

export interface OpenState {
  readonly id: OpenId;
  /** Granted access: FILE_* and standard rights. */
  readonly access: number;
  /** FILE_SHARE_READ 1, WRITE 2, DELETE 4. */
  readonly share: number;
  /** Opened with FILE_DELETE_ON_CLOSE: closing this open makes the file delete-pending. */
  deleteOnClose: boolean;
  /** What this open may cache now; while it is being broken, still what it had. */
  oplock: OplockLevel;
  /** Asked for metadata alone: it neither breaks oplocks nor keeps others from them. */
  readonly statOnly: boolean;
}

/** SMB2_OPLOCK_LEVEL_*, [MS-SMB2] 2.2.13. Leases are not among them. */
export const Oplock = { NONE: 0x00, LEVEL_II: 0x01, EXCLUSIVE: 0x08, BATCH: 0x09 } as const;
export type OplockLevel = (typeof Oplock)[keyof typeof Oplock];

/** A holder that was told to give up caching writes and has not answered. */
export interface OplockBreak {
  readonly open: OpenId;
  /** What it may keep. */
  readonly to: OplockLevel;
}

/** A granted lock. Offsets and lengths are unsigned 64-bit. */
export interface ByteRangeLock {
  readonly open: OpenId;
  readonly offset: bigint;
  readonly length: bigint;
  readonly exclusive: boolean;
}

/** One range of a lock request. */
export interface LockRange {
  readonly offset: bigint;
  readonly length: bigint;
  readonly exclusive: boolean;
}

export interface LockWaiter {
  /** The engine's name for the waiting request. */
  readonly waiter: number;
  readonly open: OpenId;
  readonly range: LockRange;
}

/** A file that nobody has open. */
export function newFileState(): FileState {
  return { opens: new Map(), deletePending: false, locks: [], waiters: [], breaking: undefined, waitingOpens: [] };
}

/** Nothing is left to remember: the state can be dropped. */
export function isIdle(state: FileState): boolean {
  return state.opens.size === 0;
}
