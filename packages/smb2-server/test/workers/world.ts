import { SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair, type MemoryConnection } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import { forgetWorker, type ServerConfig, type ServerEnvironment, type Share, SmbServer } from '../../src/index.ts';
import { diskShare, TEST_CONFIG, testEnvironment, VirtualClock, workerLinks } from '../../src/testing.ts';
import { partsOf } from '../../src/workers/memory.ts';
import type { Harness } from '../harness.ts';

export interface WorkersWorld {
  readonly servers: readonly SmbServer[];
  readonly vfs: Vfs;
  /** Lines that were logged at level error by any worker. */
  readonly errors: string[];
  /** Clients of this harness are clients of that worker. */
  at(worker: number): Harness;
  advance(ms: number): Promise<void>;
  /** The worker dies as a thread does: it does nothing any more, and the others are told. */
  kill(worker: number): Promise<void>;
  /** A new engine takes the place of one that was killed. */
  restart(worker: number): Promise<void>;
  /** Other shares, for all workers. */
  setShares(shares: readonly Share[]): void;
  /** What the dead and the living have left in shared memory and in tables. */
  left(): string[];
}

/** One life of a worker. */
interface Life {
  readonly server: SmbServer;
  readonly connections: MemoryConnection[];
  readonly timers: Set<() => void>;
  alive: boolean;
}

export interface WorkersSettings {
  readonly config?: Partial<ServerConfig>;
  readonly share?: Partial<Share>;
  readonly environment?: Partial<ServerEnvironment>;
  /** What differs for one worker. */
  readonly each?: (worker: number) => Partial<ServerEnvironment>;
}

/** `count` workers in this thread that serve one share together. */
export function startWorkers(count: number, settings: WorkersSettings = {}): WorkersWorld {
  const vfs = settings.share?.vfs ?? createMemoryVfs();
  const errors: string[] = [];
  const clock = new VirtualClock();
  const { links, kill, revive } = workerLinks(count);
  let shares: readonly Share[] = [diskShare('share', vfs, settings.share)];
  const lives: Life[] = [];
  const start = (worker: number): Life => {
    const timers = new Set<() => void>();
    const environment = testEnvironment({
      clock,
      onError: (line) => void (life.alive && errors.push(line)),
      timer: (ms, call) => {
        const stop = clock.timer(ms, () => {
          timers.delete(stop);
          call();
        });
        timers.add(stop);
        return () => {
          timers.delete(stop);
          stop();
        };
      },
      ...settings.environment,
      ...settings.each?.(worker),
      workers: links[worker]!,
    });
    const server = new SmbServer({ ...TEST_CONFIG, ...settings.config }, shares, environment);
    const life: Life = { server, connections: [], timers, alive: true };
    return life;
  };
  for (let worker = 0; worker < count; worker++) lives.push(start(worker));
  const servers = (): SmbServer[] => lives.map(({ server }) => server);
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settleWorkers();
  };
  const at = (worker: number): Harness => {
    const connect: Harness['connect'] = (options = {}) => {
      const { server, connections } = lives[worker]!;
      const pair = createMemoryTransportPair();
      connections.push(pair.server);
      server.accept(pair.server);
      return new SmbClient(pair.client, options);
    };
    return {
      get server() {
        return lives[worker]!.server;
      },
      vfs,
      errors,
      advance,
      connect,
      async logOn(options = {}, user = 'alice', password = `${user}-password`) {
        const client = connect(options);
        await client.negotiate();
        await client.logOn(user, password);
        return client;
      },
    };
  };
  return {
    get servers() {
      return servers();
    },
    vfs,
    errors,
    at,
    advance,
    async kill(worker) {
      const { connections, timers } = lives[worker]!;
      lives[worker]!.alive = false;
      for (const stop of timers) stop();
      for (const connection of connections) {
        connection.onMessage = (_, release) => release();
        connection.onClose = () => {};
        connection.destroy('killed');
      }
      forgetWorker(links[0]!.memory, worker, count);
      kill(worker);
      await settleWorkers();
    },
    async restart(worker) {
      revive(worker);
      lives[worker] = start(worker);
      await lives[worker]!.server.restorePersistent();
    },
    setShares(now) {
      shares = now;
      for (const server of servers()) server.setShares(now);
    },
    left() {
      const { table } = partsOf(links[0]!.memory, 0, count);
      return lives.flatMap(({ server, alive }, worker) => [
        ...(table.entriesOf(worker) === 0 ? [] : [`${table.entriesOf(worker)} keys of worker ${worker}`]),
        ...(alive ? leftOf(server) : []),
      ]);
    },
  };
}

function leftOf(server: SmbServer): string[] {
  const workers = server.workers!;
  const descriptors = workers.counts.of(workers.own, 'descriptors');
  return [
    ...[...server.opens.all()].map((open) => `open ${open.path.join('/')}`),
    ...[...server.authority.entries()].map(([key]) => `file ${key}`),
    ...[...server.sessions.keys()].map((id) => `session ${id}`),
    ...[...workers.hostedSessions].map(({ sessionId }) => `hosted session ${sessionId}`),
    ...(descriptors === 0 ? [] : [`${descriptors} descriptors`]),
  ];
}

/** Lets everything that is on its way arrive. */
export async function settleWorkers(): Promise<void> {
  for (let i = 0; i < 40; i++) await new Promise((resolve) => setImmediate(resolve));
}
