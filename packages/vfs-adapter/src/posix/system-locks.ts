import { Errno } from './constants.ts';
import type { Native } from './native.ts';

/**
 * struct flock on 64-bit Linux: l_type, l_whence (shorts), then l_start and l_len (at 8 and 16),
 * l_pid (at 24).
 */
const flock = new BigInt64Array(4);
const words = new Int16Array(flock.buffer);

/** fcntl(2) commands and lock types of Linux. */
const F_SETLEASE = 1024;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
/** The system has no room for another lock. */
const ENOLCK = 37;
const TYPES = { shared: 0, exclusive: 1, none: 2 } as const;
/** The last byte that off_t can name. */
const LAST = 0x7fff_ffff_ffff_ffffn;

/**
 * Sets, changes or removes an open file description lock on a range: fcntl(2), F_OFD_SETLK. Such a
 * lock belongs to the descriptor and ends with it; an ordinary lock belongs to the process.
 *
 * @returns false if another description has a lock that conflicts
 */
export function setRangeLock(
  native: Native,
  fd: number,
  offset: bigint,
  length: bigint,
  kind: 'shared' | 'exclusive' | 'none',
): boolean {
  if (!describe(offset, length, TYPES[kind])) return true;
  const result = fcntl(native, fd, F_OFD_SETLK, address(native));
  // If the file system keeps no locks (EINVAL, EOPNOTSUPP, EIO, …), no other program can hold one
  // either.
  return result !== -Errno.EAGAIN && result !== -Errno.EACCES && result !== -ENOLCK;
}

/**
 * Whether another description or process has a lock that conflicts with reading (or writing) by
 * this one. F_OFD_GETLK
 */
export function isRangeLocked(native: Native, fd: number, offset: bigint, length: bigint, write: boolean): boolean {
  if (!describe(offset, length, write ? TYPES.exclusive : TYPES.shared)) return false;
  return fcntl(native, fd, F_OFD_GETLK, address(native)) === 0 && words[0] !== TYPES.none;
}

/** Fills `flock`. Returns false if the system cannot lock the range. */
function describe(offset: bigint, length: bigint, type: number): boolean {
  // To the system a length of 0 would mean "to the end". Bytes behind the last offset of off_t
  // cannot be locked.
  if (length === 0n || offset > LAST) return false;
  words[0] = type;
  words[1] = 0;
  flock[1] = offset;
  flock[2] = offset + length > LAST ? 0n : length;
  flock[3] = 0n;
  return true;
}

/**
 * Takes (or gives up) a write lease. The system grants one only for a file that nobody else has
 * open.
 */
export function setLease(native: Native, fd: number, held: boolean): number {
  return fcntl(native, fd, F_SETLEASE, held ? TYPES.exclusive : TYPES.none);
}

/** F_GETLEASE: false once the system wants the lease back. */
export function isLeaseWhole(native: Native, fd: number): boolean {
  return fcntl(native, fd, F_SETLEASE + 1, 0) === TYPES.exclusive;
}

let place: number | undefined;

function address(native: Native): number {
  place ??= native.address(new Uint8Array(flock.buffer));
  return place;
}

let bound: ReturnType<Native['func']> | undefined;

function fcntl(native: Native, fd: number, command: number, argument: number): number {
  bound ??= native.func('fcntl', 'int', ['int', 'int', 'int64']);
  return native.result(bound(fd, command, argument));
}
