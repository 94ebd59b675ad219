import type { Guid, Writer } from '@tsmbd/ms-dtyp';
import type { FileEffect, HolderName, LeaseId, LockRange, OpenId } from '@tsmbd/oplock-lease';
import type { DurableHandleReconnectV2, FileId, OplockBreakResponse } from '@tsmbd/smb2-codec';
import type { MaybePromise, Vfs, VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Connection } from './connection.ts';
import type { FileOpen } from './open.ts';
import type { Move, Place } from './place.ts';
import type { RequestContext } from './request-context.ts';
import type { ResponseBody } from './response-body.ts';
import type { Session } from './session.ts';
import type { TreeConnect } from './tree-connect.ts';

/*
 * What the rooms of the engine do for one another, as the rooms that use it see it. Each interface
 * is implemented in the room that it is named for; `server.ts` puts the rooms together.
 */

/** Response buffers: `pipeline/response-buffers.ts`. */
export interface Buffers {
  acquire(length: number): Uint8Array;
  release(buffer: Uint8Array): void;
  small(headroom: number): Writer;
  wrote(end: number): void;
}

/** One change as FILE_NOTIFY_INFORMATION reports it. */
export interface NotifyChange {
  readonly action: number;
  /** Relative to the watched directory, separated by `\\`. */
  readonly name: string;
}

/** Called to tell a waiting request why its wait is over. */
export type NotifyCall = (why: 'changed' | 'delete-pending') => void;

/** What one Open of a directory is watching for: `notify/notify.ts`. */
export interface Watch {
  readonly ready: boolean;
  readonly waiting: number;
  readonly room: number;
  wait(call: NotifyCall): () => void;
  take(): readonly NotifyChange[] | undefined;
  overflow(): void;
  deletePending(): void;
  close(): void;
}

/** Which opens watch which directories: `notify/notify.ts`. */
export interface Watches {
  add(share: Share, path: VfsPath, filter: number, recursive: boolean, room: number): Watch;
  watchOthers(watch: Watch, handle: VfsHandle): void;
  changed(share: Share, path: VfsPath, action: number, filter: number, unless?: number): void;
  streamChanged(share: Share, path: VfsPath, stream: string, action: number, filter: number): void;
  changedElsewhere(change: ChangeElsewhere): void;
}

/** The times that clients are shown: `metadata/file-times.ts`. */
export interface Times {
  seen(open: { readonly handle: Pick<VfsHandle, 'identity' | 'file'> }, stat: VfsStat): VfsStat;
  seenEntry(stat: VfsStat): VfsStat;
  beforeWrite(open: FileOpen): void;
  update(open: FileOpen): Promise<void>;
  updateIfDelayed(open: FileOpen): Promise<void>;
  setWriteTime(open: FileOpen, writeTime: bigint): void;
  thaw(open: FileOpen): void;
  setChangeTime(open: FileOpen, set: bigint): Promise<void>;
  closed(open: FileOpen): MaybePromise<void>;
}

/** Files by their 8.3 names: `names/short-names.ts`. */
export interface Shorts {
  mayBeIn(share: Share, path: VfsPath): boolean;
  longPath(tree: TreeConnect, path: VfsPath): Promise<VfsPath>;
}

/** All opens of files: `names/open-index.ts`. */
export interface Opens {
  add(open: FileOpen): void;
  delete(open: FileOpen): void;
  byId(id: OpenId): FileOpen | undefined;
  of(share: Share): Iterable<FileOpen>;
  all(): Iterable<FileOpen>;
  backEnds(): Iterable<Vfs | undefined>;
  at(place: Place): Iterable<FileOpen>;
  isAmbiguous(lease: LeaseId): boolean;
  hasBelow(directory: Place): boolean;
  below(directory: Place): Iterable<FileOpen>;
  endWatches(directory: FileOpen): void;
  ofFile(key: string): FileOpen[];
  isStrict(directory: Place): boolean;
  moved(move: Move): void;
}

/** Orders the writes at the end of each file: `files/file-ends.ts`. */
export interface Ends {
  inTurn<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T>;
  beside<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T>;
  ended(key: string): MaybePromise<void>;
}

/** Effects that are reported to a waiting request. */
export type WaitEffect = Extract<FileEffect, { waiter: number }>;

/** Requests that wait for something in a file's state: `caching/waits.ts`. */
export interface Waiters {
  readonly size: number;
  newWaiter(): number;
  wait(waiter: number, call: (effect: WaitEffect) => void): void;
  forget(waiter: number): void;
}

/** Breaks that are sent to clients: `caching/oplock-breaks.ts`. */
export interface Breaks {
  behindResponse(holder: HolderName, hurry: () => void): () => void;
  againFor(key: string, holder: HolderName): (() => void) | undefined;
  isKnown(key: string, lease: LeaseId): boolean;
  sessionOf(client: Guid): Session | undefined;
  moved(from: string, to: string): void;
}

