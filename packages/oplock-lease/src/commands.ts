import type { AcknowledgeResult } from './break-end.ts';
import type { ChangeResult } from './change.ts';
import type { CloseResult } from './close.ts';
import type { DisconnectResult, ReconnectResult } from './durable.ts';
import type { SetLinkResult } from './links.ts';
import type { LockResult } from './lock.ts';
import type { OpenResult } from './open.ts';
import type {
  ByteRangeLock,
  CacheState,
  DurableState,
  LeaseId,
  LeaseState,
  LinkId,
  LockRange,
  OpenId,
  OpenState,
  OplockLevel,
} from './state.ts';
import type { OpenStreamResult } from './stream.ts';

/** What can be asked of one file's state. */
export type FileCommand =
  | AcknowledgeCommand
  | BreakExpiredCommand
  | ChangeCommand
  | CancelWaitCommand
  | OpenCommand
  | CloseCommand
  | OpenStreamCommand
  | CloseStreamCommand
  | DeletedCommand
  | LinkGoneCommand
  | MoveLinkCommand
  | SetLinkCommand
  | SetDeletePendingCommand
  | SetDeleteOnCloseCommand
  | LockCommand
  | UnlockCommand
  | CancelLockCommand
  | MakeDurableCommand
  | DisconnectCommand
  | ReconnectCommand
  | RestoreCommand;

/** May this open happen beside those that exist? [MS-FSA] 2.1.5.1.2 */
export interface OpenCommand {
  readonly type: 'open';
  readonly open: OpenId;
  /** Access that would be granted. */
  readonly access: number;
  /** ShareAccess of the request. */
  readonly share: number;
  readonly deleteOnClose: boolean;
  /** The oplock that the client would like; NONE beside a lease. */
  readonly oplock: OplockLevel;
  /** Level II oplocks may be granted, and others broken to it. */
  readonly levelTwo: boolean;
  /** The lease that the client would like, or has. */
  readonly lease: LeaseRequest | undefined;
  /** Would empty the file. */
  readonly overwrites: boolean;
  /** The engine's own, to take the file's name away: not even a stream of it is opened beside. */
  readonly alone?: boolean;
  /**
   * By a client that knows of persistent opens and tries again later: it is `unavailable`, whatever
   * it asks for, while one of the same name waits for its client. [MS-SMB2] 3.3.5.9
   */
  readonly yieldsToReserved?: boolean;
  /** Names the request if it has to wait for a break; the same name when it asks again. */
  readonly waiter: number;
  /** What is opened is a named stream: the key of its file, whose name it lives and dies with. */
  readonly streamOf?: string | undefined;
  /** The name by which the file is opened, or the file of the stream. */
  readonly link?: LinkId;
  /** The file has no other name: an open by whatever spelling of it is of that. */
  readonly isOnlyLink?: boolean;
}

/** An RqLs context, [MS-SMB2] 2.2.13.2.8 and 2.2.13.2.10. */
export interface LeaseRequest {
  readonly id: LeaseId;
  /** What the client would like to cache. */
  readonly state: CacheState;
  readonly version: 1 | 2;
  /** The client's count of the lease's states; 0 in version 1. */
  readonly epoch: number;
}

/** Who was told to give something up: an open with an oplock, or a lease. */
export type HolderName = { readonly open: OpenId } | { readonly lease: LeaseId };

/** The holder answers a break. [MS-SMB2] 3.3.5.22 */
export interface AcknowledgeCommand {
  readonly type: 'acknowledge';
  readonly holder: HolderName;
  /** What it keeps. */
  readonly keep: CacheState;
}

/** A break's time is over, or its holder cannot be told. [MS-SMB2] 3.3.6.1, 3.3.6.5, 3.3.4.7 */
export interface BreakExpiredCommand {
  readonly type: 'break-expired';
  readonly holder: HolderName;
}

/**
 * Something other than an open is about to change what others may have cached. [MS-FSA] 2.1.4.12
 */
