import type { LocalAuthority, OpenId } from '@tsmbd/oplock-lease';
import type { OpenStreams, VfsPath } from '@tsmbd/vfs-adapter';
import type { ServerConfig, ServerEnvironment, Share } from '../config.ts';
import type { Connection } from './connection.ts';
import type { MessageObserver } from './observer.ts';
import type { FileOpen } from './open.ts';
import type {
  Breaks,
  Buffers,
  DescriptorCounts,
  Durables,
  Ends,
  KnownBackEnds,
  LeasedDirectories,
  LogonTurns,
  Opens,
  Persistents,
  SystemLeases,
  Times,
  Waiters,
  Watches,
} from './services.ts';
import type { Session } from './session.ts';
import type { TreeConnect } from './tree-connect.ts';

/**
 * What the rooms of the engine see of it: the tables of [MS-SMB2] 3.3.1, what one room does for
 * others, and what else happens in one place only. SmbServer implements it.
 */
export interface Engine {
  readonly env: ServerEnvironment;
  readonly config: ServerConfig;
  readonly shares: readonly Share[];
  /** The state of each file that is open. */
  readonly authority: LocalAuthority;
  readonly connections: ReadonlySet<Connection>;
  /** Sessions of all connections. */
  readonly sessions: ReadonlyMap<bigint, Session>;
  readonly opens: Opens;
  readonly durables: Durables;
  readonly persistent: Persistents;
  /** Named streams that are open. */
  readonly streams: OpenStreams;
  readonly waits: Waiters;
  readonly oplockBreaks: Breaks;
  readonly systemLeases: SystemLeases;
  readonly directoryLeases: LeasedDirectories;
  readonly notify: Watches;
  readonly times: Times;
  readonly fileEnds: Ends;
  readonly backEnds: KnownBackEnds;
  readonly descriptors: DescriptorCounts;
  readonly logonDelays: LogonTurns;
  readonly pool: Buffers;
  /** FILETIME. */
  readonly startedAt: bigint;
  /** Sees every message while somebody captures; nobody does by default. */
  readonly observer: MessageObserver | undefined;
  /** Counts changes of the bytes of files, those that begin and those that end. */
  byteChanges: number;
  /** Counts files and directories that have got another name. */
  renames: number;
  /** Counts names that the server has removed. */
  removals: number;
  /**
   * The server ends: nothing waits for its client any more, and what is persistent stays in the
   * store.
   */
  readonly stopping: boolean;

  /** The share of that name, letter case ignored. */
  share(name: string): Share | undefined;
  newOpenId(): number;
  /** FileId.Persistent of an Open: not one that a server before this one has given out. */
  newPersistentId(id: OpenId): bigint;
  createSession(connection: Connection): Session;
  /** One more user may be logged on, to the server and on the session's connection. */
  hasRoomFor(session: Session): boolean;
  /** The session has its user. */
  loggedOn(session: Session): void;
  /** Ends a session and all that hangs on it. [MS-SMB2] 3.3.7.1, 3.3.5.6 */
  removeSession(session: Session): Promise<void>;
  /** Trees connected to a share now. */
  treeCount(share: Share): number;
  addTree(tree: TreeConnect): void;
  /** Ends a tree: its pending requests, its opens. [MS-SMB2] 3.3.5.8 */
  removeTree(tree: TreeConnect): Promise<void>;
  /** Called once by the connection when its transport is gone. */
  connectionClosed(connection: Connection): void;
  /** A connection that is none: of opens whose client has yet to come back. */
  nobody(): Connection;
  /** A shutdown waits for it. */
  track(promise: Promise<void>): void;

  /**
   * Something happened through `open`, to it or to `path`: watchers of the directory are told, and
   * who caches it.
   */
  changed(open: FileOpen, action: number, filter: number, path?: VfsPath): void;
  /**
   * A stream came, went or changed: watchers of streams are told. [MS-FSA] 2.1.4.1, [MS-FSCC] 2.7.1
   */
  streamChanged(open: FileOpen, action: number, name?: string): void;
  /** Bytes of a file or stream became others at once. `filter` is what else of the file changed. */
  dataChanged(open: FileOpen, filter?: number): void;
  /**
   * Bytes were written through `open`: watchers are told now, who caches the directory when it
   * closes, as on Windows.
   */
  wrote(open: FileOpen, filter: number): void;
  /** An open that wrote is gone: its directory shows another size and time. */
  closedModified(open: FileOpen): void;
}
