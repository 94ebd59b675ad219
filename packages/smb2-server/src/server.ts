import { unixNsFromFiletime } from '@tsmbd/ms-dtyp';
import { type FileCommand, type FileEffect, LocalAuthority, type OpenId } from '@tsmbd/oplock-lease';
import { FileAction, NotifyFilter } from '@tsmbd/smb2-codec';
import { type MaybePromise, OpenStreams, type VfsIdentity, type VfsPath } from '@tsmbd/vfs-adapter';
import { isAdmitted, openAs } from './access/index.ts';
import { addressKey, LogonDelays, UnfinishedLogons } from './auth/index.ts';
import { DirectoryLeases, OplockBreaks, SystemLeasesOfOpens, Waits } from './caching/index.ts';
import { type ServerConfig, type ServerEnvironment, type Share, shareKey } from './config.ts';
import { DurableOpens, detachOrClose, PersistentOpens, purge } from './durable/index.ts';
import { BackEnds, closeOpen, FileEnds } from './files/index.ts';
import { FileTimes } from './metadata/index.ts';
import {
  Connection,
  Descriptors,
  type Engine,
  FileMarks,
  type FileOpen,
  type LogonTurns,
  type MessageObserver,
  NextTurns,
  noListeners,
  type Open,
  Session,
  type Together,
  type TreeConnect,
  TurnMeter,
  tellOfOpen,
} from './model/index.ts';
import { OpenIndex, ShortNames } from './names/index.ts';
import { NotifyRegistry, type Others } from './notify/index.ts';
import {
  carryOutHosted,
  InflateTurns,
  ResponseBuffers,
  Rounds,
  receiveFrom,
  sendNotification,
} from './pipeline/index.ts';
import type { Transport } from './transport.ts';
import { Colleagues, LogonTurnsOfAll, runOf, sessionIdOf, volatileOf } from './workers/index.ts';

/** The time that a session has from its first SESSION_SETUP to its last. */
const LOGON_TIMEOUT_MS = 30_000;

/** The engine: it is given transports and serves shares over them. [MS-SMB2] 3.3 */
export class SmbServer implements Engine {
  readonly env: ServerEnvironment;
  readonly turns: TurnMeter;
  readonly nextTurns: NextTurns;
  readonly pool: ResponseBuffers;
  readonly authority: LocalAuthority;
  readonly notify: NotifyRegistry;
  readonly times: FileTimes;
  readonly shortNames: ShortNames;
  readonly opens = new OpenIndex(
    (count) => this.workers?.set('strictDirectories', count),
    (lease, change) => this.workers?.countAmbiguous(lease, change),
  );
  readonly fileEnds = new FileEnds();
  /** Named streams that are open. */
  readonly streams = new OpenStreams();
  readonly deleters = new Map<string, VfsIdentity>();
  readonly waits = new Waits();
  readonly oplockBreaks = new OplockBreaks(this, (session, ...notification) => {
    if (session.isHosted) this.workers?.sendBreak(session, ...notification);
    else sendNotification(session, ...notification);
  });
  readonly durables: DurableOpens;
  readonly persistent: PersistentOpens;
  readonly systemLeases = new SystemLeasesOfOpens(this);
  readonly directoryLeases = new DirectoryLeases(this);
  readonly logonDelays: LogonTurns;
  readonly backEnds = new BackEnds(this);
  readonly connections = new Set<Connection>();
  /** FILETIME. */
  readonly startedAt: bigint;
  readonly workers: Colleagues | undefined;
  /** It is shutting down: persistent opens stay in the store, others wait for no client. */
  stopping = false;
  /** Sees every message while somebody captures traffic. Undefined by default. */
  observer: MessageObserver | undefined;
  readonly listeners = noListeners();
  readonly inflateTurns: InflateTurns;
  readonly #rounds: Rounds;
  readonly descriptors = new Descriptors(
    () => this.#config.maxDescriptors - (this.workers?.sumOfOthers('descriptors') ?? 0),
    (held) => this.workers?.set('descriptors', held),
  );
  /** Sessions of all connections. */
  readonly sessions = new Map<bigint, Session>();
  readonly #unfinished = new UnfinishedLogons((session) => void this.removeSession(session));
  /** Sessions that have a user. */
  readonly #withUser = new Set<Session>();
  #config: ServerConfig;
  #shares = new Map<string, Share>();
  #nextConnection = 1;
  #nextOpen = 1;
  /** The upper half of FileId.Persistent. */
  readonly #run: bigint;
  /** Counts that an engine which serves alone has for itself. */
  readonly #counts: Record<Together, number> = { byteChanges: 0, renames: 0, removals: 0 };
  #treeCounts = new Map<string, number>();

