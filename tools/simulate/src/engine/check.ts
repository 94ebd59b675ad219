import { type CacheBreak, type FileState, isDeleting, type LeaseState } from '@tsmbd/oplock-lease';
import { violationIn } from '@tsmbd/oplock-lease/testing';
import type { FileId } from '@tsmbd/smb2-codec';
import type { SmbServer } from '@tsmbd/smb2-server';
import { fail } from '../violation.ts';
import type { EngineRun } from './engine-run.ts';

type FileOpen = Parameters<SmbServer['opens']['add']>[0];

const BREAK_TIMEOUT_MS = 35_000;

/** What the last check saw at one worker. */
interface Reserved {
  /** Persistent opens that waited for their clients, and the sessions that they had come from. */
  readonly waiting: ReadonlyMap<FileOpen, FileOpen['session']>;
  /** The highest number of an open. */
  readonly lastOpen: number;
}

/** Checks what must hold in an engine whenever everything that was on its way has arrived. */
export class Checker {
  readonly #run: EngineRun;
  /** When each break was seen first. */
  readonly #breaks = new WeakMap<CacheBreak, number>();
  readonly #epochs = new WeakMap<LeaseState, { epoch: number; cache: number }>();

  readonly #reserved = new WeakMap<SmbServer, Reserved>();

  constructor(run: EngineRun) {
    this.#run = run;
  }

  check(): void {
    const { world } = this.#run;
    if (world.errors.length > 0) fail(world.errors[0]!);
    let opens = 0;
    for (const server of world.servers) {
      for (const [key, state] of server.authority.entries()) {
        const violation = violationIn(state);
        if (violation !== undefined) fail(`${key}: ${violation}`);
        this.#checkHolders(key, state);
        opens += state.opens.size;
        // While a call of the back end is held, an open may be partly made or partly closed.
        if (world.disk.held === 0) this.#checkOpens(server, state);
      }
      this.#checkReserved(server);
      // A file that is at home elsewhere may be open for reading here too.
      for (const { away } of server.sessions.values()) {
        for (const { standIn } of away.values()) if (standIn !== undefined) opens += 1;
      }
    }
    this.#checkHomes();
    this.#checkKnown();
    this.#checkUsers();
    const quiet = world.disk.held === 0 && this.#run.clients.every((client) => client.unanswered.size === 0);
    if (quiet && world.disk.openHandles !== opens) fail(`${world.disk.openHandles} handles for ${opens} opens`);
    if (quiet) {
      this.#checkKept();
      this.#checkTold();
    }
  }

