export { CIPHERS, type CipherName, SIGNING_ALGORITHMS, type SigningName } from './algorithms.ts';
export { addressKey } from './auth/address-key.ts';
export type {
  Account,
  AccountSource,
  Identity,
  KeptLocks,
  LogComponent,
  LogLevel,
  PersistentStore,
  ServerConfig,
  ServerEnvironment,
  Share,
  Visitor,
} from './config.ts';
export type { Connection } from './connection.ts';
export { DisconnectError, StatusError } from './errors.ts';
export { type ExplainedOpen, explainOpen, type HeldOpen, type OpenExplanation } from './explain-open.ts';
export type { MessageObserver } from './observer.ts';
export type { CachingStatus, LockStatus, OpenStatus } from './open-status.ts';
export { SmbServer } from './server.ts';
export { type ServerStatus, type SessionStatus, statusOf, type TreeStatus } from './status.ts';
export type { Transport } from './transport.ts';
export { matcherOf } from './wildcard.ts';
