/** What the system's error codes mean. The text follows the action that failed. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  ENXIO: 'it is no file',
  EPERM: 'it is not permitted',
  EROFS: 'the file system is read-only',
};

/** The action that failed, by the name of the system call. */
const ACTIONS: Readonly<Record<string, string>> = {
  chmod: 'change the mode of',
  connect: 'connect to',
  listen: 'listen on',
  mkdir: 'make',
  open: 'open',
  read: 'read',
  unlink: 'remove',
  write: 'write',
};

/** Why the system refused, without the error code. */
export function systemReason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

/**
 * An error as text for people. Errors of the system become sentences; of other errors it is the
 * message.
 */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, path, address } = error as NodeJS.ErrnoException & { address?: string };
  const what = path ?? address;
  if (code === undefined || REASONS[code] === undefined || what === undefined) return error.message;
  return `cannot ${ACTIONS[syscall ?? ''] ?? 'use'} ${what}: ${REASONS[code]}`;
}
