export { conflicts, hasSharedRights, isStatOpen, SharedRights } from './access.ts';
export { type EffectListener, type FileAuthority, type FileHomes, LocalAuthority } from './authority.ts';
export type { AcknowledgeResult } from './break-end.ts';
export { cacheOfOplock, oplockOfCache, validCache } from './cache.ts';
export { type ChangeResult, changeBreaks } from './change.ts';
export type { CloseResult } from './close.ts';
export type {
  AcknowledgeCommand,
  BreakExpiredCommand,
  CancelLockCommand,
  CancelWaitCommand,
  ChangeCommand,
  CloseCommand,
  DeletedCommand,
  FileCommand,
  FileEffect,
  HolderName,
  LeaseRequest,
  LinkGoneCommand,
  LockCommand,
  MoveLinkCommand,
  OpenCommand,
  Outcome,
  ResultOf,
  SetDeleteOnCloseCommand,
  SetDeletePendingCommand,
  SetLinkCommand,
  UnlockCommand,
} from './commands.ts';
export { type AskedLink, isDeletedLink, isDeletePending, linkForbids, linkOf, pendingLinks } from './links.ts';
export { ioAllowed, isLockRange, type LockResult } from './lock.ts';
export { hasLocks, LockLimits, locksNamed, locksOf, locksOver, lockWaiters } from './lock-table.ts';
export { apply } from './machine.ts';
export type { LeaseGrant, OpenResult } from './open.ts';
export {
  type ByteRangeLock,
  CacheBits,
  type CacheBreak,
  type CacheHolder,
  type CacheState,
  type DurableState,
  type FileState,
  isDeleting,
  isIdle,
  type LeaseId,
  type LeaseState,
  type LinkId,
  type LockRange,
  type LockWaiter,
  newFileState,
  type OpenId,
  type OpenState,
  Oplock,
  type OplockLevel,
  type StreamOpen,
} from './state.ts';