export interface ChangeCommand {
  readonly type: 'change';
  /**
   * data: the file's bytes or length, or what may be done with them. name: the file is renamed,
   * linked, or marked to be deleted, or who may open it changes. entries: the file is a directory,
   * and a name in it comes, goes or changes, or what is shown with it.
   */
  readonly what: 'data' | 'name' | 'entries';
  /** The open of this file that does it; undefined for `entries`. */
  readonly open: OpenId | undefined;
  /**
   * For `data`: the open's own level II oplock stays. It ended when the change began, if it had to.
   */
  readonly isOver?: true;
  /**
   * For `entries`: the directory's lease that the one who does it named as his. [MS-SMB2]
   * ParentLeaseKey
   */
  readonly parentLease: LeaseId | undefined;
  /**
   * Names the request if it can wait: `name` until cached handles are closed or kept, `data` until
   * cached writes are written.
   */
  readonly waiter: number | undefined;
}

/** A request that waits for breaks is withdrawn. */
export interface CancelWaitCommand {
  readonly type: 'cancel-wait';
  readonly waiter: number;
}

export interface CloseCommand {
  readonly type: 'close';
  readonly open: OpenId;
  /**
   * Where the answer says that the name goes now, nobody opens it until `deleted` says that it has
   * gone.
   */
  readonly hold?: boolean;
  /**
   * The open came to nothing after it was granted: that it was to delete the file when it closes
   * does not count.
   */
  readonly withdrawn?: boolean;
}

/** To a file: one of its named streams is open. Comes of an open with `streamOf`. */
export interface OpenStreamCommand {
  readonly type: 'open-stream';
  readonly open: OpenId;
  readonly link?: LinkId | undefined;
  readonly isOnlyLink?: boolean | undefined;
  /** ShareAccess of the stream's open. */
  readonly share: number;
}

/** To a file: the open of a stream is gone. Comes of that open's close. */
export interface CloseStreamCommand {
  readonly type: 'close-stream';
  readonly open: OpenId;
  readonly hold?: boolean;
}

/** What a close with `hold` said is to be deleted is gone, or cannot go. */
export interface DeletedCommand {
  readonly type: 'deleted';
  /** `link` or `fileLink` of the close. */
  readonly link?: LinkId;
}

/**
 * A name that is to go has gone, though it is open. FILE_DISPOSITION_POSIX_SEMANTICS, [MS-FSCC]
 * 2.4.12
 */
export interface LinkGoneCommand {
  readonly type: 'link-gone';
  readonly link: LinkId;
}

/**
 * The file was renamed while the open was being made: this is the name that it was made by. Of a
 * stream: to its file.
 */
export interface SetLinkCommand {
  readonly type: 'set-link';
  readonly open: OpenId;
  readonly link: LinkId;
  readonly isOnlyLink?: boolean;
}

/** The file was renamed. */
export interface MoveLinkCommand {
  readonly type: 'move-link';
  readonly from: LinkId;
  readonly to: LinkId;
}

/** FileDispositionInformation, [MS-FSA] 2.1.5.15.3: of the name that the open was made by. */
export interface SetDeletePendingCommand {
  readonly type: 'set-delete-pending';
  readonly open: OpenId;
  readonly deletePending: boolean;
}

/**
 * FILE_DISPOSITION_ON_CLOSE: what FILE_DELETE_ON_CLOSE said when the open was made. [MS-FSCC]
 * 2.4.12
 */
export interface SetDeleteOnCloseCommand {
  readonly type: 'set-delete-on-close';
  readonly open: OpenId;
  readonly deleteOnClose: boolean;
}

/** All ranges or none. [MS-SMB2] 3.3.5.14.2 */
export interface LockCommand {
  readonly type: 'lock';
  readonly open: OpenId;
  readonly ranges: readonly LockRange[];
  /**
   * Names the request if it has to wait; undefined: fail immediately. Only a single range waits.
   */
  readonly waiter: number | undefined;
}

/** [MS-SMB2] 3.3.5.14.1 */
export interface UnlockCommand {
  readonly type: 'unlock';
  readonly open: OpenId;
  readonly ranges: readonly { readonly offset: bigint; readonly length: bigint }[];
  /** Takes back what was just granted: the newest lock of the range goes, of whatever kind. */
  readonly newest?: boolean;
}

