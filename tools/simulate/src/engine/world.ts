import { createRpcServer } from '@tsmbd/dcerpc';
import { ntHash } from '@tsmbd/ntlm-auth';
import { type Account, type PersistentStore, type ServerConfig, type Share, SmbServer } from '@tsmbd/smb2-server';
import { createMemoryTransportPair, type MemoryConnection } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import { seeded } from '../random.ts';
import { fail } from '../violation.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { GatedVfs } from './gated-vfs.ts';

const CONFIG: ServerConfig = {
  serverGuid: '00112233-4455-6677-8899-aabbccddeeff',
  netbiosName: 'SIMULATED',
  domain: 'WORKGROUP',
  dnsName: 'simulated',
  dnsDomain: '',
  minDialect: 0x0202,
  maxDialect: 0x0311,
  signingRequired: false,
  encryption: 'off',
  ciphers: ['aes-128-gcm'],
  signingAlgorithms: ['aes-gmac', 'aes-cmac', 'hmac-sha256'],
  compression: false,
  maxTransactSize: 1 << 16,
  maxReadSize: 1 << 16,
  maxWriteSize: 1 << 16,
  maxCredits: 512,
  allowAnonymous: false,
  guest: 'never',
  sessionLifetimeS: 0,
  maxSessions: 100,
  maxSessionsPerConnection: 10,
  maxTreesPerSession: 10,
  maxOpensPerSession: 100,
  leases: true,
  changeNotify: true,
  tortureHooks: false,
};

/** Hashed once: a schedule has no time for it. */
const ACCOUNTS: readonly Account[] = ['alice', 'bob'].map((name, i) => ({
  name,
  domain: 'SIMULATED',
  sid: `S-1-5-21-1-2-3-${1000 + i}`,
  groups: ['S-1-5-21-1-2-3-513'],
  ntHash: ntHash(`${name}-password`),
}));

/** A server with everything around it that a schedule can move: time, disk, store, network. */
export class World {
  readonly clock = new VirtualClock();
  readonly vfs: GatedVfs;
  /** What persistent opens are kept in. */
  readonly kept = new Map<string, string>();
  /** Lines of level error. */
  readonly errors: string[] = [];
  server: SmbServer;
  readonly #share: Share;
  readonly #random = seeded(1);

  constructor() {
    const now = (): bigint => BigInt(this.clock.now) * 1_000_000n;
    this.vfs = new GatedVfs(createMemoryVfs({ now, device: 1n }));
    this.#share = {
      name: 'share',
      comment: '',
      type: 'disk',
      vfs: this.vfs,
      readOnly: false,
      encrypt: false,
      guestOk: false,
      browseable: true,
      caching: 0,
      hideUnreadable: false,
      maxConnections: 0,
      volumeLabel: 'share',
      access: () => 'write',
      uid: 0,
      hideDotFiles: false,
      oplocks: true,
      level2Oplocks: true,
      durableHandles: true,
      continuouslyAvailable: true,
      kernelChangeNotify: false,
    };
    this.server = this.#start();
  }

  /** The client's end of a new connection. */
  connect(): MemoryConnection {
    const pair = createMemoryTransportPair();
    this.server.accept(pair.server);
    return pair.client;
  }

  /** The server ends and another one starts; persistent opens wait for their clients. */
  async restart(): Promise<void> {
    this.vfs.release();
    const letGo = (): void => this.vfs.release();
    await within(this.server.shutdown('restart'), 'the shutdown', letGo);
    this.server = this.#start();
    await within(this.server.restorePersistent(), 'the restore', letGo);
  }

  #start(): SmbServer {
    const persistentStore: PersistentStore = {
      save: (id, text) => void this.kept.set(id, text),
      delete: (id) => void this.kept.delete(id),
      all: () => [...this.kept].map(([id, text]) => ({ id, text })),
    };
    return new SmbServer(CONFIG, [this.#share], {
      accounts: { find: (user) => ACCOUNTS.find((a) => a.name === user.toLowerCase()) },
      rpc: createRpcServer({ interfaces: [] }),
      persistentStore,
      now: () => this.clock.now,
      wallTime: () => 133_500_000_000_000_000n + BigInt(this.clock.now) * 10_000n,
      random: (length) => Uint8Array.from({ length }, () => this.#random(256)),
      timer: (ms, call) => this.clock.timer(ms, call),
      log: (level, _component, message, fields) => {
        if (level !== 'error') return;
        const error = fields?.['error'];
        this.errors.push(`${message} ${error instanceof Error ? (error.stack ?? error.message) : ''}`);
      },
    });
  }
}

/** Waits for what needs no time on the virtual clock; a Violation when it does not end. `each` is done before each turn. */
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

/** Everything that is on its way arrives: all promises that can go on have gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
