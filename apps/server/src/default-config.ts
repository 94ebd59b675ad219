import { NULL_GUID } from '@tsmbd/ms-dtyp';
import type { ServerConfig } from '@tsmbd/smb2-server';
import { descriptorShares } from './descriptor-limit.ts';

/** Settings of a server without a configuration: secure, with every dialect that the server has. */
export const DEFAULT_CONFIG: ServerConfig = {
  serverGuid: NULL_GUID,
  netbiosName: 'TSMBD',
  domain: 'WORKGROUP',
  dnsName: 'localhost',
  dnsDomain: '',
  minDialect: 0x0202,
  maxDialect: 0x0311,
  signingRequired: true,
  encryption: 'desired',
  ciphers: ['aes-128-gcm', 'aes-256-gcm', 'aes-128-ccm', 'aes-256-ccm'],
  signingAlgorithms: ['aes-gmac', 'aes-cmac', 'hmac-sha256'],
  compression: true,
  maxTransactSize: 8 << 20,
  maxReadSize: 8 << 20,
  maxWriteSize: 8 << 20,
  maxCredits: 8192,
  allowAnonymous: false,
  guest: 'never',
  sessionLifetimeS: 0,
  maxSessions: 16_384,
  maxSessionsPerConnection: 2048,
  maxTreesPerSession: 4096,
  maxOpensPerSession: 65_536,
  maxDescriptors: descriptorShares().opens,
  leases: true,
  changeNotify: true,
  tortureHooks: false,
};