  constructor(config: ServerConfig, shares: readonly Share[], env: ServerEnvironment) {
    this.turns = new TurnMeter(env);
    this.env = metered(env, this.turns);
    this.nextTurns = new NextTurns(this.env);
    this.pool = new ResponseBuffers((ms, call) => void env.timer(ms, call), env.workers?.count);
    this.#config = config;
    const own = env.workers?.own ?? 0;
    this.#run = runOf(randomNumber(env), own);
    this.workers =
      env.workers && new Colleagues(this, env.workers, { carryOut: carryOutHosted, sendBreak: sendNotification });
    this.durables = new DurableOpens(this.workers?.homes, (count) => this.workers?.set('persistent', count));
    this.startedAt = env.wallTime();
    this.shortNames = new ShortNames(env, openAs);
    this.times = new FileTimes(
      () => env.now(),
      () => unixNsFromFiletime(env.wallTime()),
    );
    this.notify = new NotifyRegistry(
      { now: () => env.now(), timer: (ms, call) => env.timer(ms, call) },
      this.#others(),
    );
    this.persistent = new PersistentOpens(this, env.persistentStore);
    const changed = (key: string, command: FileCommand | undefined): void => {
      this.persistent.fileChanged(key, command);
      this.systemLeases.fileChanged(key);
      this.directoryLeases.fileChanged(key);
      if (this.workers !== undefined) this.#mark(this.workers, key);
    };
    const effect = (key: string, effect: FileEffect): void => {
      if ('waiter' in effect) this.waits.effect(effect);
      else if (effect.type === 'purge') this.#purge(effect.open);
      else if (effect.type !== 'lease-ended') this.oplockBreaks.effect(key, effect);
    };
    this.authority = new LocalAuthority(effect, changed, this.workers?.fileHomes);
    const delays = new LogonDelays(env);
    this.logonDelays = this.workers === undefined ? delays : new LogonTurnsOfAll(this.workers, delays);
    this.inflateTurns = new InflateTurns(env);
    this.#rounds = new Rounds(env);
    this.setShares(shares);
  }

  get config(): ServerConfig {
    return this.#config;
  }

  /** Counts changes of the bytes of files. A change counts both when it begins and when it ends. */
  get byteChanges(): number {
    return this.workers?.together('byteChanges') ?? this.#counts.byteChanges;
  }

  /** Counts files and directories that have been given another name. */
  get renames(): number {
    return this.workers?.together('renames') ?? this.#counts.renames;
  }

  /** Counts names that the server has removed. */
  get removals(): number {
    return this.workers?.together('removals') ?? this.#counts.removals;
  }

  count(which: Together): void {
    if (this.workers === undefined) this.#counts[which] += 1;
    else this.workers.countTogether(which);
  }

