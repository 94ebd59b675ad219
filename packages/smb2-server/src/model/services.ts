import type { Guid } from '@tsmbd/ms-dtyp';
import type { FileEffect, HolderName, LeaseId, LockRange, OpenId } from '@tsmbd/oplock-lease';
import type { DurableHandleReconnectV2 } from '@tsmbd/smb2-codec';
import type { MaybePromise, Vfs, VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { FileOpen } from './open.ts';
import type { Move, Place } from './place.ts';
import type { RequestContext } from './request-context.ts';
import type { Session } from './session.ts';

/*
 * What the rooms of the engine do for one another, as the rooms that use it see it. Each interface
 * is implemented in the room that it is named for; `server.ts` puts the rooms together.
 */

/** Response buffers: `pipeline/response-buffers.ts`. */
export interface Buffers {
  acquire(length: number): Uint8Array;
  release(buffer: Uint8Array): void;
  small(): Uint8Array;
  used(length: number): void;
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
  closed(open: FileOpen): Promise<void>;
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
  hasBelow(directory: FileOpen): boolean;
  below(directory: FileOpen): Iterable<FileOpen>;
  endWatches(directory: FileOpen): void;
  ofFile(key: string): FileOpen[];
  moved(move: Move): void;
}

/** Orders the writes at the end of each file: `files/file-ends.ts`. */
export interface Ends {
  inTurn<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T>;
  beside<T>(key: string, call: () => MaybePromise<T>): MaybePromise<T>;
  ended(key: string): Promise<void>;
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
}

/** Opens that a client may come back for: `durable/durable-opens.ts`. */
export interface Durables {
  readonly size: number;
  readonly waiting: Iterable<FileOpen>;
  add(open: FileOpen): void;
  delete(open: FileOpen): void;
  notDurable(open: FileOpen): void;
  moveToClient(open: FileOpen, clientGuid: Guid): void;
  creating(clientGuid: Guid, createGuid: Guid): () => void;
  isCreating(clientGuid: Guid, createGuid: Guid): boolean;
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
