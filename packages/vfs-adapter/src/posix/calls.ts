import type { Native, NativeCall } from './native.ts';

export type Calls = ReturnType<typeof bindCalls>;

/**
 * Calls about which the kernel does not ask who makes them: it decided when the descriptor was
 * opened, or has nothing to decide. `readlinkat` is asked for magic links of this process and for
 * links that are open.
 */
export const ASKS_NOBODY: ReadonlySet<keyof Calls> = new Set([
  'close',
  'statxFd',
  'preadv2',
  'pread',
  'getdents64',
  'readlinkat',
  'lseek',
  'fsync',
  'fstatfs',
  'clock_gettime',
  'flistxattr',
] as const);

/**
 * The C functions of the back end. Nothing else of it calls C to look at or change files. A `Libc`
 * is the only caller, and each `Libc` has them bound to one user.
 */
export function bindCalls(native: Native) {
  const f = (name: string, ...args: string[]): NativeCall => native.func(name, 'int', args);
  const long = (name: string, ...args: string[]): NativeCall => native.func(name, 'int64', args);
  const [i, n, p, s] = ['int', 'int64', 'int64', 'str'] as const;
  return {
    openat2: long('syscall', n, i, s, p, n),
    openat: f('openat', i, s, i, i),
    close: f('close', i),
    statx: long('syscall', n, i, p, i, i, p),
    statxFd: long('syscall', n, i, p, i, i, p),
    statxName: long('syscall', n, i, s, i, i, p),
    preadv2: long('preadv2', i, p, i, n, i),
    pread: long('pread', i, p, n, n),
    pwrite: long('pwrite', i, p, n, n),
    getdents64: long('syscall', n, i, p, n),
    mkdirat: f('mkdirat', i, s, i),
    unlinkat: f('unlinkat', i, s, i),
    renameat2: long('syscall', n, i, s, i, s, i),
    linkat: f('linkat', i, s, i, s, i),
    symlinkat: f('symlinkat', s, i, s),
    readlinkat: long('readlinkat', i, s, p, n),
    utimensat: f('utimensat', i, p, p, i),
    fchmod: f('fchmod', i, i),
    chmod: f('chmod', s, i),
    ftruncate: f('ftruncate', i, n),
    lseek: long('lseek', i, n, i),
    fsync: f('fsync', i),
    fallocate: f('fallocate', i, i, n, n),
    copy_file_range: long('copy_file_range', i, p, i, p, n, i),
    fstatfs: f('fstatfs', i, p),
    ioctl: f('ioctl', i, n, p),
    fchownat: f('fchownat', i, p, i, i, i),
    faccessat2: long('syscall', n, i, p, i, i),
    clock_gettime: f('clock_gettime', i, p),
    fgetxattr: long('fgetxattr', i, s, p, n),
    getxattr: long('getxattr', s, s, p, n),
    lgetxattr: long('lgetxattr', s, s, p, n),
    getxattrat: long('syscall', n, i, p, i, p, p, n),
    fsetxattr: f('fsetxattr', i, s, 'void *', n, i),
    setxattr: f('setxattr', s, s, 'void *', n, i),
    fremovexattr: f('fremovexattr', i, s),
    removexattr: f('removexattr', s, s),
    flistxattr: long('flistxattr', i, p, n),
    listxattr: long('listxattr', s, p, n),
  };
}