/** The waiting request is withdrawn. */
export interface CancelLockCommand {
  readonly type: 'cancel-lock';
  readonly waiter: number;
}

/**
 * The open may outlive its connection, where its caching allows it. [MS-SMB2] 3.3.5.9.6,
 * 3.3.5.9.10, 3.3.5.15.9
 */
export interface MakeDurableCommand extends Omit<DurableState, 'disconnected' | 'purged'> {
  readonly type: 'make-durable';
  readonly open: OpenId;
}

/** The open's connection is gone. [MS-SMB2] 3.3.7.1 */
export interface DisconnectCommand {
  readonly type: 'disconnect';
  readonly open: OpenId;
}

/** A client comes back for its open. [MS-SMB2] 3.3.5.9.7, 3.3.5.9.12 */
export interface ReconnectCommand {
  readonly type: 'reconnect';
  readonly open: OpenId;
  readonly owner: string;
  readonly client: string;
  readonly createGuid: string | undefined;
  /** The lease that the request names; undefined for none. */
  readonly lease: LeaseId | undefined;
}

/** An open, its lease and locks as a server before this one kept them. */
export interface RestoreCommand {
  readonly type: 'restore';
  readonly open: OpenState;
  /** As for an open, all three. */
  readonly streamOf?: string | undefined;
  readonly link?: LinkId;
  readonly isOnlyLink?: boolean;
  readonly lease: LeaseState | undefined;
  /** Those of this open; their `open` is the one above. */
  readonly locks: readonly ByteRangeLock[];
}

/** What the engine does now, in order. */
export type FileEffect =
  /** A waiting lock request was granted. */
  | { readonly type: 'lock-granted'; readonly waiter: number }
  /** A waiting lock request ends without a lock: its open was closed. */
  | { readonly type: 'lock-ended'; readonly waiter: number }
  /** Tell an open what oplock it may keep; with `acknowledge`, start the timer of the break too. */
  | { readonly type: 'break-oplock'; readonly open: OpenId; readonly to: OplockLevel; readonly acknowledge: boolean }
  /**
   * Tell the client of a lease what it may keep; with `acknowledge`, start the timer of the break
   * too.
   */
  | {
      readonly type: 'break-lease';
      readonly lease: LeaseId;
      readonly from: CacheState;
      readonly to: CacheState;
      /** NewEpoch of the notification; 0 for version 1. */
      readonly epoch: number;
      readonly acknowledge: boolean;
    }
  /** The open waits for its client and stands in somebody's way: it is closed. */
  | { readonly type: 'purge'; readonly open: OpenId }
  /** The break of this holder is over: stop its timer. */
  | { readonly type: 'break-ended'; readonly holder: HolderName }
  /** The last open of a lease is gone, and the lease with it: its key is free. */
  | { readonly type: 'lease-ended'; readonly lease: LeaseId }
  /** A request that waits for breaks asks again now, under the same name, or is withdrawn. */
  | { readonly type: 'retry'; readonly waiter: number };

/** The result that belongs to each command. */
export type ResultOf<C extends FileCommand> = C extends OpenCommand
  ? OpenResult
  : C extends AcknowledgeCommand
    ? AcknowledgeResult
    : C extends ChangeCommand
      ? ChangeResult
      : C extends CloseCommand | CloseStreamCommand
        ? CloseResult
        : C extends LockCommand
          ? LockResult
          : C extends UnlockCommand
            ? 'unlocked' | 'not-locked'
            : C extends CancelLockCommand | MakeDurableCommand
              ? boolean
              : C extends DisconnectCommand
                ? DisconnectResult
                : C extends ReconnectCommand
                  ? ReconnectResult
                  : C extends OpenStreamCommand
                    ? OpenStreamResult
                    : C extends SetLinkCommand
                      ? SetLinkResult
                      : 'done';

export interface Outcome<R> {
  readonly result: R;
  readonly effects: readonly FileEffect[];
}