  #checkHolders(key: string, state: Readonly<FileState>): void {
    const { clock } = this.#run.world;
    let breaking = false;
    for (const holder of [...state.opens.values(), ...state.leases.values()]) {
      if (holder.breaking === undefined) continue;
      breaking = true;
      const since = this.#breaks.get(holder.breaking) ?? clock.now;
      this.#breaks.set(holder.breaking, since);
      if (clock.now - since > BREAK_TIMEOUT_MS) fail(`${key}: the break of ${holder.id} does not end`);
    }
    // A request that waits for a file that is being deleted looks again when the file is gone.
    if (state.waiting.length > 0 && !breaking && !isDeleting(state))
      fail(`${key}: waiter ${state.waiting[0]} waits for nothing`);
    for (const lease of state.leases.values()) {
      const known = this.#epochs.get(lease);
      if (known !== undefined) {
        if (((lease.epoch - known.epoch) & 0xffff) > 0x7fff) fail(`lease ${lease.id}: the epoch goes back`);
        if ((lease.cache & ~known.cache) !== 0 && lease.epoch === known.epoch) fail(`lease ${lease.id}: raised unseen`);
      }
      this.#epochs.set(lease, { epoch: lease.epoch, cache: lease.cache });
    }
  }

  /** A file, and a lease, must be at one worker alone. */
  #checkHomes(): void {
    const homes = new Map<string, number>();
    for (const [worker, server] of this.#run.world.servers.entries()) {
      for (const [key, state] of server.authority.entries()) {
        for (const name of [`file ${key}`, ...[...state.leases.keys()].map((lease) => `lease ${lease}`)]) {
          const other = homes.get(name) ?? worker;
          if (other !== worker) fail(`${name} is at home at the workers ${other} and ${worker}`);
          homes.set(name, worker);
        }
      }
    }
  }

  /** The machine and the engine must have the same opens, in the same condition. */
  #checkOpens(server: SmbServer, state: Readonly<FileState>): void {
    for (const { id, durable } of state.opens.values()) {
      const open = server.opens.byId(id);
      if (open === undefined) fail(`open ${id} is nobody's`);
      if (open.closed) fail(`open ${id} is closed and still there`);
      if ((open.durable === undefined) !== (durable === undefined)) fail(`open ${id}: durable to one of two`);
      if ((open.durable?.disconnected === true) !== (durable?.disconnected === true)) {
        fail(`open ${id}: waits for its client to one of two`);
      }
      const waits = [...server.durables.waiting].includes(open);
      if (waits !== (durable?.disconnected === true)) fail(`open ${id}: its timer, or none`);
      if (durable?.disconnected === true) continue;
      const { session } = open;
      if (session.opens.get(open.fileId.volatile) !== open) fail(`open ${id} is not in its session`);
      if (session.state === 'closed' || session.connection.closed) fail(`open ${id} outlives its session`);
      if (session.trees.get(open.tree.treeId) !== open.tree) fail(`open ${id} outlives its tree`);
    }
  }

  /** What clients know: if the server no longer has an open, the open is over for good. */
  #checkKnown(): void {
    const { world, opens } = this.#run;
    for (const open of opens) {
      if (open.gone || open.by !== undefined || open.closing) continue;
      const { persistent } = open.fileId;
      // An open that could not be restored when the server started may still be restored later.
      if (world.servers.some((server) => server.persistent.unopened.has(persistent))) continue;
      const there = world.servers.some((server) => server.durables.byPersistentId(persistent)?.closed === false);
      if (!there) this.#run.over(open);
    }
  }

  /**
   * A session must not have an open that its client was not told of: the client could neither use
   * it nor close it.
   */
  #checkTold(): void {
    const { world, opens } = this.#run;
    const nameOf = ({ persistent, volatile }: FileId): string => `${persistent}/${volatile}`;
    const told = new Set(opens.map(({ fileId }) => nameOf(fileId)));
    for (const { sessions, workers } of world.servers) {
      for (const session of [...sessions.values(), ...(workers?.hostedSessions ?? [])]) {
        for (const { id, fileId } of session.opens.values()) {
          if (!told.has(nameOf(fileId))) fail(`open ${id} is in a session whose client does not know it`);
        }
      }
    }
  }

  /**
   * A session and its trees belong to the user who authenticated last. Opens keep their owners and
   * their access.
   */
  #checkUsers(): void {
    const { world, opens, clients } = this.#run;
    for (const client of clients) {
      if (!client.isConnected) continue;
      const session = world.session(client.smb!.sessionId);
      if (session?.identity === undefined) continue;
      if (session.identity.name !== client.as) fail(`the session of ${client.as} is of ${session.identity.name}`);
      for (const { maximalAccess } of session.trees.values()) {
        if ((maximalAccess === 0) !== (client.as === '')) fail(`a tree leaves ${maximalAccess} to ${client.as}`);
      }
    }
    for (const open of opens) {
      const known = open.gone ? undefined : this.#run.serverOpen(open);
      if (known === undefined) continue;
      if (open.granted !== undefined && known.grantedAccess !== open.granted) fail(`${open.name}: another access`);
      const isOwned = open.durable !== undefined && known.kind === 'file' && known.durable !== undefined;
      if (isOwned && this.#run.userOf(open) !== open.user) fail(`the open of ${open.user} is another's`);
    }
  }

  /**
   * While a persistent open waits for its client, no client that speaks 3.x can open the file. So
   * if an open has waited since the last check, no new open of the same name may exist. [MS-SMB2]
   * 3.3.5.9
   */
  #checkReserved(server: SmbServer): void {
    const seen = this.#reserved.get(server) ?? { waiting: new Map(), lastOpen: 0 };
    const waiting = new Map<FileOpen, FileOpen['session']>();
    for (const [key, state] of server.authority.entries()) {
      for (const { id, link } of state.opens.values()) {
        const open = server.opens.byId(id);
        if (open?.durable?.kind !== 'persistent' || !open.durable.disconnected) continue;
        waiting.set(open, open.session);
        if (seen.waiting.get(open) !== open.session) continue;
        for (const other of state.opens.values()) {
          if (other.id <= seen.lastOpen || other.link !== link) continue;
          const beside = server.opens.byId(other.id);
          if (beside === undefined || beside.durable?.disconnected === true) continue;
          if (beside.session.connection.dialect >= 0x0300) fail(`${key}: open ${other.id} beside ${id}, which waits`);
        }
      }
    }
    let { lastOpen } = seen;
    for (const { id } of server.opens.all()) lastOpen = Math.max(lastOpen, id);
    this.#reserved.set(server, { waiting, lastOpen });
  }

  /** The store must hold the existing persistent opens and no others. [MS-SMB2] 3.3.1.10 */
  #checkKept(): void {
    const { world } = this.#run;
    let persistent = 0;
    for (const server of world.servers) {
      for (const open of server.opens.all()) if (open.durable?.kind === 'persistent') persistent++;
      persistent += server.persistent.unopened.size;
    }
    if (persistent !== world.kept.size) fail(`${world.kept.size} records of ${persistent} persistent opens`);
  }

  checkNothingLeft(): void {
    const { world, clients } = this.#run;
    const { servers, disk, clock, kept } = world;
    for (const client of clients) for (const { what } of client.unanswered) fail(`${what} was never answered`);
    for (const server of servers) this.#checkNothingLeftAt(server);
    if (disk.openHandles !== 0) fail(`${disk.openHandles} handles are left`);
    if (kept.size !== 0) fail('a record is left');
    if (clock.pending !== 0) fail(`${clock.pending} timers are left`);
  }

  #checkNothingLeftAt(server: SmbServer): void {
    for (const [key, state] of server.authority.entries()) {
      fail(`${key}: open ${[...state.opens.keys()].join(', ')} outlives everybody`);
    }
    for (const share of server.shares) {
      for (const open of server.opens.of(share)) fail(`open ${open.id} outlives its state`);
      if (server.treeCount(share) !== 0) fail('a tree is still counted');
    }
    if (server.connections.size !== 0 || server.sessions.size !== 0) fail('a connection or session is left');
    if (server.waits.size !== 0) fail('a wait is left');
    for (const _ of server.workers?.hostedSessions ?? []) fail('a session of another worker is left');
    if (server.durables.size !== 0) fail('an open that is gone is still found by its CreateGuid');
  }
}
