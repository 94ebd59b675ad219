import { constants } from 'node:fs';

/** O_* of open(2), for this machine's architecture. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: constants.O_CREAT,
  EXCL: constants.O_EXCL,
  NOCTTY: constants.O_NOCTTY,
  NONBLOCK: constants.O_NONBLOCK ?? 0o4000,
  DIRECTORY: constants.O_DIRECTORY ?? 0o200000,
  NOFOLLOW: constants.O_NOFOLLOW ?? 0o400000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
} as const;

/** RESOLVE_* of openat2(2). */
export const Resolve = { NO_MAGICLINKS: 0x02, NO_SYMLINKS: 0x04, BENEATH: 0x08, CACHED: 0x20 } as const;

/** AT_* flags. */
export const At = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  EACCESS: 0x200,
  EMPTY_PATH: 0x1000,
} as const;

/** R_OK, W_OK and X_OK of access(2). */
export const Access = { READ: 4, WRITE: 2, EXECUTE: 1 } as const;

/** STATX_BASIC_STATS | STATX_BTIME. */
export const STATX_MASK = 0xfff;

/** Flags of preadv2(2): answer only from the page cache. */
export const RWF_NOWAIT = 0x08;

/** Flags of renameat2(2). */
export const RENAME_NOREPLACE = 1;

/** Modes of fallocate(2). */
export const Fallocate = { KEEP_SIZE: 1, PUNCH_HOLE: 2 } as const;

/** Whence of lseek(2). */
export const Seek = { DATA: 3, HOLE: 4 } as const;

/** S_IFMT and its values. */
export const Mode = {
  TYPE: 0o170000,
  REGULAR: 0o100000,
  DIRECTORY: 0o040000,
  SYMLINK: 0o120000,
  SOCKET: 0o140000,
} as const;

/** The numbers that the code refers to; they are the same on x86_64 and arm64. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOVERFLOW: 75,
  EILSEQ: 84,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

/** File systems that are in memory, where no call waits for a disk: TMPFS_MAGIC, RAMFS_MAGIC. */
export const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/**
 * File systems on which, since Linux 6.13, two changes never have the same change time if somebody
 * looked between them (FS_MGTIME): tmpfs, ext4, XFS, btrfs. Before, their change times are those of
 * the kernel's coarse clock.
 */
export const FINE_CHANGE_TIMES: ReadonlySet<number> = new Set([0x01021994, 0xef53, 0x58465342, 0x9123683e]);
