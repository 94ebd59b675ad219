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
export { DisconnectError, StatusError } from './errors.ts';
export type { Connection } from './model/connection.ts';
export type { Engine } from './model/engine.ts';
export type { MessageObserver } from './model/observer.ts';
export { matcherOf } from './names/wildcard.ts';
export { type ExplainedOpen, explainOpen, type HeldOpen, type OpenExplanation } from './report/explain-open.ts';
export type { CachingStatus, LockStatus, OpenStatus } from './report/open-status.ts';
export { type ServerStatus, type SessionStatus, statusOf, type TreeStatus } from './report/status.ts';
export { SmbServer } from './server.ts';
export type { Transport } from './transport.ts';
