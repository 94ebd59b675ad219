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

/** The commands that can be applied to one file's state. */
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

/** Asks whether this open may exist beside the opens that there are. [MS-FSA] 2.1.5.1.2 */
export interface OpenCommand {
  readonly type: 'open';
  readonly open: OpenId;
  /** The access that would be granted. */
  readonly access: number;
  /** ShareAccess of the request. */
  readonly share: number;
  readonly deleteOnClose: boolean;
  /** The oplock that the client wants; NONE if it wants a lease. */
  readonly oplock: OplockLevel;
  /** Whether level II oplocks may be granted, and others may be broken to level II. */
  readonly levelTwo: boolean;
  /** The lease that the client wants, or already has. */
  readonly lease: LeaseRequest | undefined;
  /** The open would overwrite the file's content. */
  readonly overwrites: boolean;
  /**
   * An open of the engine itself, for removing the file's name. Nothing else may be opened beside
   * it, not even a stream of the file.
   */
  readonly alone?: boolean;
  /**
   * The client knows persistent opens and tries again later. While a persistent open of the same
   * name waits for its client, the result is `unavailable`, whatever this open asks for. [MS-SMB2]
   * 3.3.5.9
   */
  readonly yieldsToReserved?: boolean;
  /**
   * The request's number, in case it has to wait for a break. It uses the same number when it asks
   * again.
   */
  readonly waiter: number;
  /**
   * Set if a named stream is opened: the key of the stream's file. The stream exists only as long
   * as the file's name.
   */
  readonly streamOf?: string | undefined;
  /** The name through which the file, or the file of the stream, is opened. */
  readonly link?: LinkId;
  /** The file has no other name, so an open is of this name however the client spells it. */
  readonly isOnlyLink?: boolean;
}

/** An RqLs context, [MS-SMB2] 2.2.13.2.8 and 2.2.13.2.10. */
export interface LeaseRequest {
  readonly id: LeaseId;
  /** What the client wants to cache. */
  readonly state: CacheState;
  readonly version: 1 | 2;
  /** The client's count of the lease's states; 0 in version 1. */
  readonly epoch: number;
}

/** The holder that was told to give something up: an open with an oplock, or a lease. */
export type HolderName = { readonly open: OpenId } | { readonly lease: LeaseId };

/** The holder acknowledges a break. [MS-SMB2] 3.3.5.22 */
export interface AcknowledgeCommand {
  readonly type: 'acknowledge';
  readonly holder: HolderName;
  /** What the holder keeps. */
  readonly keep: CacheState;
}

/**
 * The time of a break is over, or its holder cannot be told. [MS-SMB2] 3.3.6.1, 3.3.6.5, 3.3.4.7
 */
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
   * data: the file's bytes or length change, or what may be done with them. name: the file is
   * renamed, linked, or marked for deletion, or the rules for who may open it change. entries: the
   * file is a directory, and a name in it is added, removed or changed, or what is shown with that
   * name changes.
   */
  readonly what: 'data' | 'name' | 'entries';
  /** The open of this file through which the change is made; undefined for `entries`. */
  readonly open: OpenId | undefined;
  /**
   * For `data`: the open's own level II oplock stays. If it had to end, it ended when the change
   * began.
   */
  readonly isOver?: true;
  /**
   * For `entries`: the directory's lease that the client which makes the change named as its own.
   * [MS-SMB2] ParentLeaseKey
   */
  readonly parentLease: LeaseId | undefined;
  /**
   * The request's number, if it can wait. `name` waits until cached handles are closed or kept,
   * `data` until cached writes are written.
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
   * If the result says that the name has to be deleted now, the name cannot be opened until
   * `deleted` says that it is gone.
   */
  readonly hold?: boolean;
  /** The open failed after it was granted. Its delete-on-close does not count. */
  readonly withdrawn?: boolean;
}

/** Sent to a file: one of its named streams is open. Follows from an open with `streamOf`. */
export interface OpenStreamCommand {
  readonly type: 'open-stream';
  readonly open: OpenId;
  readonly link?: LinkId | undefined;
  readonly isOnlyLink?: boolean | undefined;
  /** ShareAccess of the stream's open, in its effect on the file. */
  readonly share: number;
}

