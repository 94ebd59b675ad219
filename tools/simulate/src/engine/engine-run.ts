import { linkOf, locksOf } from '@tsmbd/oplock-lease';
import { CreateOptions, type FileId } from '@tsmbd/smb2-codec';
import type { SmbServer } from '@tsmbd/smb2-server';
import { TEST_ACCOUNTS } from '@tsmbd/smb2-server/testing';
import { fail } from '../violation.ts';
import { Appends, LOG } from './appends.ts';
import { Machine } from './caches.ts';
import { Checker } from './check.ts';
import { ContentChecker, type Expected } from './check-contents.ts';
import { guidOf, type KnownOpen, SimClient } from './client.ts';
import { compound } from './compound.ts';
import * as contents from './contents.ts';
import { killWorker } from './kill-worker.ts';
import { askBetweenLegs, NEVER_MADE, renew } from './logon.ts';
import * as opening from './opening.ts';
import * as requests from './requests.ts';
import type { EngineStep } from './steps.ts';
import { turn, World, type WorldSettings, within } from './world.ts';

/** Longer than any break or durable open can wait. */
const BREAKS_OVER_MS = 36_000;
const ALL_OVER_MS = 400_000;
type ServerOpen = ReturnType<SmbServer['opens']['byId']>;

/** Users by their SIDs. */
const USER_OF = new Map([...TEST_ACCOUNTS.map(({ sid, name }) => [sid, name] as const), ['S-1-5-7', '']]);
const { DIRECTORY_FILE } = CreateOptions;
const LOCK_OR_NOTIFY = /^(LOCK|CHANGE_NOTIFY) /;

/**
 * The whole engine over in-memory transports, with clients, a disk whose calls can be held, and a
 * clock that the schedule moves. After every step whose answer was waited for, the engine's
 * knowledge is checked against the rules and against what the clients have seen.
 */
export class EngineRun {
  readonly world: World;
  readonly clients: readonly SimClient[];
  readonly machines: readonly Machine[];
  /** Everything that was ever granted, in order. */
  readonly opens: KnownOpen[] = [];
  readonly #checker = new Checker(this);
  readonly #contents = new ContentChecker(this);
  readonly #appends = new Appends();

  constructor(settings: WorldSettings = {}) {
    this.world = new World(settings);
    // A call that fails may or may not have changed something, so no client relies on what it knew.
    this.world.disk.faults.onFault = () => {
      this.world.changed();
      for (const machine of this.machines) machine.forgetContents();
    };
    const machines = [0xa, 0xb, 0xc].map((kind) => new Machine(guidOf(kind, 1)));
    this.machines = machines;
    // Two machines of alice, one of bob, and bob with the ClientGuid of alice's first machine.
    this.clients = (['alice', 'bob', 'alice', 'bob'] as const).map((user, i) => {
      const machine = machines[i % 3]!;
      return new SimClient(this.world, user, machine, (told) =>
        machine.told(told, told.kind === 'oplock' ? this.byFileId(told.fileId) : undefined, this.world.hearing),
      );
    });
  }

  /** The server's side of an open; undefined if the server has none. */
  serverOpen({ fileId }: KnownOpen): ServerOpen {
    for (const server of this.world.servers) {
      const durable = server.durables.byPersistentId(fileId.persistent);
      if (durable !== undefined) return durable.closed ? undefined : durable;
      const open = server.opens.byId(Number(fileId.persistent & 0xffff_ffffn));
      if (open?.closed === false && open.fileId.persistent === fileId.persistent) return open;
    }
    return undefined;
  }

  /**
   * Takes the owner of a new open from the server. If the session was renewed while the CREATE was
   * under way, the open may belong to either user.
   */
  knows(open: KnownOpen): void {
    open.user = this.userOf(open) ?? open.user;
    const known = this.serverOpen(open);
    open.granted = known?.grantedAccess;
    open.key = known?.kind === 'file' ? known.key : undefined;
    this.opens.push(open);
  }

  /**
   * The owner of an open, as the server has it. An open that ends with its session belongs to the
   * session's user.
   */
  userOf(open: KnownOpen): string | undefined {
    const known = this.serverOpen(open);
    const sid = known?.kind === 'file' ? known.durable?.owner : undefined;
    return sid === undefined ? known?.session.identity?.name : (USER_OF.get(sid) ?? sid);
  }

  /** The open that clients know by a FileId. */
  byFileId({ persistent }: FileId): KnownOpen | undefined {
    return this.opens.find((open) => open.fileId.persistent === persistent);
  }

  /** Locks of an open. */
  locksOf(open: KnownOpen): number {
    const known = this.serverOpen(open);
    if (known === undefined) return 0;
    const state = this.world.stateOf(known.key);
    return state === undefined ? 0 : locksOf(state, known.id).length;
  }

  /** The content of an open's file. */
  async bytesOf(open: KnownOpen): Promise<string | undefined> {
    const known = this.serverOpen(open);
    if (known === undefined) return undefined;
    const { handle } = known;
    return this.world.disk.bytesOf(handle.file?.identity ?? handle.identity, handle.streamName);
  }

