import { type LockTable, newLockTable, newWaiterTable, type WaiterTable } from './lock-table.ts';

/**
 * The state of one file: what is open, what is locked, whether it is to be deleted. Plain values
 * only, so that it can be serialised, compared and kept anywhere.
 */
export interface FileState {
  /** Every open of the file, by the identifier that the engine gave it. */
  readonly opens: Map<OpenId, OpenState>;
  /**
   * Names of the file that are to go. `pending`: with the last open of the name, and nobody opens
   * it until then; `deleting`: that is gone, and the name is being removed; `gone`: it was removed
   * before its opens. [MS-FSA] 2.1.1.5
   */
  readonly deletedLinks: Map<LinkId, 'pending' | 'deleting' | 'gone'>;
  /** Granted byte-range locks: see `locksOf`. */
  locks: LockTable;
  /** Lock requests that wait for others to go, first come first served. */
  waiters: WaiterTable;
  /** Leases on this file, by their client and key. One without opens is gone. */
  readonly leases: Map<LeaseId, LeaseState>;
  /**
   * Opens of the file's named streams. A stream has a state of its own; the name is the file's, and
   * lasts as long as any open of it. [MS-FSA] 2.1.1.3 File.OpenList, 2.1.1.5
   */
  readonly streamOpens: Map<OpenId, StreamOpen>;
  /**
   * Requests that wait for breaks to end, in the order they came. They are told to ask again when
   * one ends, and stay here until they do: meanwhile nobody is granted what they have waited to see
   * given up.
   */
  waiting: number[];
}

/**
 * A name of the file, as the engine tells them apart; '' where there is nothing to tell apart, as
 * with named streams. [MS-FSA] 2.1.1.5
 */
export type LinkId = string;

/** What a file knows of an open of one of its named streams. */
export interface StreamOpen {
  /** FILE_SHARE_* */
  readonly share: number;
  /** The name of the file by which the stream was opened. */
  link: LinkId;
}

/** Names an Open; unique for the life of the server. */
export type OpenId = number;

/** Names a lease: ClientGuid and LeaseKey, as the engine writes them. [MS-SMB2] 3.3.1.11 */
export type LeaseId = string;

/**
 * What may be cached: bits of CacheBits. SMB2_LEASE_*_CACHING, [MS-SMB2] 2.2.13.2.8; an oplock is
 * the same bits: level II R, exclusive RW, batch RWH.
 */
export type CacheState = number;
export const CacheBits = { NONE: 0, READ: 1, HANDLE: 2, WRITE: 4 } as const;

/** Who caches: an open by its oplock, or a lease for all its opens. */
export interface CacheHolder {
  /** What it may cache now; while it is being broken, still what it had. */
  cache: CacheState;
  /** Told to give something up, and has not answered. */
  breaking: CacheBreak | undefined;
}

/** A break that an acknowledgment is awaited for. [MS-SMB2] 3.3.1.12 Breaking, BreakToLeaseState */
export interface CacheBreak {
  /** What the notification said may be kept. */
  readonly to: CacheState;
  /** What may be kept by now: others may have wanted more meanwhile. The rest is asked for next. */
  required: CacheState;
  /** Nobody was there to be told: the opens that hold the cache are being closed instead. */
  untold: boolean;
}

/**
 * What lets an open outlive its connection. [MS-SMB2] 3.3.1.10 IsDurable, IsPersistent, IsResilient
 */
export interface DurableState {
  readonly kind: 'durable' | 'persistent' | 'resilient';
  /** Who may come back for it, as the engine names users. */
  readonly owner: string;
  /** The client, by its ClientGuid. */
  client: string;
  /** CreateGuid of version 2. */
  readonly createGuid: string | undefined;
  /** Its connection is gone: it waits. */
  disconnected: boolean;
  /** It stood in somebody's way while it waited, and is being closed: nobody comes back for it. */
  purged: boolean;
}

export interface OpenState extends CacheHolder {
  readonly id: OpenId;
  /** The name that it was opened by. [MS-FSA] 2.1.1.6 Open.Link */
  link: LinkId;
  /** Granted access: FILE_* and standard rights. */
  readonly access: number;
  /** FILE_SHARE_READ 1, WRITE 2, DELETE 4. */
  readonly share: number;
  /** Opened with FILE_DELETE_ON_CLOSE: closing this open makes the file delete-pending. */
  deleteOnClose: boolean;
  /** Its oplock may be, or become, level II. */
  readonly levelTwo: boolean;
  /** The lease that this open belongs to; it has no oplock of its own then. */
  readonly lease: LeaseId | undefined;
  /** Undefined: it ends with its connection. */
  durable: DurableState | undefined;
  /** Nobody opens so much as a stream of the file beside it. */
  readonly alone?: boolean;
}

/** [MS-SMB2] 3.3.1.12. Its opens are those of the file that name it. */
export interface LeaseState extends CacheHolder {
  readonly id: LeaseId;
  /** Kind of the context that it was first asked for with; an epoch is shown for 2 alone. */
  readonly version: 1 | 2;
  /** Counts changes of the state, 16 bits. */
  epoch: number;
}

/** SMB2_OPLOCK_LEVEL_*, [MS-SMB2] 2.2.13, for opens without a lease. */
export const Oplock = { NONE: 0x00, LEVEL_II: 0x01, EXCLUSIVE: 0x08, BATCH: 0x09 } as const;
export type OplockLevel = (typeof Oplock)[keyof typeof Oplock];

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
  return {
    opens: new Map(),
    deletedLinks: new Map(),
    locks: newLockTable(),
    waiters: newWaiterTable(),
    leases: new Map(),
    streamOpens: new Map(),
    waiting: [],
  };
}

/** A name is being removed. */
export function isDeleting(state: Readonly<FileState>): boolean {
  if (state.deletedLinks.size === 0) return false;
  for (const fate of state.deletedLinks.values()) if (fate === 'deleting') return true;
  return false;
}

/** Nothing is left to remember: the state can be dropped. */
export function isIdle(state: FileState): boolean {
  return state.opens.size === 0 && state.streamOpens.size === 0 && !isDeleting(state);
}
