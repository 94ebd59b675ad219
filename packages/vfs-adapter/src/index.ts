export { DosAttributes } from './attributes.ts';
export { isOwnBackEnd } from './back-ends.ts';
export { foldName, sameName } from './case-fold.ts';
export { chain, ending, orElse } from './maybe.ts';
export type { InitialFiles } from './memory/initial-files.ts';
export type { MemoryHandle } from './memory/memory-handle.ts';
export { createMemoryVfs, type MemoryVfs, type MemoryVfsOptions } from './memory/memory-vfs.ts';
export { keepLargeBuffers } from './posix/allocator.ts';
export {
  closeMarkedDescriptors,
  closing as unmarkDescriptor,
  descriptorMarks,
  markDescriptors,
  markHandedOver,
} from './posix/descriptor-marks.ts';
export { duplicateDescriptor, sendLater, sendNow } from './posix/descriptors.ts';
export { systemErrorCode } from './posix/errors.ts';
export type { NameService, SystemGroup, SystemUser } from './posix/identity/name-service.ts';
export { canActAsUsers, dropCapabilities, nameService, threadUser } from './posix/identity/system-identities.ts';
export { onPool } from './posix/pool.ts';
export { storageFor } from './posix/pool-queue.ts';
export { createPosixVfs, type PosixVfsOptions } from './posix/posix-vfs.ts';
export { leaseSignalsFromMainThread } from './posix/system-leases.ts';
export { onStorageTurn } from './posix/turns.ts';
export { type SnapshotFolder, snapshotsIn } from './snapshots/snapshot-folder.ts';
export { type SnapshotFormat, snapshotFormat, snapshotName, snapshotTime } from './snapshots/snapshot-names.ts';
export { type SnapshotSource, withSnapshots } from './snapshots/snapshot-vfs.ts';
export { OpenStreams, type StreamCheck, type StreamTarget } from './streams/open-streams.ts';
export { StreamHandle } from './streams/stream-handle.ts';
export {
  type MaybePromise,
  type Vfs,
  type VfsAclEntry,
  type VfsChanges,
  type VfsDirCursor,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsErrorCode,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsHandle,
  type VfsIdentity,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
  type VfsPosixAcl,
  type VfsPosixWish,
  type VfsSnapshots,
  type VfsStat,
  type VfsStream,
  type VfsWatch,
  type VfsWatchEvent,
} from './vfs.ts';
