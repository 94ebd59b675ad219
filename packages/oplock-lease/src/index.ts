export { type EffectListener, type FileAuthority, LocalAuthority } from './authority.ts';
export type { CloseResult } from './close.ts';
export { ioAllowed, type LockResult } from './lock.ts';
export {
  apply,
  type BreakEndCommand,
  type CancelLockCommand,
  type CancelOpenCommand,
  type CloseCommand,
  type FileCommand,
  type FileEffect,
  type LockCommand,
  type ModifyCommand,
  type OpenCommand,
  type Outcome,
  type ResultOf,
  type SetDeletePendingCommand,
  type UnlockCommand,
} from './machine.ts';
export { conflicts, type OpenResult, SharedRights } from './open.ts';
export { cachedByOthers } from './oplock.ts';
export {
  type ByteRangeLock,
  type FileState,
  isIdle,
  type LockRange,
  type LockWaiter,
  newFileState,
  type OpenId,
  type OpenState,
  Oplock,
  type OplockBreak,
  type OplockLevel,
} from './state.ts';
