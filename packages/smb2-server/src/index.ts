export { unixSids } from './access/index.ts';
export { CIPHERS, type CipherName, SIGNING_ALGORITHMS, type SigningName } from './algorithms.ts';
export { addressKey } from './auth/index.ts';
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
  SidMap,
  Visitor,
  WorkerLink,
} from './config.ts';
export { DisconnectError, StatusError } from './errors.ts';
export type {
  Activity,
  ActivityEvents,
  ActivityListeners,
  Connection,
  Engine,
  FileActivity,
  MessageObserver,
} from './model/index.ts';
export { LineLimit } from './model/index.ts';
export { matcherOf } from './names/index.ts';
export {
  type CachingStatus,
  type DenialAnswer,
  type DenialQuestion,
  type ExplainedOpen,
  explainOpen,
  type HeldOpen,
  type ListedOpen,
  type LockStatus,
  type LoopStatus,
  type LoopTurns,
  type LoopWork,
  listOpens,
  loopStatusOf,
  type OpenExplanation,
  type OpenStatus,
  type ServerStatus,
  type SessionStatus,
  statusOf,
  type TreeStatus,
  whyDenied,
} from './report/index.ts';
export { SmbServer } from './server.ts';
export type { Transport } from './transport.ts';
export { forgetWorker, MAX_WORKERS, workerMemory, workerOfPersistent } from './workers/index.ts';