/** Sent to a file: an open of one of its streams is gone. Follows from the close of that open. */
export interface CloseStreamCommand {
  readonly type: 'close-stream';
  readonly open: OpenId;
  readonly hold?: boolean;
}

/** What a close with `hold` said has to be deleted is gone, or cannot be deleted. */
export interface DeletedCommand {
  readonly type: 'deleted';
  /** `link` or `fileLink` of the close. */
  readonly link?: LinkId;
}

/**
 * A name that is to be deleted has been removed, although it is open.
 * FILE_DISPOSITION_POSIX_SEMANTICS, [MS-FSCC] 2.4.12
 */
export interface LinkGoneCommand {
  readonly type: 'link-gone';
  readonly link: LinkId;
}

/**
 * The file was renamed while the open was being made. This gives the name through which the open
 * was really made. For the open of a stream, it is sent to the stream's file.
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

/**
 * FileDispositionInformation, [MS-FSA] 2.1.5.15.3. It applies to the name through which the open
 * was made.
 */
export interface SetDeletePendingCommand {
  readonly type: 'set-delete-pending';
  readonly open: OpenId;
  readonly deletePending: boolean;
}

/**
 * FILE_DISPOSITION_ON_CLOSE: changes what FILE_DELETE_ON_CLOSE set when the open was made.
 * [MS-FSCC] 2.4.12
 */
export interface SetDeleteOnCloseCommand {
  readonly type: 'set-delete-on-close';
  readonly open: OpenId;
  readonly deleteOnClose: boolean;
}

/** Locks all of the ranges or none of them. [MS-SMB2] 3.3.5.14.2 */
export interface LockCommand {
  readonly type: 'lock';
  readonly open: OpenId;
  readonly ranges: readonly LockRange[];
  /**
   * The request's number, if it can wait; undefined: it fails immediately. Only a request for a
   * single range can wait.
   */
  readonly waiter: number | undefined;
}

/** [MS-SMB2] 3.3.5.14.1 */
export interface UnlockCommand {
  readonly type: 'unlock';
  readonly open: OpenId;
  readonly ranges: readonly { readonly offset: bigint; readonly length: bigint }[];
  /**
   * Takes back what was just granted: the newest lock of the range is removed, of whichever kind.
   */
  readonly newest?: boolean;
}

/** The waiting lock request is withdrawn. */
export interface CancelLockCommand {
  readonly type: 'cancel-lock';
  readonly waiter: number;
}

/**
 * Lets the open outlive its connection, if its caching allows that. [MS-SMB2] 3.3.5.9.6,
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

/** Restores an open, its lease and its locks, as an earlier run of the server stored them. */
export interface RestoreCommand {
  readonly type: 'restore';
  readonly open: OpenState;
  /** These three have the same meaning as in an `open`. */
  readonly streamOf?: string | undefined;
  readonly link?: LinkId;
  readonly isOnlyLink?: boolean;
  readonly lease: LeaseState | undefined;
  /** The locks of this open; their `open` is the one above. */
  readonly locks: readonly ByteRangeLock[];
}

/** What the engine has to do now, in this order. */
export type FileEffect =
  /** A waiting lock request was granted. */
  | { readonly type: 'lock-granted'; readonly waiter: number }
  /** A waiting lock request ends without a lock: its open was closed. */
  | { readonly type: 'lock-ended'; readonly waiter: number }
  /**
   * Tell an open's client which oplock it may keep. With `acknowledge`, also start the timer of the
   * break.
   */
  | { readonly type: 'break-oplock'; readonly open: OpenId; readonly to: OplockLevel; readonly acknowledge: boolean }
  /**
   * Tell the client of a lease what it may keep. With `acknowledge`, also start the timer of the
   * break.
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
  /** The open waits for its client and stands in the way of another: close it. */
  | { readonly type: 'purge'; readonly open: OpenId }
  /** The break of this holder is over: stop its timer. */
  | { readonly type: 'break-ended'; readonly holder: HolderName }
  /** The last open of a lease is gone, and the lease with it: its key can be used again. */
  | { readonly type: 'lease-ended'; readonly lease: LeaseId }
  /** A request that waits for breaks asks again now, under the same number, or is withdrawn. */
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
