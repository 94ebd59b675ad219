import { VfsError, type VfsErrorCode } from '../vfs.ts';
import { Errno } from './constants.ts';

const CODES = new Map<number, VfsErrorCode>([
  [Errno.EPERM, 'access-denied'],
  [Errno.ENOENT, 'not-found'],
  [Errno.EACCES, 'access-denied'],
  [Errno.EAGAIN, 'busy'],
  [Errno.EBUSY, 'busy'],
  [Errno.ETXTBSY, 'busy'],
  [Errno.EEXIST, 'exists'],
  // RESOLVE_BENEATH reports this for a link that leaves the share. Callers that move files
  // distinguish it from a move between file systems.
  [Errno.EXDEV, 'access-denied'],
  [Errno.ENOTDIR, 'path-not-found'],
  [Errno.EISDIR, 'is-directory'],
  [Errno.EINVAL, 'invalid'],
  [Errno.ENFILE, 'too-many-open'],
  [Errno.EMFILE, 'too-many-open'],
  [Errno.ENOMEM, 'no-memory'],
  [Errno.EFBIG, 'too-large'],
  [Errno.EOVERFLOW, 'too-large'],
  [Errno.ENOSPC, 'no-space'],
  [Errno.EROFS, 'read-only'],
  [Errno.EMLINK, 'access-denied'],
  [Errno.ERANGE, 'ea-too-large'],
  [Errno.ENAMETOOLONG, 'name-too-long'],
  [Errno.ENOSYS, 'not-supported'],
  [Errno.EOPNOTSUPP, 'not-supported'],
  [Errno.ENOTEMPTY, 'not-empty'],
  [Errno.ELOOP, 'symlink'],
  [Errno.ENODATA, 'no-ea'],
  [Errno.EILSEQ, 'invalid-name'],
  [Errno.EDQUOT, 'quota'],
  [Errno.ESTALE, 'not-found'],
]);

const NAMES = new Map<number, string>(Object.entries(Errno).map(([name, number]) => [number, name]));

/**
 * The VfsError of a system call that failed. `errno` may be negative, as the calls here return it.
 */
export function posixError(errno: number, call: string, code?: VfsErrorCode): VfsError {
  const number = Math.abs(errno);
  const cause = new Error(`${call}: ${NAMES.get(number) ?? `errno ${number}`}`);
  return new VfsError(code ?? CODES.get(number) ?? 'io', '', { cause });
}

/**
 * What an error of Node, or of code that imitates Node, says by its `code`: `ENOENT`, `EACCES`…
 * Undefined for an error that has no such code, or one that says nothing about a file.
 */
export function systemErrorCode(error: unknown): VfsErrorCode | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return undefined;
  if (Object.hasOwn(NAMED, code)) return NAMED[code];
  const number = Object.hasOwn(Errno, code) ? Errno[code as keyof typeof Errno] : undefined;
  return number === undefined ? undefined : CODES.get(number);
}

/**
 * Names that mean something else here than to the calls of this back end, or that it never sees.
 */
const NAMED: Readonly<Record<string, VfsErrorCode>> = {
  // Without RESOLVE_BENEATH it is about two file systems.
  EXDEV: 'cross-device',
  ENOTSUP: 'not-supported',
  EIO: 'io',
};

/** Returns the result, or throws the VfsError of a negative result. */
export function checked(result: number, call: string): number {
  if (result < 0) throw posixError(result, call);
  return result;
}
