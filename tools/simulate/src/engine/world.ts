import {
  forgetWorker,
  type PersistentStore,
  type ServerConfig,
  type ServerEnvironment,
  type Share,
  SmbServer,
  type WorkerLink,
} from '@tsmbd/smb2-server';
import { diskShare, keptOpen, keptText, TEST_CONFIG, testEnvironment, VirtualClock } from '@tsmbd/smb2-server/testing';
import { seeded } from '@tsmbd/tool-random';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair, type MemoryConnection } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import { fail } from '../violation.ts';
import { Deletions } from './deletions.ts';
import { FAULT } from './faults.ts';
import { GatedDisk, type MountedVfs, unguarded } from './gated-vfs.ts';
import { Mail } from './mail.ts';

/** What differs from the default server, which signs and seals nothing unless its client does. */
export interface WorldSettings {
  readonly config?: Partial<ServerConfig>;
  readonly share?: Partial<Share>;
  /** Receives every line of the log. */
  readonly log?: ServerEnvironment['log'];
  /**
   * Called with each server before the server's first client. Tests break a rule in it, to see that
   * this is noticed.
   */
  readonly onStart?: (server: SmbServer) => void;
  /** How many workers serve together; default 1: one engine. Their messages take their time. */
  readonly workers?: number;
  /** What becomes of a message between workers: it may be changed or, with undefined, be lost. */
  readonly onMail?: (message: unknown, from: number, to: number) => unknown;
  /** Makes what is behind the share of each world. Default: a new memory file system. */
  readonly backend?: () => Backend;
}

/** A file system that is empty at first, and is removed with its world. */
export interface Backend {
  readonly vfs: Vfs;
  remove(): void;
}

const CONFIG: ServerConfig = {
  ...TEST_CONFIG,
  signingRequired: false,
  compression: false,
  maxTransactSize: 1 << 16,
  maxReadSize: 1 << 16,
  maxWriteSize: 1 << 16,
};

/** One life of an engine. What it was given is taken away when it dies. */
interface Life {
  readonly server: SmbServer;
  readonly mount: MountedVfs;
  alive: boolean;
  readonly stopTimers: Set<() => void>;
  readonly connections: MemoryConnection[];
}

/** One run of a server. */
interface Incarnation {
  /** One engine, or one for each worker. */
  readonly lives: Life[];
  readonly mail: Mail | undefined;
}

/** A server, and everything around it that a schedule can move: time, disk, store, network. */
export class World {
  readonly clock = new VirtualClock();
  readonly disk: GatedDisk;
  /** The store of persistent opens. */
  readonly kept = new Map<string, string>();
  /** The log's lines of level error. */
  readonly errors: string[] = [];
  /**
   * Number of the server message that is being handled now. Messages with higher numbers were sent
   * later, whatever connection they came by.
   */
  hearing = 0;
  /** Counts what may have changed files. */
  changes = 0;
  #sent = 0;
  #now: Incarnation;
  #nextWorker = 0;
  readonly #deletions = new Deletions(unguarded);
  readonly #settings: WorldSettings;
  readonly #backend: Backend | undefined;
  readonly #random = seeded(1);
  readonly #clientRandom = seeded(2);

  constructor(settings: WorldSettings = {}) {
    this.#settings = settings;
    const now = (): bigint => BigInt(this.clock.now) * 1_000_000n;
    this.#backend = settings.backend?.();
    this.disk = new GatedDisk(this.#backend?.vfs ?? createMemoryVfs({ now, device: 1n }));
    // After they are closed, handles of other back ends do not tell what their name was.
    if (this.#backend === undefined) {
      this.disk.onRemoved = (handle, path, wasMade) => {
        const wrong = this.#deletions.removed(handle, path, wasMade);
        if (wrong !== undefined) this.errors.push(wrong);
      };
    }
    this.#now = this.#start();
  }

  /** The server, if it is one engine; the first of its workers otherwise. */
  get server(): SmbServer {
    return this.#now.lives[0]!.server;
  }

  /** The engines of all workers. */
  get servers(): readonly SmbServer[] {
    return this.#now.lives.map(({ server }) => server);
  }

  /** What the file's home knows of a file. */
  stateOf(key: string): ReturnType<SmbServer['authority']['peek']> {
    for (const { authority } of this.servers) {
      const state = authority.peek(key);
      if (state !== undefined) return state;
    }
    return undefined;
  }

  /** A session, at the worker that has its connection. */
  session(id: bigint): ReturnType<SmbServer['sessions']['get']> {
    for (const { sessions } of this.servers) {
      const session = sessions.get(id);
      if (session !== undefined) return session;
    }
    return undefined;
  }

  /** Notes that something may change the content of files, or has changed it. */
  changed(): void {
    this.changes++;
  }

  /** Runs the handler of an answer. A Violation is kept for the next check. */
  attempt(hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.errors.push((error as Error).message);
    }
  }