  /** Expects these bytes in the open's file, unless something else has changed files. */
  expectBytes(bytes: Expected): void {
    this.#contents.expect(bytes);
  }

  async step(step: EngineStep): Promise<void> {
    const exempt = this.#exemptIn(step);
    await this.#carryOut(step);
    if ('hurry' in step && step.hurry) return;
    await this.settle();
    exempt?.();
  }

  /**
   * If a client names its own lease on a directory when it changes something there, the lease is
   * not broken. [MS-SMB2] 3.3.1.4 Returns the check of that, if nothing else happens that might
   * break the lease.
   */
  #exemptIn(step: EngineStep): (() => void) | undefined {
    if (step.do !== 'create' || step.lease?.parent === undefined || step.lease.version === 1) return undefined;
    const client = this.clients[step.who % this.clients.length]!;
    const holding = client.machine.byLease(guidOf(0xe, step.lease.parent));
    const { disk, servers } = this.world;
    const isQuiet = disk.held === 0 && this.clients.every(({ unanswered }) => unanswered.size === 0);
    const [waits] = servers.flatMap((server) => [...server.durables.waiting]);
    const isDirectory = [...(holding?.opens ?? [])].every(({ options }) => (options & DIRECTORY_FILE) !== 0);
    if (holding === undefined || !isDirectory || !isQuiet || waits !== undefined || client.dialect < 0x0300)
      return undefined;
    const { tells } = holding;
    return () => {
      if (holding.tells !== tells) fail(`what a client did in a directory broke its own lease on that`);
    };
  }

  /** Waits until everything that is on its way has arrived, and checks. */
  async settle(): Promise<void> {
    await this.world.settle();
    this.#checker.check();
    await this.#contents.check();
    await this.#appends.check(this.world);
  }

  async #carryOut(step: EngineStep): Promise<void> {
    const { world } = this;
    switch (step.do) {
      case 'advance':
        world.clock.advance(step.ms);
        return;
      case 'hold':
        world.disk.hold(step.gate);
        return;
      case 'release':
        world.changed();
        world.disk.release(step.index);
        return;
      case 'fail': {
        const { call, plain, after } = step;
        world.disk.faults.arm(call, { ...(plain && { plain }), ...(after && { after }) });
        return;
      }
      case 'restart':
        // While the next server starts, only what the step names may fail.
        world.disk.faults.clear();
        return this.#restart(step.kill === true, step.fails);
      case 'kill-worker':
        if (world.servers.length === 1) return;
        world.disk.faults.clear();
        return killWorker(this, step.worker % world.servers.length);
      case 'half-logon': {
        const known = this.opens[step.open % (this.opens.length || 1)]?.fileId;
        await within(askBetweenLegs(this, known, step.finish === true), 'the logon');
        if (await world.disk.has(NEVER_MADE)) fail('a client made a file between the legs of its logon');
        return;
      }
    }
    const client = this.clients[step.who % this.clients.length]!;
    if (step.do === 'connect') {
      client.dialect = step.dialect ?? client.dialect;
      client.protection = step.protection ?? client.protection;
      return within(client.connect(), 'the logon');
    }
    if (!client.isConnected) return;
    switch (step.do) {
      case 'drop':
        this.lose(client);
        return client.drop();
      case 'logoff':
        this.lose(client);
        requests.logoff(client);
        // A session ends once. The connection has no session then, and is not used again.
        return client.drop();
      case 'leave-tree':
        requests.leaveTree(
          client,
          this.opens.filter((open) => open.by === client),
        );
        client.treeId = 0;
        return;
      case 'renew': {
        const { between } = step;
        const send = (): void => {
          if (between !== undefined) opening.create(client, { do: 'create', who: step.who, ...between }, this);
        };
        return within(renew(client, step.user, send), 'the logon');
      }
      case 'create':
        return opening.create(client, step, this);
      case 'compound':
        return compound(client, step, this);
      case 'cancel':
        return client.cancel(step.index);
      case 'acknowledge':
        return requests.acknowledge(client, step, this);
      case 'reconnect': {
        const all = this.opens.filter((open) => open.durable !== undefined);
        const durable = step.stale ? all : all.filter((open) => open.by === undefined && !open.gone);
        const open = durable[step.open % (durable.length || 1)];
        if (open !== undefined) opening.reconnect(client, step, open, this);
        return;
      }
    }
    const own = this.opens.filter((open) => open.by === client && !open.closing);
    const open = step.open < 0 ? own.at(step.open) : own[step.open % (own.length || 1)];
    if (open !== undefined) this.#onOpen(client, open, own, step);
  }

  #onOpen(
    client: SimClient,
    open: KnownOpen,
    own: readonly KnownOpen[],
    step: Exclude<Extract<EngineStep, { readonly open: number }>, { readonly do: 'reconnect' }>,
  ): void {
    switch (step.do) {
      case 'close':
        requests.close(client, open, this);
        return;
      case 'append':
        this.#appends.send(client, open, step.count);
        return;
      case 'read':
        contents.read(client, open, this);
        return;
      case 'list':
        contents.list(client, open);
        return;
      case 'flush':
        requests.flushFile(client, open);
        return;
      case 'write':
        // The log is only appended to.
        if (open.name !== LOG) contents.write(client, open, step, this);
        return;
      case 'truncate':
        contents.truncate(client, open, step.at);
        return;
      case 'zero':
        contents.zero(client, open, step.at);
        return;
      case 'copy':
        contents.copy(client, open, own[step.from % own.length]!);
        return;
      case 'delete':
      case 'undelete':
        requests.setDisposition(client, open, step.do === 'delete');
        return;
      case 'posix-delete':
        requests.deletePosix(client, open);
        return;
      case 'link':
        // No step writes to the log under another name.
        if (open.name !== LOG) requests.link(client, open, step.to);
        return;
      case 'rename':
        // The run knows cached content by the file's name, so a file's unnamed stream is not
        // renamed.
        if (step.to.startsWith(':') && !open.name.includes(':')) return;
        requests.rename(client, open, step.to);
        return;
      case 'lock':
        requests.lock(client, open, step, this);
        return;
      case 'lock-again':
        open.sequenced?.repeat();
        return;
      case 'unlock':
        open.sequenced = undefined;
        requests.unlock(client, open, step.at, step.length);
        return;
      case 'notify':
        requests.notify(client, open, step.tree);
        return;
      case 'resilient':
        requests.makeResilient(client, open, this);
        return;
    }
  }

  async #restart(isKill: boolean, fails: string | undefined): Promise<void> {
    const { world } = this;
    // A persistent open that a client was told of survives a kill, because it was stored before the
    // answer. [MS-SMB2] 3.3.5.9.10
    const kept = this.opens.filter((open) => open.durable === 'persistent' && !open.closing && this.hasName(open));
    const locks = kept.map((open) => this.locksOf(open));
    for (const client of this.clients) {
      this.lose(client);
      client.treeId = 0;
      client.breaks.length = 0;
      // A request that was killed with its server is over. A request that a server finishes before
      // it ends is not.
      if (client.unanswered.size > 0 && !isKill) client.machine.hasOrphans = true;
    }
    // Opens that are not persistent do not survive the server.
    for (const open of this.opens) if (open.durable !== 'persistent') this.over(open);
    await (isKill ? world.kill(fails) : world.restart(fails));
    for (const machine of this.machines) machine.forgetContents();
    if (!isKill) return;
    kept.forEach((open, i) => {
      // The server tries to restore it again when a client asks for it.
      if (fails !== undefined && world.servers.some((server) => server.persistent.unopened.has(open.fileId.persistent)))
        return;
      if (this.serverOpen(open) === undefined) fail(`the persistent open of ${open.name} did not outlive the server`);
      if (this.locksOf(open) !== locks[i]) fail(`the persistent open of ${open.name} came back with other locks`);
    });
  }

  /**
   * True if the server has the open, and its name was not removed before the open with POSIX
   * semantics. In that case nobody could find the open again.
   */
  hasName(open: KnownOpen): boolean {
    const known = this.serverOpen(open);
    if (known === undefined) return false;
    return [known.key, known.handle.file?.identity].every((key) => {
      const state = key === undefined ? undefined : this.world.stateOf(key);
      return state === undefined || state.deletedLinks.get(linkOf(state, known.id) ?? '') !== 'gone';
    });
  }

  /** Nobody uses the client's opens any more. Those that may wait for the client do. */
  lose(client: SimClient): void {
    for (const open of this.opens) {
      if (open.by !== client) continue;
      open.by = undefined;
      if (open.durable === undefined || open.closing) open.machine.forget(open);
    }
  }

  /** The open ends, and its client knows that. */
  over(open: KnownOpen): void {
    open.by = undefined;
    open.gone = true;
    open.machine.forget(open);
  }

  /** Silence; then all clients leave. Nothing may be left over. */
  async finish(): Promise<void> {
    const { world, clients } = this;
    world.disk.faults.clear();
    // From now on no call is held, whether or not it has been made.
    do {
      world.changed();
      world.disk.release();
      await world.settle();
    } while (world.disk.held > 0);
    await this.settle();
    // The break of one request may be followed by a break for a request that came meanwhile.
    for (let rounds = 0; rounds < 4; rounds++) {
      world.clock.advance(BREAKS_OVER_MS);
      await this.settle();
    }
    for (const client of clients) {
      for (const { what } of client.unanswered) if (!LOCK_OR_NOTIFY.test(what)) fail(`${what} waits for ever`);
    }
    for (const client of clients) {
      this.lose(client);
      await client.drop();
    }
    await this.settle();
    world.clock.advance(ALL_OVER_MS);
    await this.settle();
    await turn();
    this.#checker.checkNothingLeft();
  }
}