  #others(): Others | undefined {
    const { workers } = this;
    return (
      workers && {
        changed: (change) => workers.changed(change),
        watched: (bits) => workers.set('watched', bits),
        changesHeard: () => workers.changesHeard(),
      }
    );
  }

  /** Says in shared memory whether somebody has locked bytes of the file. */
  #mark(workers: Colleagues, key: string): void {
    const locks = this.authority.peek(key)?.locks.count ?? 0;
    workers.mark(key, FileMarks.LOCKED, locks > 0);
  }

  /** Sets new settings. They hold for connections, sessions and trees that are made from now on. */
  reconfigure(config: ServerConfig, shares: readonly Share[]): void {
    this.#config = config;
    this.setShares(shares);
  }

  /**
   * Sets the shares that clients find from now on. Trees that are already connected keep the share
   * they have. A back end that no share uses any more is disposed of when its last tree and its
   * last open are gone.
   */
  setShares(shares: readonly Share[]): void {
    const before = [...this.#shares.values()];
    this.#shares = new Map(shares.map((s) => [shareKey(s), s]));
    for (const { vfs } of before) this.backEnds.retire(vfs);
  }

  get shares(): readonly Share[] {
    return [...this.#shares.values()];
  }

  /** The share with this name; letter case is ignored. */
  share(name: string): Share | undefined {
    return this.#shares.get(shareKey({ name }));
  }

  /** Serves a client over `transport` until it closes. */
  accept(transport: Transport): Connection {
    this.turns.enter('a new connection');
    const connection = new Connection(this, transport, this.#nextConnection);
    this.#nextConnection += 1;
    receiveFrom(connection, this.inflateTurns, this.#rounds);
    this.connections.add(connection);
    this.env.log('debug', 'conn', 'connected', { connection: connection.id, from: transport.remoteAddress });
    if (!isAdmitted(this.#config, transport.remoteAddress)) {
      connection.disconnect(`hosts allow and hosts deny keep ${transport.remoteAddress} out`);
      return connection;
    }
    const { deadTimeMs = 0 } = this.#config;
    if (deadTimeMs > 0) connection.endWhenIdle(deadTimeMs);
    return connection;
  }

  /** Closes every connection, and every open with it. */
  async shutdown(reason: string): Promise<void> {
    this.stopping = true;
    for (const connection of [...this.connections]) connection.disconnect(reason);
    for (const open of [...this.durables.waiting]) purge(this, open, reason);
    this.persistent.unopened.stop();
    await Promise.allSettled([...this.#closing]);
  }

  newOpenId(): number {
    const id = this.#nextOpen;
    this.#nextOpen += 1;
    return id;
  }

  /**
   * FileId.Persistent of an Open. It differs from those that an earlier run of the server has given
   * out.
   */
  newPersistentId(id: OpenId): bigint {
    return this.#run | BigInt(id);
  }

  newVolatileId(id: OpenId): bigint {
    return volatileOf(id, this.workers?.own ?? 0);
  }

  newSessionId(): bigint {
    for (;;) {
      // 32 bits, as in Samba: some clients keep only that many. 0 and all ones have special
      // meanings.
      const random = randomNumber(this.env);
      const id = this.workers === undefined ? BigInt(random) : sessionIdOf(random, this.workers.own);
      if (id !== 0n && id !== 0xffff_ffffn && !this.sessions.has(id)) return id;
    }
  }

  createSession(connection: Connection): Session {
    const session = new Session(this.newSessionId(), connection, this.env.wallTime());
    this.sessions.set(session.sessionId, session);
    connection.addSession(session);
    this.#unfinished.begun(session);
    session.stopLogonTimer = this.env.timer(LOGON_TIMEOUT_MS, () => this.#endUnlessLoggedOn(session));
    return session;
  }

  /** Whether one more user may be logged on, to the server and on the session's connection. */
  hasRoomFor({ connection }: Session): boolean {
    const { maxSessions, maxSessionsPerConnection } = this.config;
    const users = this.workers?.sum('users') ?? this.#withUser.size;
    return users < maxSessions && connection.userCount < maxSessionsPerConnection;
  }

  /** The session now has its user. */
  loggedOn(session: Session): void {
    session.stopLogonTimer?.();
    session.stopLogonTimer = undefined;
    this.#unfinished.over(session);
    const isNew = !this.#withUser.has(session);
    this.#withUser.add(session);
    this.workers?.set('users', this.#withUser.size);
    if (isNew) this.workers?.countClient(session.connection.clientGuid, 1);
  }

  /**
   * Closes the oldest connection on which nobody has logged on. Returns false when there is none.
   *
   * @param of closes only a connection of this client, in the form of addressKey; undefined: of any
   *   client
   */
  makeRoom(of?: string): boolean {
    for (const connection of this.connections) {
      if (connection.userCount > 0 || (of !== undefined && addressKey(connection.transport.remoteAddress) !== of))
        continue;
      connection.disconnect('nobody had logged on, and others came');
      return true;
    }
    return false;
  }

  /**
   * Otherwise a session whose logon is never finished would hold one of the places of
   * `UnfinishedLogons` for as long as its connection lives.
   */
  #endUnlessLoggedOn(session: Session): void {
    session.stopLogonTimer = undefined;
    if (session.identity !== undefined || session.state === 'closed') return;
    this.env.log('info', 'auth', 'logon not finished in time', { from: session.connection.transport.remoteAddress });
    void this.removeSession(session);
  }

  /** How many trees are connected to a share now. */
  treeCount(share: Share): number {
    return this.#treeCounts.get(shareKey(share)) ?? 0;
  }

  addTree(tree: TreeConnect): void {
    tree.session.trees.set(tree.treeId, tree);
    this.#treeCounts.set(shareKey(tree.share), this.treeCount(tree.share) + 1);
  }

  /** Ends a tree, its pending requests and its opens. [MS-SMB2] 3.3.5.8 */
  async removeTree(tree: TreeConnect): Promise<void> {
    if (!tree.session.trees.delete(tree.treeId)) return;
    tree.leave?.();
    if (!tree.session.isHosted) this.#treeCounts.set(shareKey(tree.share), this.treeCount(tree.share) - 1);
    tree.session.connection.endPending((ctx) => ctx.tree === tree, 'tree');
    const elsewhere = tree.session.isHosted ? undefined : this.workers?.endTree(tree);
    // A client that disconnects from a share no longer needs what it has open there, durable or
    // not.
    await this.#closeAll(
      [...tree.session.opens.values()].filter((open) => open.tree === tree),
      closeOpen,
    );
    await elsewhere;
    this.backEnds.settle();
  }

  /** Ends a session and everything that belongs to it. [MS-SMB2] 3.3.7.1, 3.3.5.6 */
  removeSession(session: Session): Promise<void> {
    const removed = this.#removeSession(session);
    // A shutdown waits until the session is removed, no matter who asked for the removal.
    this.track(removed);
    return removed;
  }

  async #removeSession(session: Session): Promise<void> {
    if (session.state === 'closed') return;
    session.state = 'closed';
    this.sessions.delete(session.sessionId);
    session.connection.removeSession(session);
    session.exchange = undefined;
    session.stopLogonTimer?.();
    this.#unfinished.over(session);
    if (this.#withUser.delete(session)) this.workers?.countClient(session.connection.clientGuid, -1);
    this.workers?.set('users', this.#withUser.size);
    session.connection.endPending((ctx) => ctx.session === session, 'session');
    for (const { share, leave } of session.isHosted ? [] : session.trees.values()) {
      leave?.();
      this.#treeCounts.set(shareKey(share), this.treeCount(share) - 1);
    }
    session.trees.clear();
    const elsewhere = session.isHosted ? undefined : this.workers?.endSession(session);
    await this.#closeAll([...session.opens.values()], detachOrClose);
    await elsewhere;
    this.backEnds.settle();
  }

  /** Called once by the connection when its transport is gone. */
  connectionClosed(connection: Connection): void {
    this.turns.enter('the end of a connection');
    this.connections.delete(connection);
    connection.endPending(() => true, 'connection');
    for (const session of [...connection.sessions.values()]) void this.removeSession(session);
    this.workers?.endConnection(connection);
  }

  /**
   * Something happened through `open`, to the open's file or to `path`. Clients that watch the
   * directory, and clients that cache it, are told.
   */
  changed(open: FileOpen, action: number, filter: number, path: VfsPath = open.path): void {
    this.times.changedThrough(open);
    this.notify.changed(open.tree.share, path, action, filter);
    this.directoryLeases.entryChanged(open, path, action);
  }

  /**
   * A stream was added, removed or changed. Clients that watch for changes of streams are told.
   * [MS-FSA] 2.1.4.1, [MS-FSCC] 2.7.1
   */
  streamChanged(open: FileOpen, action: number, name = open.handle.streamName!): void {
    this.times.changedThrough(open);
    const modified = action === FileAction.MODIFIED_STREAM;
    const filter = modified ? NotifyFilter.STREAM_SIZE | NotifyFilter.STREAM_WRITE : NotifyFilter.STREAM_NAME;
    this.notify.streamChanged(open.tree.share, open.path, name, action, filter);
    if (modified) this.directoryLeases.wrote(open);
    else this.directoryLeases.entryChanged(open, open.path, FileAction.MODIFIED);
  }

  /** Bytes of a file or stream changed all at once. `filter` says what else of the file changed. */
  dataChanged(open: FileOpen, filter = 0): void {
    if (open.handle.file !== undefined) this.streamChanged(open, FileAction.MODIFIED_STREAM);
    else this.changed(open, FileAction.MODIFIED, NotifyFilter.SIZE | NotifyFilter.LAST_WRITE | filter);
  }

  /**
   * Bytes were written through `open`. Clients that watch the directory are told now. Clients that
   * cache the directory are told when the open closes, as on Windows.
   */
  wrote(open: FileOpen, filter: number): void {
    open.modified = true;
    tellOfOpen(this, 'write', open);
    this.times.changedThrough(open);
    if (open.handle.file !== undefined) {
      this.streamChanged(open, FileAction.MODIFIED_STREAM);
      return;
    }
    this.notify.changed(open.tree.share, open.path, FileAction.MODIFIED, filter);
    this.directoryLeases.wrote(open);
  }

  /**
   * An open through which bytes were written is gone: its directory now shows another size and
   * time.
   */
  closedModified(open: FileOpen): void {
    this.directoryLeases.entryChanged(open, open.path, FileAction.MODIFIED);
  }

  /**
   * Restores the persistent opens that an earlier run of the server left. Must be called before the
   * first client is accepted.
   */
  async restorePersistent(): Promise<void> {
    await this.persistent.restore();
    this.workers?.restored();
  }

  /** A stand-in for a connection, for opens whose client has not come back yet. */
  nobody(): Connection {
    this.#nobody ??= Connection.none(this);
    return this.#nobody;
  }

  #nobody: Connection | undefined;
  readonly #closing = new Set<Promise<void>>();

  #purge(id: OpenId): void {
    const open = this.opens.byId(id);
    if (open !== undefined) purge(this, open, 'it stood in the way of another');
  }

  /** A shutdown waits for this promise. */
  track(promise: Promise<void>): void {
    this.#closing.add(promise);
    promise
      .catch((error: unknown) => this.env.log('error', 'smb', 'closing failed', { error }))
      .finally(() => this.#closing.delete(promise));
  }

  async #closeAll(opens: readonly Open[], close: (server: Engine, open: Open) => MaybePromise<void>): Promise<void> {
    // All opens leave the tables before the first await, so that no request finds one that is half
    // closed.
    for (const open of opens) open.session.opens.delete(open.fileId.volatile);
    for (const open of opens) {
      if (this.turns.isSpent) await this.nextTurns.wait();
      try {
        await close(this, open);
      } catch (error) {
        this.env.log('warn', 'vfs', 'an open could not be closed cleanly', { error });
      }
      this.turns.did('the end of a session', open.tree.share.name);
    }
  }
}

function randomNumber(env: ServerEnvironment): number {
  const bytes = env.random(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** The same surroundings. Each timer that fires begins a turn for the meter. */
function metered(env: ServerEnvironment, turns: TurnMeter): ServerEnvironment {
  if (env.nextTick === undefined) return env;
  const timer = (ms: number, call: () => void): (() => void) =>
    env.timer(ms, () => {
      turns.enter(ms === 0 ? 'work in slices' : 'timer');
      call();
    });
  return { ...env, timer };
}
