import type { RpcPipe } from '@tsmbd/dcerpc';
import type { Guid } from '@tsmbd/ms-dtyp';
import type { LeaseId, OpenId } from '@tsmbd/oplock-lease';
import type { AppInstanceVersion, FileId } from '@tsmbd/smb2-codec';
import type { VfsDirCursor, VfsDirEntry, VfsHandle, VfsPath } from '@tsmbd/vfs-adapter';
import type { ChannelSequence } from './channel-sequence.ts';
import type { Durability } from './durability.ts';
import type { LockSequences } from './lock-sequence.ts';
import type { Watch } from './services.ts';
import type { Session } from './session.ts';
import type { TreeConnect } from './tree-connect.ts';

/** The lease of an Open. */
export interface OpenLease {
  readonly id: LeaseId;
  /** Version of the create context that asked for the lease. */
  readonly version: 1 | 2;
  /**
   * The lease of the directory that the same client holds. What this open does in that directory
   * does not break that lease.
   */
  readonly parent: LeaseId | undefined;
}

/**
 * An application that may move from one client to another, [MS-SMB2] 3.3.1.10 Open.AppInstanceId.
 */
export interface AppInstance {
  readonly id: string;
  readonly version: AppInstanceVersion | undefined;
}

/** What every Open has, [MS-SMB2] 3.3.1.10. */
interface OpenBase {
  readonly id: OpenId;
  /** Changes with a reconnect, as `session` and `tree` do. */
  fileId: FileId;
  session: Session;
  tree: TreeConnect;
  readonly grantedAccess: number;
  /** FILETIME. */
  readonly openedAt: bigint;
  /** CLOSE, a disconnect or a logoff has taken the Open: nothing else may use it. */
  closed: boolean;
  readonly sequence: ChannelSequence;
  /** Open.IsReplayEligible: a repeated CREATE may be answered with this Open. */
  replayEligible: boolean;
}

/** An open file or directory of a share. */
export interface FileOpen extends OpenBase {
  readonly kind: 'file';
  /** Replaced when the file's unnamed stream, which this open was opened as, is given a name. */
  handle: VfsHandle;
  /** The name of the file, or of the named stream, in the FileAuthority: the handle's identity. */
  key: string;
  /** Undefined when the open was made without a lease. [MS-SMB2] 3.3.1.10 Lease */
  readonly lease: OpenLease | undefined;
  /**
   * The lease that the CREATE asked for, when the client uses its key for another file too. This
   * open has no part in that lease.
   */
  readonly askedLease: LeaseId | undefined;
  /** DesiredAccess of the CREATE as the client sent it. Undefined when it was not kept. */
  readonly desiredAccess: number | undefined;
  readonly shareAccess: number;
  readonly createOptions: number;
  deleteOnClose: boolean;
  /**
   * The file's name is removed when this open closes, even if others have the file open. [MS-FSCC]
   * 2.4.12
   */
  posixDelete: boolean;
  /** FilePositionInformation. It is kept for the client; the server does not use it. */
  position: bigint;
  /** FileModeInformation bits. */
  mode: number;
  /** Path from the share's root as the client knows it. It follows renames through this open. */
  path: VfsPath;
  enumeration: Enumeration | undefined;
  /**
   * Resolves when all QUERY_DIRECTORY requests so far have been answered. They run one after the
   * other, and a CLOSE runs behind them.
   */
  listing: Promise<void> | undefined;
  watch: Watch | undefined;
  /**
   * The directory was marked for deletion through this open. No changes are watched through this
   * open any more, even if the directory stays. [MS-FSA] 2.1.1.6 ChangeNotifyDirectoryMarkedDeleted
   */
  markedDeleted: boolean;
  /**
   * Bytes that were reserved through this open. An empty file's AllocationSize shows this number,
   * whatever the back end counts.
   */
  reserved: bigint;
  /** CreateAction of the CREATE. A repeated CREATE is answered with the same value. */
  readonly createAction: number;
  /** ClientGuid of the connection that made the open, or that last came back for it. */
  clientGuid: Guid;
  /** Open.CreateGuid: the client's name for its CREATE. */
  readonly createGuid: Guid | undefined;
  readonly appInstance: AppInstance | undefined;
  /** What lets the open outlive its connection, once durability was granted. */
  durable: Durability | undefined;
  /** Created with the first LOCK that carries a sequence number. */
  lockSequences: LockSequences | undefined;
  /**
   * A client set the file's write time or length through this open. The time that is shown because
   * of this lasts until the open closes.
   */
  stickyWriteTime: boolean;
  /**
   * Set when a client set the change time through this open: the key under which FileTimes has the
   * file. Changes through this open no longer move the change time.
   */
  changeTimeOf: string | undefined;
  /**
   * Bytes were written through this open. Clients that cache the directory are told when the open
   * closes.
   */
  modified: boolean;
}

/** An open named pipe of IPC$. */
export interface PipeOpen extends OpenBase {
  readonly kind: 'pipe';
  readonly name: string;
  readonly pipe: RpcPipe;
}

export type Open = FileOpen | PipeOpen;

/**
 * An open of this worker's client whose file is at home at another worker, which has the Open: see
 * `workers/`.
 */
export interface AwayOpen {
  readonly worker: number;
  readonly tree: TreeConnect;
  readonly fileId: FileId;
  /** A CREATE with its CreateGuid would repeat it. Over when the client uses the FileId. */
  isRepeatable: boolean;
  /** The hash of the file's identity. Undefined without `standIn`. */
  readonly hash: KeyHash | undefined;
  /** With it, this worker answers READ and QUERY_DIRECTORY itself as long as nothing forbids it. */
  readonly standIn: FileOpen | undefined;
}

/** What all workers can see of a file, whatever worker it is at home at. */
export const FileMarks = {
  /** Bytes are locked: only the home knows who may read them. */
  LOCKED: 1,
  /** It has persistent opens, which keep others out while their worker is started again. */
  PERSISTENT: 2,
} as const;

/** The hash under which all workers know a file. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

/** How far QUERY_DIRECTORY has got on an Open, [MS-SMB2] 3.3.5.18. */
export interface Enumeration {
  readonly cursor: VfsDirCursor;
  readonly pattern: string;
  readonly matches: (name: string) => boolean;
  /** Entries that the back end has listed and that have not been sent yet. */
  pending: readonly VfsDirEntry[];
  next: number;
  /**
   * At least one entry was sent since the scan began. The end of the scan is then NO_MORE_FILES,
   * not NO_SUCH_FILE.
   */
  found: boolean;
  ended: boolean;
  /** How many entries were sent, for FileIndex. */
  index: number;
}
