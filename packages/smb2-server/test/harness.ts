import { createRpcServer } from '@tsmbd/dcerpc';
import { ntHash } from '@tsmbd/ntlm-auth';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import { type Account, type ServerConfig, type ServerEnvironment, type Share, SmbServer } from '../src/index.ts';

/** A server over in-memory transports, with a clock that a test moves by hand. */
export interface Harness {
  readonly server: SmbServer;
  readonly vfs: Vfs;
  /** Lets time pass: timers that are due are called. */
  advance(ms: number): Promise<void>;
  connect(options?: ClientOptions): SmbClient;
  /** Connects, negotiates and logs on as `alice`, unless told otherwise. */
  logOn(options?: ClientOptions, user?: string, password?: string): Promise<SmbClient>;
  /** Lines that were logged at level error. */
  readonly errors: string[];
}

const CONFIG: ServerConfig = {
  serverGuid: '00112233-4455-6677-8899-aabbccddeeff',
  netbiosName: 'TEST',
  domain: 'WORKGROUP',
  dnsName: 'test',
  dnsDomain: '',
  minDialect: 0x0202,
  maxDialect: 0x0311,
  signingRequired: true,
  encryption: 'desired',
  ciphers: ['aes-128-gcm', 'aes-256-gcm', 'aes-128-ccm', 'aes-256-ccm'],
  signingAlgorithms: ['aes-gmac', 'aes-cmac', 'hmac-sha256'],
  compression: true,
  maxTransactSize: 1 << 20,
  maxReadSize: 1 << 20,
  maxWriteSize: 1 << 20,
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

const ACCOUNTS: readonly Account[] = ['alice', 'bob'].map((name, i) => ({
  name,
  domain: 'TEST',
  sid: `S-1-5-21-1-2-3-${1000 + i}`,
  groups: ['S-1-5-21-1-2-3-513'],
  ntHash: ntHash(`${name}-password`),
}));

/** A disk share over `vfs`, writable by everybody. */
export function diskShare(name: string, vfs: Vfs, more: Partial<Share> = {}): Share {
  return {
    name,
    comment: '',
    type: 'disk',
    vfs,
    readOnly: false,
    encrypt: false,
    guestOk: false,
    browseable: true,
    caching: 0,
    hideUnreadable: false,
    maxConnections: 0,
    volumeLabel: name,
    access: () => 'write',
    uid: 0,
    hideDotFiles: false,
    oplocks: true,
    level2Oplocks: true,
    kernelChangeNotify: true,
    durableHandles: true,
    continuouslyAvailable: false,
    ...more,
  };
}

export function startServer(
  config: Partial<ServerConfig> = {},
  share: Partial<Share> = {},
  environment: Partial<ServerEnvironment> = {},
): Harness {
  const vfs = share.vfs ?? createMemoryVfs();
  const errors: string[] = [];
  let now = 0;
  let timers: { at: number; call: () => void }[] = [];
  const server = new SmbServer({ ...CONFIG, ...config }, [diskShare('share', vfs, share)], {
    accounts: { find: (user) => ACCOUNTS.find((a) => a.name === user.toLowerCase()) },
    rpc: createRpcServer({ interfaces: [] }),
    now: () => now,
    wallTime: () => 133_500_000_000_000_000n + BigInt(now) * 10_000n,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timer(ms, call) {
      const timer = { at: now + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
    log(level, _component, message, fields) {
      if (level === 'error') errors.push(`${message} ${String((fields?.['error'] as Error)?.stack)}`);
    },
    ...environment,
  });
  const connect = (options: ClientOptions = {}): SmbClient => {
    const pair = createMemoryTransportPair();
    server.accept(pair.server);
    return new SmbClient(pair.client, options);
  };
  return {
    server,
    vfs,
    errors,
    connect,
    async advance(ms) {
      now += ms;
      const due = timers.filter((t) => t.at <= now);
      timers = timers.filter((t) => t.at > now);
      for (const timer of due) timer.call();
      await settle();
    },
    async logOn(options = {}, user = 'alice', password = `${user}-password`) {
      const client = connect(options);
      await client.negotiate();
      await client.logOn(user, password);
      return client;
    },
  };
}

/** Lets everything that is on its way arrive. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
