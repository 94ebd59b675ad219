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
  /** Kind of the context that asked for it. */
  readonly version: 1 | 2;
  /**
   * The directory's lease that the client holds too: what this open does in it does not break that.
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
  /** Changes with a reconnect, as do session and tree. */
  fileId: FileId;
  session: Session;
  tree: TreeConnect;
  readonly grantedAccess: number;
  /** FILETIME. */
  readonly openedAt: bigint;
  /** CLOSE, disconnect or logoff took it: nothing else may use it. */
  closed: boolean;
  readonly sequence: ChannelSequence;
  /** Open.IsReplayEligible: a repeated CREATE may be answered with this Open. */
  replayEligible: boolean;
}

/** An open file or directory of a share. */
export interface FileOpen extends OpenBase {
  readonly kind: 'file';
  /** Another one once the file's unnamed stream, which this was opened as, has got a name. */
  handle: VfsHandle;
  /** Names the file, or the named stream, in the FileAuthority: the handle's identity. */
  key: string;
  /** Undefined when it was opened without one. [MS-SMB2] 3.3.1.10 Lease */
  readonly lease: OpenLease | undefined;
  /**
   * The lease that it asked for with a key that the client has for another file too, and has no
   * part in.
   */
  readonly askedLease: LeaseId | undefined;
  /** DesiredAccess of its CREATE as the client sent it; undefined where that was not kept. */
  readonly desiredAccess: number | undefined;
  readonly shareAccess: number;
  readonly createOptions: number;
  deleteOnClose: boolean;
  /** The file's name goes when this open closes, whoever else has it open. [MS-FSCC] 2.4.12 */
  posixDelete: boolean;
  /** FilePositionInformation; kept for the client, used by nobody. */
  position: bigint;
  /** FileModeInformation bits. */
  mode: number;
  /** Path from the share's root as the client knows it; follows renames through this open. */
  path: VfsPath;
  enumeration: Enumeration | undefined;
  /**
   * Ends when the QUERY_DIRECTORY requests so far have been answered: they run one after the other,
   * CLOSE behind them.
   */
  listing: Promise<void> | undefined;
  watch: Watch | undefined;
  /**
   * The directory was marked to be deleted through this open: nothing is watched through it any
   * more, even if it stays. [MS-FSA] 2.1.1.6 ChangeNotifyDirectoryMarkedDeleted
   */
  markedDeleted: boolean;
  /**
   * Bytes that were reserved through it: what an empty file's AllocationSize says, whatever the
   * back end counts.
   */
  reserved: bigint;
  /** CreateAction of its CREATE, which a repeated one is told again. */
  readonly createAction: number;
  /** ClientGuid of the connection that made it, or came back for it. */
  clientGuid: Guid;
  /** Open.CreateGuid: the client's name for its CREATE. */
  readonly createGuid: Guid | undefined;
  readonly appInstance: AppInstance | undefined;
  /** What lets it outlive its connection, once that was granted. */
  durable: Durability | undefined;
  /** Made with the first LOCK that has a sequence. */
  lockSequences: LockSequences | undefined;
  /**
   * A client set the file's write time or length through this open: what it shows ends with the
   * open.
   */
  stickyWriteTime: boolean;
  /**
   * A client set the change time through this open: what FileTimes knows it by. What the open
   * changes moves it no more.
   */
  changeTimeOf: string | undefined;
  /** Bytes were written through this open: who caches the directory is told when it closes. */
  modified: boolean;
}

/** An open named pipe of IPC$. */
export interface PipeOpen extends OpenBase {
  readonly kind: 'pipe';
  readonly name: string;
  readonly pipe: RpcPipe;
}

export type Open = FileOpen | PipeOpen;

/** How far QUERY_DIRECTORY got on an Open, [MS-SMB2] 3.3.5.18. */
export interface Enumeration {
  readonly cursor: VfsDirCursor;
  readonly pattern: string;
  readonly matches: (name: string) => boolean;
  /** Listed by the back end and not yet sent. */
  pending: readonly VfsDirEntry[];
  next: number;
  /**
   * At least one entry was sent since the scan began: its end is NO_MORE_FILES, not NO_SUCH_FILE.
   */
  found: boolean;
  ended: boolean;
  /** Entries sent, for FileIndex. */
  index: number;
}
