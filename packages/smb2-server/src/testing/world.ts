import { createRpcServer } from '@tsmbd/dcerpc';
import { ntHash } from '@tsmbd/ntlm-auth';
import type { Vfs } from '@tsmbd/vfs-adapter';
import type { Account, ServerConfig, ServerEnvironment, Share } from '../config.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Settings of a server for tests: everything is offered, little is required, limits are low. */
export const TEST_CONFIG: ServerConfig = {
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
  maxDescriptors: Infinity,
  leases: true,
  changeNotify: true,
  tortureHooks: false,
};

/** `alice` and `bob`, with the passwords `alice-password` and `bob-password`. */
export const TEST_ACCOUNTS: readonly Account[] = ['alice', 'bob'].map((name, i) => ({
  name,
  domain: 'TEST',
  sid: `S-1-5-21-1-2-3-${1000 + i}`,
  groups: ['S-1-5-21-1-2-3-513'],
  // Hashed only once, because some tests make many servers and have no time for this.
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

/** What a test supplies as the surroundings of its server. */
export interface TestSurroundings extends Partial<ServerEnvironment> {
  readonly clock: VirtualClock;
  /** Called with every line of level error, followed by its stack. */
  readonly onError: (line: string) => void;
}

/**
 * An environment with `TEST_ACCOUNTS`, no pipes, and a clock that advances only when it is told to.
 */
export function testEnvironment({ clock, onError, ...more }: TestSurroundings): ServerEnvironment {
  return {
    accounts: { find: (user) => TEST_ACCOUNTS.find((a) => a.name === user.toLowerCase()) },
    rpc: createRpcServer({ interfaces: [] }),
    now: () => clock.now,
    wallTime: () => SOME_DAY + BigInt(clock.now) * 10_000n,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timer: (ms, call) => clock.timer(ms, call),
    log(level, _component, message, fields) {
      if (level !== 'error') return;
      const error = fields?.['error'];
      onError(`${message} ${error instanceof Error ? (error.stack ?? error.message) : ''}`);
    },
    ...more,
  };
}

/** FILETIME of a day in 2024. */
const SOME_DAY = 133_500_000_000_000_000n;
