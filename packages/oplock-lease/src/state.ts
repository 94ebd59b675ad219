import { type LockTable, newLockTable, newWaiterTable, type WaiterTable } from './lock-table.ts';

/**
 * The state of one file: what is open, what is locked, whether it is to be deleted. It consists of
 * plain values only, so that it can be serialised, compared and stored anywhere.
 */
export interface FileState {
  /** Every open of the file, by the identifier that the engine gave it. */
  readonly opens: Map<OpenId, OpenState>;
  /**
   * Names of the file that are to be deleted. `pending`: the name is deleted with its last open,
   * and cannot be opened until then. `deleting`: that open is gone, and the name is being removed.
   * `gone`: the name was removed before its opens were closed. [MS-FSA] 2.1.1.5
   */
  readonly deletedLinks: Map<LinkId, 'pending' | 'deleting' | 'gone'>;
  /** Granted byte-range locks: see `locksOf`. */
  locks: LockTable;
  /** Lock requests that wait for other locks to be removed, first come, first served. */
  waiters: WaiterTable;
  /** Leases on this file, by their client and key. A lease without opens is removed. */
  readonly leases: Map<LeaseId, LeaseState>;
  /**
   * Opens of the file's named streams. A stream has a state of its own. The name belongs to the
   * file, and lasts as long as any open of it. [MS-FSA] 2.1.1.3 File.OpenList, 2.1.1.5
   */
  readonly streamOpens: Map<OpenId, StreamOpen>;
  /**
   * Requests that wait for breaks to end, in the order in which they came. When a break ends, they
   * are told to ask again, and they stay here until they do. Meanwhile nobody is granted the rights
   * that these requests have waited to see given up.
   */
  waiting: number[];
}

/**
 * A name of the file, as the engine distinguishes them; '' if there is nothing to distinguish, as
 * for named streams. [MS-FSA] 2.1.1.5
 */
export type LinkId = string;

/** What a file knows about an open of one of its named streams. */
export interface StreamOpen {
  /** FILE_SHARE_* */
  readonly share: number;
  /** The name of the file through which the stream was opened. */
  link: LinkId;
}

/** Names an Open; unique for the life of the server. */
export type OpenId = number;

/** Names a lease: ClientGuid and LeaseKey, as the engine writes them. [MS-SMB2] 3.3.1.11 */
export type LeaseId = string;

/**
 * What may be cached: bits of CacheBits. SMB2_LEASE_*_CACHING, [MS-SMB2] 2.2.13.2.8. Oplocks use
 * the same bits: level II is R, exclusive is RW, batch is RWH.
 */
export type CacheState = number;
export const CacheBits = { NONE: 0, READ: 1, HANDLE: 2, WRITE: 4 } as const;

/** A holder of caching rights: an open with its oplock, or a lease for all its opens. */
export interface CacheHolder {
  /** What the holder may cache now. During a break it is still what the holder had before. */
  cache: CacheState;
  /** Set while the holder has been told to give something up and has not acknowledged. */
  breaking: CacheBreak | undefined;
}

/** A break whose acknowledgment is awaited. [MS-SMB2] 3.3.1.12 Breaking, BreakToLeaseState */
export interface CacheBreak {
  /** What the holder may keep, according to the notification. */
  readonly to: CacheState;
  /**
   * What the holder may keep by now: others may have wanted more meanwhile. The difference is asked
   * for next.
   */
  required: CacheState;
  /** Nobody could be told: the opens that hold the cache are being closed instead. */
  untold: boolean;
}

/**
 * What lets an open outlive its connection. [MS-SMB2] 3.3.1.10 IsDurable, IsPersistent, IsResilient
 */
export interface DurableState {
  readonly kind: 'durable' | 'persistent' | 'resilient';
  /** The user who may come back for the open, as the engine names users. */
  readonly owner: string;
  /** ClientGuid of the client. */
  client: string;
  /** CreateGuid; only contexts of version 2 have one. */
  readonly createGuid: string | undefined;
  /** The open's connection is gone: the open waits for its client. */
  disconnected: boolean;
  /**
   * The open was in another's way while it waited, and is being closed. No client can come back for
   * it.
   */
  purged: boolean;
}

export interface OpenState extends CacheHolder {
  readonly id: OpenId;
  /** The name through which the file was opened. [MS-FSA] 2.1.1.6 Open.Link */
  link: LinkId;
  /** Granted access: FILE_* and standard rights. */
  readonly access: number;
  /** FILE_SHARE_READ 1, WRITE 2, DELETE 4. */
  readonly share: number;
  /** Opened with FILE_DELETE_ON_CLOSE: closing this open makes the file delete-pending. */
  deleteOnClose: boolean;
  /** The open's oplock may be level II, or become level II. */
  readonly levelTwo: boolean;
  /** The lease that this open belongs to. If there is one, the open has no oplock of its own. */
  readonly lease: LeaseId | undefined;
  /** Undefined: the open ends with its connection. */
  durable: DurableState | undefined;
  /** Nothing may be opened beside it, not even a stream of the file. */
  readonly alone?: boolean;
}

/** [MS-SMB2] 3.3.1.12. Its opens are those of the file's opens that name this lease. */
export interface LeaseState extends CacheHolder {
  readonly id: LeaseId;
  /**
   * Version of the create context that first asked for the lease. Only version 2 shows an epoch.
   */
  readonly version: 1 | 2;
  /** Counts the changes of the state; 16 bits. */
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

/** Whether a name is being removed. */
export function isDeleting(state: Readonly<FileState>): boolean {
  if (state.deletedLinks.size === 0) return false;
  for (const fate of state.deletedLinks.values()) if (fate === 'deleting') return true;
  return false;
}

/** Whether there is nothing left to remember, so that the state can be dropped. */
export function isIdle(state: FileState): boolean {
  return state.opens.size === 0 && state.streamOpens.size === 0 && !isDeleting(state);
}