/** Leases of files that the operating system keeps for this server: `caching/system-leases.ts`. */
export interface SystemLeases {
  take(share: Share, key: string, handle: VfsHandle): boolean;
  isHeld(key: string): boolean;
  settle(key: string, handle: VfsHandle, open: OpenId | undefined): void;
}

/** Directories that clients cache: `caching/directory-leases.ts`. */
export interface LeasedDirectories {
  isWatched(key: string): boolean;
  prepare(share: Share, handle: VfsHandle): boolean;
  settle(handle: VfsHandle): void;
  changedElsewhere(change: EntryElsewhere & { readonly directory: string | undefined }): void;
}

/** Opens that a client may come back for: `durable/durable-opens.ts`. */
export interface Durables {
  readonly size: number;
  /** How many are found by their CreateGuid alone. */
  readonly persistentSize: number;
  readonly waiting: Iterable<FileOpen>;
  add(open: FileOpen): void;
  delete(open: FileOpen): void;
  notDurable(open: FileOpen): void;
  moveToClient(open: FileOpen, clientGuid: Guid): void;
  creating(clientGuid: Guid, createGuid: Guid, except: ReadonlySet<number>): () => void;
  isCreating(clientGuid: Guid, createGuid: Guid): boolean;
  /**
   * Throws HomedElsewhere if another worker has the Open, or the CREATE, with this CreateGuid.
   * `except`: workers that have looked already, and whose Open is not the one that is repeated.
   */
  requireHere(clientGuid: Guid, createGuid: Guid, except: ReadonlySet<number>): void;
  byPersistentId(id: bigint): FileOpen | undefined;
  byCreateGuid(clientGuid: Guid, createGuid: Guid): FileOpen | undefined;
  persistentByCreateGuid(createGuid: Guid): FileOpen | undefined;
  ofAppInstance(id: Guid): readonly FileOpen[];
  disconnected(open: FileOpen, cancelTimer: () => void): FileOpen | undefined;
  connected(open: FileOpen): void;
}

/**
 * Persistent opens of an earlier run of the server whose files could not be opened yet:
 * `durable/unopened.ts`.
 */
export interface Unopened {
  readonly size: number;
  seek(ctx: RequestContext, named: DurableHandleReconnectV2): Promise<void>;
  seekAt(ctx: RequestContext, path: VfsPath): Promise<void>;
}

/** Opens that outlive the process: `durable/persistent-opens.ts`. */
export interface Persistents {
  readonly unopened: Unopened;
  readonly isKept: boolean;
  save(open: FileOpen): void;
  locksChanged(open: FileOpen, ranges: () => readonly LockRange[]): void;
  keepNow(open: FileOpen): boolean;
  flush(): void;
  whileMoving(move: Move, rename: () => Promise<void>): Promise<void>;
  whileRenaming(open: FileOpen, nextStream: string, rename: () => Promise<void>): Promise<void>;
  moved(open: FileOpen, to: string): void;
  delete(open: FileOpen): void;
}

/** Descriptors of the operating system, with a share for each session: `model/descriptors.ts`. */
export interface DescriptorCounts {
  begin(session: Session): () => void;
  opened(open: FileOpen): void;
  reconnected(open: FileOpen): void;
  closed(open: FileOpen): void;
}

/** The result of a logon attempt. `neither` changes nothing about the delays. */
export type LogonOutcome = 'right' | 'wrong' | 'neither';

/** Slows down attempts to guess passwords: `auth/logon-delays.ts`. */
export interface LogonTurns {
  turn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | undefined>;
}

/** A logon attempt whose turn has come. */
export interface LogonTurn {
  /** The result of the attempt is known. Called once. */
  end(outcome: LogonOutcome): void;
}

/** Back ends of shares, present and past: `files/back-ends.ts`. */
export interface KnownBackEnds {
  retire(vfs: Vfs | undefined): void;
  settle(): void;
}

/** Something happened to a path at one worker; the others tell their clients that watch it. */
export interface ChangeElsewhere {
  readonly place: Place;
  /** A name was added, removed or changed. */
  readonly isName: boolean;
  readonly action: number;
  /** Follows the name of the path: the name of a stream. */
  readonly suffix: string;
  readonly filter: number;
  readonly unless: number;
}

/** Something happened to an entry of a directory at one worker. */
export interface EntryElsewhere {
  readonly name: string;
  readonly isName: boolean;
  /** Leases of the directory break. Otherwise the change is only noted as the server's own. */
  readonly breaks: boolean;
  /** The lease of the directory that the client which changed it holds itself. */
  readonly parentLease: LeaseId | undefined;
}

/** Numbers that all workers change together: `workers/shared-counts.ts`. */
export type Together = 'byteChanges' | 'renames' | 'removals';

/** Numbers of one worker that the others read: `workers/shared-counts.ts`. */
export type OwnCount =
  | 'users'
  | 'leasedDirectories'
  | 'watched'
  | 'strictDirectories'
  | 'unopened'
  | 'persistent'
  | 'descriptors';

/**
 * The other workers of this server: `workers/colleagues.ts`. An engine that serves alone has none.
 */
