import { fail } from '../violation.ts';
import { Checker } from './check.ts';
import { guidOf, type KnownOpen, SimClient } from './client.ts';
import * as requests from './requests.ts';
import type { EngineStep } from './steps.ts';
import { turn, World, type WorldSettings, within } from './world.ts';

/** Longer than any break or durable open waits. */
const BREAKS_OVER_MS = 36_000;
const ALL_OVER_MS = 400_000;
const LOCK_OR_NOTIFY = /^(LOCK|CHANGE_NOTIFY) /;

/**
 * The whole engine over in-memory transports: clients, a disk whose calls can be held, time that is moved. After every
 * step whose answer was waited for, what the engine knows is held against the rules and against what clients saw.
 */
export class EngineRun {
  readonly world: World;
  readonly clients: readonly SimClient[];
  /** Everything that was ever granted, in order. */
  readonly opens: KnownOpen[] = [];
  readonly #checker = new Checker(this);

  constructor(settings: WorldSettings = {}) {
    this.world = new World(settings);
    // Two machines of alice's, one of bob's, and bob with the ClientGuid of alice's first.
    this.clients = [
      new SimClient(this.world, 'alice', guidOf(0xa, 1)),
      new SimClient(this.world, 'bob', guidOf(0xb, 1)),
      new SimClient(this.world, 'alice', guidOf(0xc, 1)),
      new SimClient(this.world, 'bob', guidOf(0xa, 1)),
    ];
  }

  /** What the file of an open holds. */
  async bytesOf({ fileId }: KnownOpen): Promise<string | undefined> {
    const open = this.world.server.opens.byId(Number(fileId.persistent & 0xffff_ffffn));
    if (open === undefined) return undefined;
    const { handle } = open;
    return this.world.disk.bytesOf(handle.file?.identity ?? handle.identity, handle.streamName);
  }

  async step(step: EngineStep): Promise<void> {
    await this.#carryOut(step);
    if ('hurry' in step && step.hurry) return;
    await this.settle();
  }

  async settle(): Promise<void> {
    await turn();
    await turn();
    this.#checker.check();
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
        world.disk.release(step.index);
        return;
      case 'restart':
        return this.#restart();
    }
    const client = this.clients[step.who % this.clients.length]!;
    if (step.do === 'connect') return within(client.connect(), 'the logon');
    if (!client.isConnected) return;
    switch (step.do) {
      case 'drop':
        this.#lose(client);
        return client.drop();
      case 'logoff':
        this.#lose(client);
        requests.logoff(client);
        // A session ends once; the connection has none then, and is not used again.
        return client.drop();
      case 'leave-tree':
        for (const open of this.opens) if (open.by === client) this.#over(open);
        requests.leaveTree(client);
        client.treeId = 0;
        return;
      case 'create':
        return requests.create(client, step, this.opens);
      case 'cancel':
        return client.cancel(step.index);
      case 'acknowledge':
        return requests.acknowledge(client, step.index, step.how);
    }
    this.#onOpen(client, step);
  }

  #onOpen(client: SimClient, step: Extract<EngineStep, { readonly open: number }>): void {
    if (step.do === 'reconnect') {
      const all = this.opens.filter((open) => open.durable !== undefined);
      const durable = step.stale ? all : all.filter((open) => open.by === undefined && !open.gone);
      const open = durable[step.open % (durable.length || 1)];
      if (open !== undefined) requests.reconnect(client, step, open, this.opens);
      return;
    }
    const own = this.opens.filter((open) => open.by === client);
    const open = own[step.open % (own.length || 1)];
    if (open === undefined) return;
    switch (step.do) {
      case 'close':
        requests.close(client, open);
        return;
      case 'write':
        requests.write(client, open);
        return;
      case 'truncate':
        requests.truncate(client, open);
        return;
      case 'delete':
      case 'undelete':
        requests.setDisposition(client, open, step.do === 'delete');
        return;
      case 'rename':
        requests.rename(client, open, step.to);
        return;
      case 'lock':
        requests.lock(client, open, step);
        return;
      case 'unlock':
        requests.unlock(client, open, step.at, step.length);
        return;
      case 'notify':
        requests.notify(client, open, step.tree);
        return;
    }
  }

  async #restart(): Promise<void> {
    for (const client of this.clients) {
      this.#lose(client);
      client.treeId = 0;
      client.breaks.length = 0;
    }
    // What is not persistent does not outlive the server.
    for (const open of this.opens) if (open.durable !== 'persistent') this.#over(open);
    await this.world.restart();
  }

  /** The client's opens are nobody's: those that may wait for it do. */
  #lose(client: SimClient): void {
    for (const open of this.opens) if (open.by === client) open.by = undefined;
  }

  #over(open: KnownOpen): void {
    open.by = undefined;
    open.gone = true;
  }

  /** Silence, then everybody leaves: nothing may be left. */
  async finish(): Promise<void> {
    const { world, clients } = this;
    // No call is held any more, whether it was made or not.
    do {
      world.disk.release();
      await turn();
    } while (world.disk.held > 0);
    await this.settle();
    // A break of what was asked for first may be followed by one of what was asked for meanwhile.
    for (let rounds = 0; rounds < 4; rounds++) {
      world.clock.advance(BREAKS_OVER_MS);
      await this.settle();
    }
    for (const client of clients) {
      for (const { what } of client.unanswered) if (!LOCK_OR_NOTIFY.test(what)) fail(`${what} waits for ever`);
    }
    for (const client of clients) {
      this.#lose(client);
      await client.drop();
    }
    await this.settle();
    world.clock.advance(ALL_OVER_MS);
    await this.settle();
    this.#checker.checkNothingLeft();
  }
}
