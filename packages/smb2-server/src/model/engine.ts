import type { LocalAuthority, OpenId } from '@tsmbd/oplock-lease';
import type { OpenStreams, VfsIdentity, VfsPath } from '@tsmbd/vfs-adapter';
import type { ServerConfig, ServerEnvironment, Share } from '../config.ts';
import type { ActivityListeners } from './activities.ts';
import type { Connection } from './connection.ts';
import type { NextTurns } from './next-turns.ts';
import type { MessageObserver } from './observer.ts';
import type { FileOpen } from './open.ts';
import type {
  Breaks,
  Buffers,
  Colleagues,
  DescriptorCounts,
  Durables,
  Ends,
  KnownBackEnds,
  LeasedDirectories,
  LogonTurns,
  Opens,
  Persistents,
  Shorts,
  SystemLeases,
  Times,
  Together,
  Waiters,
  Watches,
} from './services.ts';
import type { Session } from './session.ts';
import type { TreeConnect } from './tree-connect.ts';
import type { TurnMeter } from './turn-meter.ts';

/**
 * What the rooms of the engine see of the engine: the tables of [MS-SMB2] 3.3.1, what one room does
 * for others, and what else happens in one place only. SmbServer implements it.
 */
export interface Engine {
  readonly env: ServerEnvironment;
  /** Measures the turns of the event loop. */
  readonly turns: TurnMeter;
  /** Work for later turns of the event loop. */
  readonly nextTurns: NextTurns;
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
  /** As whom files that are about to be deleted will be removed, by their identity. */
  readonly deleters: Map<string, VfsIdentity>;
  readonly waits: Waiters;
  readonly oplockBreaks: Breaks;
  readonly systemLeases: SystemLeases;
  readonly directoryLeases: LeasedDirectories;
  readonly notify: Watches;
  readonly times: Times;
  readonly shortNames: Shorts;
  readonly fileEnds: Ends;
  readonly backEnds: KnownBackEnds;
  readonly descriptors: DescriptorCounts;
  readonly logonDelays: LogonTurns;
  readonly pool: Buffers;
  /** FILETIME. */
  readonly startedAt: bigint;
  /** Sees every message while somebody captures traffic. Undefined by default. */
  readonly observer: MessageObserver | undefined;
  /** Who is told of what users do. */
  readonly listeners: ActivityListeners;
  /** The other workers of this server. Undefined when this engine serves alone. */
  readonly workers: Colleagues | undefined;
  /** Counts changes of the bytes of files. A change counts both when it begins and when it ends. */
  readonly byteChanges: number;
  /** Counts files and directories that have been given another name. */
  readonly renames: number;
  /** Counts names that the server has removed. */
  readonly removals: number;
  /**
   * The server is shutting down: opens no longer wait for their clients, and persistent opens stay
   * in the store.
   */
  readonly stopping: boolean;

  /** The share with this name; letter case is ignored. */
  share(name: string): Share | undefined;
  newOpenId(): number;
  /** One more of these has happened. */
  count(which: Together): void;
  /** FileId.Volatile of an Open. It says which worker has the Open. */
  newVolatileId(id: OpenId): bigint;
  /**
   * FileId.Persistent of an Open. It differs from those that an earlier run of the server has given
   * out.
   */
  newPersistentId(id: OpenId): bigint;
  createSession(connection: Connection): Session;
  /** Whether one more user may be logged on, to the server and on the session's connection. */
  hasRoomFor(session: Session): boolean;
  /** The session now has its user. */
  loggedOn(session: Session): void;
  /** Ends a session and everything that belongs to it. [MS-SMB2] 3.3.7.1, 3.3.5.6 */
  removeSession(session: Session): Promise<void>;
  /** How many trees are connected to a share now. */
  treeCount(share: Share): number;
  addTree(tree: TreeConnect): void;
  /** Ends a tree, its pending requests and its opens. [MS-SMB2] 3.3.5.8 */
  removeTree(tree: TreeConnect): Promise<void>;
  /** Called once by the connection when its transport is gone. */
  connectionClosed(connection: Connection): void;
  /** A stand-in for a connection, for opens whose client has not come back yet. */
  nobody(): Connection;
  /** A shutdown waits for this promise. */
  track(promise: Promise<void>): void;

  /**
   * Something happened through `open`, to the open's file or to `path`. Clients that watch the
   * directory, and clients that cache it, are told.
   */
  changed(open: FileOpen, action: number, filter: number, path?: VfsPath): void;
  /**
   * A stream was added, removed or changed. Clients that watch for changes of streams are told.
   * [MS-FSA] 2.1.4.1, [MS-FSCC] 2.7.1
   */
  streamChanged(open: FileOpen, action: number, name?: string): void;
  /** Bytes of a file or stream changed all at once. `filter` says what else of the file changed. */
  dataChanged(open: FileOpen, filter?: number): void;
  /**
   * Bytes were written through `open`. Clients that watch the directory are told now. Clients that
   * cache the directory are told when the open closes, as on Windows.
   */
  wrote(open: FileOpen, filter: number): void;
  /**
   * An open through which bytes were written is gone: its directory now shows another size and
   * time.
   */
  closedModified(open: FileOpen): void;
}