export interface Colleagues {
  readonly own: number;
  /** Sessions of other workers with files that are at home here. */
  readonly hostedSessions: Iterable<Session>;
  /** The other worker that is the home of a file; undefined if this worker is, or none. */
  elsewhere(key: string): number | undefined;
  /** Throws HomedElsewhere if another worker is the home of the file. */
  requireHere(key: string): void;
  /**
   * Makes this worker the file's home until the returned function is called. Throws HomedElsewhere.
   */
  hold(key: string): () => void;
  /** Sets or clears one of FileMarks of this worker's file. */
  mark(key: string, mark: number, on: boolean): void;
  /** The persistent opens of this worker are there again, as far as they can be opened. */
  restored(): void;
  /** Throws HomedElsewhere if another worker has, or had, the Open with this FileId.Persistent. */
  requirePersistentHere(persistentId: bigint): void;
  /** Whether this worker restores the persistent open with this FileId.Persistent. */
  keepsRecord(persistentId: bigint): boolean;
  carryOut(
    request: unknown,
    ctx: RequestContext,
    here: () => ResponseBody | Promise<ResponseBody>,
  ): ResponseBody | Promise<ResponseBody>;
  together(which: Together): number;
  countTogether(which: Together): void;
  set(which: OwnCount, value: number): void;
  sum(which: OwnCount): number;
  sumOfOthers(which: OwnCount): number;
  /**
   * Takes one of `max` places of this name among all workers. The returned function gives it back.
   * Undefined when all are taken.
   */
  takePlace(name: string, max: number): (() => void) | undefined;
  /**
   * Tells the clients of a file's home who only cache handles of the file to give them up. The
   * result waits until they have; undefined if there are none.
   */
  giveWay(worker: number, key: string): Promise<(() => Promise<void>) | undefined>;
  /** The same for all that other workers have open below a directory. */
  belowGivesWay(place: Place): Promise<(() => Promise<void>) | undefined>;
  /** Whether another worker has something open below the directory. */
  isBelowOpen(place: Place): Promise<boolean>;
  /** A directory was renamed. Resolves when all workers have changed the paths of their opens. */
  moved(move: Move): Promise<void>;
  /** Resolves when this worker has heard what the others had changed before they were asked. */
  changesHeard(): Promise<void>;
  /** Whether an open of the directory at another worker forbids the rename of a file inside. */
  isStrict(place: Place): Promise<boolean>;
  /** Closes at the other workers what an application's other instance has open. */
  takeOver(ctx: RequestContext): Promise<void>;
  /** Has the other workers open their persistent opens of the path that the CREATE names. */
  seekAt(ctx: RequestContext): Promise<void> | undefined;
  /** Throws HomedElsewhere if another worker has a persistent open with this CreateGuid. */
  requireCreateGuidHere(createGuid: Guid): Promise<void>;
  /** Ends a session of another worker, if it is this user's. */
  endPrevious(session: bigint, sid: string): Promise<void>;
  /** The turn of a logon among those of all workers; `here` if this worker gives the turns. */
  logonTurn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | 'here' | undefined>;
  changed(change: ChangeElsewhere): void;
  /** Some other worker has clients that cache directories. */
  readonly leasesDirectories: boolean;
  /** @param directory its identity; undefined: it is not known which directory it was */
  entryChanged(change: EntryElsewhere, directory?: string): void;
  sendBreak(session: Session, notification: OplockBreakResponse, encrypt: boolean): void;
  /**
   * Whether the lease is on a file of another worker, which a client took for a file of this worker
   * because its share is another folder for each tree. The client is told that it caches neither.
   */
  isLeaseAmbiguous(lease: LeaseId): boolean;
  /** Whether an open of another worker has asked for this lease for another file. */
  isAmbiguous(lease: LeaseId): boolean;
  countAmbiguous(lease: LeaseId, change: 1 | -1): void;
  /**
   * Sends the break of a lease to the client that the lease belongs to, if the client has a session
   * at another worker. Returns whether it has.
   */
  breakElsewhere(lease: LeaseId, notification: OplockBreakResponse): boolean;
  /** A client has one more session at this worker, or one less. */
  countClient(client: Guid, change: 1 | -1): void;
  /**
   * Resolves when this worker knows of all that has happened to a session of another worker until
   * now: its connection may be gone.
   */
  hear(session: Session): Promise<void>;
  /** An open of another worker's client has ended. */
  openEnded(open: FileOpen): void;
  endTree(tree: TreeConnect): Promise<void>;
  endSession(session: Session): Promise<void>;
  endConnection(connection: Connection): void;
  /** Where the source of a copy is, if another worker has the Open. */
  copySource(session: Session, fileId: FileId): Promise<CopySource | undefined>;
  /** Throws STATUS_FILE_LOCK_CONFLICT if a lock keeps the source's bytes from being read. */
  requireUnlocked(session: Session, fileId: FileId, offset: bigint, length: bigint): Promise<void>;
}

/** An Open of another worker that bytes are copied from. */
export interface CopySource {
  readonly key: string;
  readonly share: string;
  readonly path: VfsPath;
}