  /** Waits until everything that is on its way has arrived. */
  async settle(): Promise<void> {
    do {
      await turn();
      await turn();
    } while (this.disk.working > 0 || this.#now.mail?.isUnderWay === true);
  }

  /** A new connection. */
  connect(options: ClientOptions = {}): SmbClient {
    const { client, server } = createMemoryTransportPair();
    const numbers: number[] = [];
    const send = server.send.bind(server);
    server.send = (segments, done) => {
      this.#sent += 1;
      numbers.push(this.#sent);
      send(segments, done);
    };
    // Clients that meet at a file come to different workers.
    const life = this.#now.lives[this.#nextWorker++ % this.#now.lives.length]!;
    life.connections.push(server);
    life.server.accept(server);
    const smb = new SmbClient(client, { random: (length) => bytes(this.#clientRandom, length), ...options });
    const hear = client.onMessage;
    client.onMessage = (message, release) => {
      this.hearing = numbers.shift() ?? this.#sent;
      hear(message, release);
    };
    return smb;
  }

  /** The server ends and another one starts. Persistent opens wait for their clients. */
  async restart(fails?: string): Promise<void> {
    this.disk.release();
    const letGo = (): void => this.disk.release();
    await within(Promise.all(this.servers.map((each) => each.shutdown('restart'))), 'the shutdown', letGo);
    await this.#startAgain(fails, letGo);
  }

  /**
   * The server's process is killed. What was under way never ends, and the next server finds what
   * the store has kept.
   */
  async kill(fails?: string): Promise<void> {
    for (const life of this.#now.lives) this.#end(life);
    this.disk.forgetHeld();
    for (const { mount } of this.#now.lives) await within(mount.die(), 'closing what was open');
    await this.#startAgain(fails);
  }

  /**
   * One of several workers dies, and is started again. Nothing that was under way there ends.
   */
  async killWorker(worker: number): Promise<void> {
    const { lives, mail } = this.#now;
    const dead = lives[worker]!;
    this.#end(dead);
    await within(dead.mount.die(), 'closing what was open');
    const { memory, count } = mail!.links[0]!;
    forgetWorker(memory, worker, count);
    mail!.kill(worker);
    for (let turns = this.#random(4); turns > 0; turns--) await turn();
    mail!.revive(worker);
    lives[worker] = this.#begin(mail!.links[worker]);
    await within(lives[worker]!.server.restorePersistent(), 'the restore', () => this.disk.release());
  }

  #end(life: Life): void {
    life.alive = false;
    for (const stop of life.stopTimers) stop();
    for (const connection of life.connections) {
      connection.onMessage = (_, release) => release();
      connection.onClose = () => {};
      connection.destroy('killed');
    }
  }

  /** Frees everything at the end. */
  async dispose(): Promise<void> {
    await this.disk.inner.dispose();
    this.#backend?.remove();
  }

  /**
   * @param fails a call of the back end that fails once while the server starts
   */
  async #startAgain(fails: string | undefined, each?: () => void): Promise<void> {
    this.#now = this.#start();
    if (fails !== undefined) this.disk.faults.arm(fails, {});
    await within(Promise.all(this.servers.map((server) => server.restorePersistent())), 'the restore', each);
  }

  #start(): Incarnation {
    const { workers, onMail } = this.#settings;
    const mail = workers === undefined ? undefined : new Mail(workers, this.#random, onMail);
    return { lives: (mail?.links ?? [undefined]).map((link) => this.#begin(link)), mail };
  }

  #begin(workers: WorkerLink | undefined): Life {
    const settings = this.#settings;
    const mount = this.disk.mount();
    const share = diskShare('share', mount, {
      continuouslyAvailable: true,
      kernelChangeNotify: false,
      ...settings.share,
    });
    const stopTimers = new Set<() => void>();
    const environment = this.#environment(() => life.alive, stopTimers);
    const log: ServerEnvironment['log'] = (level, component, message, fields) => {
      settings.log?.(level, component, message, fields);
      environment.log(level, component, message, fields);
    };
    const server = new SmbServer({ ...CONFIG, ...settings.config }, [share], { ...environment, log, workers });
    const life: Life = { server, mount, alive: true, stopTimers, connections: [] };
    const add = server.opens.add.bind(server.opens);
    server.opens.add = (open) => {
      this.#deletions.opened(open);
      add(open);
    };
    settings.onStart?.(server);
    return life;
  }

  #environment(isAlive: () => boolean, stopTimers: Set<() => void>): ServerEnvironment {
    const persistentStore: PersistentStore = {
      save: (id, text, locks) => void (isAlive() && this.kept.set(id, keptText(this.kept.get(id), text, locks))),
      delete: (id) => void (isAlive() && this.kept.delete(id)),
      all: () => [...this.kept].map(([id, text]) => keptOpen(id, text)),
    };
    return testEnvironment({
      clock: this.clock,
      onError: (line) => void (isAlive() && !line.includes(FAULT) && this.errors.push(line)),
      persistentStore,
      random: (length) => bytes(this.#random, length),
      timer: (ms, call) => {
        const stop = this.clock.timer(ms, () => {
          stopTimers.delete(stop);
          call();
        });
        stopTimers.add(stop);
        return () => {
          stopTimers.delete(stop);
          stop();
        };
      },
    });
  }
}

function bytes(random: (below: number) => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

/**
 * Waits for a promise that needs no time on the virtual clock. Throws a Violation if it does not
 * settle. `each` is called before each turn.
 */
export async function within(promise: Promise<unknown>, what: string, each: () => void = () => {}): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  for (let turns = 0; !over; turns++) {
    if (turns > 100) fail(`${what} does not end`);
    each();
    await turn();
  }
  await promise;
}

/** Lets everything that is on its way arrive: all promises that can go on have gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
