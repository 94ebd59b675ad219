import { At, Errno, O, RWF_NOWAIT, STATX_MASK } from './constants.ts';
import { closing, opened } from './descriptor-marks.ts';
import type { DiskName } from './disk-names.ts';
import { Native, type NativeCall } from './native.ts';
import { StatBuffer } from './stat-buffer.ts';

/** Bytes of the value buffer: the largest xattr (XATTR_SIZE_MAX). */
const VALUE_SIZE = 65_536;
const WORD = 0x1_0000_0000;

/**
 * The system calls of the POSIX back end. Methods return the call's result or -errno and never
 * throw. Those named `…Later` run on the pool, all others at once. Buffers that belong to this
 * object are overwritten by the next call.
 */
export class Libc {
  /** The result of the last statx. */
  readonly stat: StatBuffer;
  /**
   * The value that the xattr calls last read. Only the first bytes are valid, as many as the call
   * returned.
   */
  readonly value: Buffer = Buffer.alloc(VALUE_SIZE);
  readonly native: Native;

  /** struct open_how by 32-bit words: flags, mode, resolve, each with an upper half of zeros. */
  readonly #how = new Uint32Array(6);
  readonly #howAddress: number;
  /** struct iovec by 32-bit words: address and length. */
  readonly #iov = new Uint32Array(4);
  readonly #iovAddress: number;
  readonly #valueAddress: number;
  readonly #empty = Buffer.alloc(8);
  readonly #emptyAddress: number;
  readonly #xattrArgs = Buffer.alloc(16);
  readonly #xattrArgsAddress: number;
  readonly #times = new BigInt64Array(4);
  readonly #timesAddress: number;
  /** struct timespec. */
  readonly #clock = new BigInt64Array(2);
  readonly #clockAddress: number;
  readonly #calls: ReturnType<typeof bind>;

  constructor() {
    this.native = new Native();
    const { native } = this;
    this.stat = new StatBuffer(native);
    this.#clockAddress = native.address(bytesOf(this.#clock));
    this.#howAddress = native.address(bytesOf(this.#how));
    this.#iovAddress = native.address(bytesOf(this.#iov));
    this.#valueAddress = native.address(this.value);
    this.#emptyAddress = native.address(this.#empty);
    this.#timesAddress = native.address(bytesOf(this.#times));
    this.#xattrArgs.writeBigUInt64LE(BigInt(this.#valueAddress), 0);
    this.#xattrArgs.writeUInt32LE(VALUE_SIZE, 8);
    this.#xattrArgsAddress = native.address(this.#xattrArgs);
    this.#calls = bind(native);
  }

  /**
   * Whether a file that changes from now on gets another change time than the one in `stat`, also
   * where change times are as coarse as the kernel's clock tick, or whole seconds: they come from
   * the clock that is read here.
   */
  hasTicked(): boolean {
    const { changeSeconds, changeNanoseconds } = this.stat;
    if (this.native.result(this.#calls.clock_gettime(CLOCK_REALTIME_COARSE, this.#clockAddress)) !== 0) return false;
    const seconds = Number(this.#clock[0]);
    if (seconds !== changeSeconds) return seconds > changeSeconds;
    return changeNanoseconds !== 0 && Number(this.#clock[1]) > changeNanoseconds;
  }

  /** The address of bytes, for calls that take an address. */
  address(bytes: Uint8Array): number {
    return this.native.address(bytes);
  }

  openat2(directory: number, path: DiskName, flags: number, mode: number, resolve: number): number {
    this.#how[0] = flags | O.CLOEXEC;
    this.#how[2] = mode;
    this.#how[4] = resolve;
    const { openat2 } = this.#calls;
    return opened(this.native.result(openat2(this.native.numbers.openat2, directory, path, this.#howAddress, 24)));
  }

  /**
   * openat2 without RESOLVE_CACHED. If a concurrent rename makes the result uncertain (EAGAIN), it
   * is called again.
   */
  async openat2Later(directory: number, path: DiskName, flags: number, resolve: number): Promise<number> {
    const how = Uint32Array.of(flags | O.CLOEXEC, 0, 0, 0, resolve, 0);
    const address = this.native.address(bytesOf(how));
    const { openat2 } = this.#calls;
    for (let attempt = 0; ; attempt++) {
      const keep = { how, path };
      const fd = await this.native.later(keep, openat2, this.native.numbers.openat2, directory, path, address, 24);
      if (fd !== -Errno.EAGAIN || attempt === 8) return opened(fd);
    }
  }

  /** Plain openat, for magic links in /proc and for `.`. */
  openat(directory: number, path: string, flags: number): number {
    return opened(this.native.result(this.#calls.openat(directory, path, flags | O.CLOEXEC, 0)));
  }

  openatLater(directory: number, path: string, flags: number): Promise<number> {
    return this.native.later(undefined, this.#calls.openat, directory, path, flags | O.CLOEXEC, 0).then(opened);
  }

  close(fd: number): number {
    closing(fd);
    return this.native.result(this.#calls.close(fd));
  }

  closeLater(fd: number): Promise<number> {
    closing(fd);
    return this.native.later(undefined, this.#calls.close, fd);
  }

  /** Fills `stat` for a descriptor, O_PATH or not. */
  statFd(fd: number): number {
    const { statx } = this.#calls;
    const { numbers } = this.native;
    return this.native.result(
      statx(numbers.statx, fd, this.#emptyAddress, At.EMPTY_PATH, STATX_MASK, this.stat.address),
    );
  }

  /** Fills `stat` for a name, not following a symbolic link. */
  statAt(directory: number, name: DiskName): number {
    const { statxName } = this.#calls;
    return this.native.result(
      statxName(this.native.numbers.statx, directory, name, At.SYMLINK_NOFOLLOW, STATX_MASK, this.stat.address),
    );
  }

  /** statAt for a name that is stored at an address, with its NUL. */
  statAtAddress(directory: number, name: number): number {
    const { statx } = this.#calls;
    return this.native.result(
      statx(this.native.numbers.statx, directory, name, At.SYMLINK_NOFOLLOW, STATX_MASK, this.stat.address),
    );
  }

  statAtAddressLater(directory: number, name: number, keep: unknown, into: StatBuffer): Promise<number> {
    const { statx } = this.#calls;
    const { statx: number } = this.native.numbers;
    const held = { keep, into };
    return this.native.later(held, statx, number, directory, name, At.SYMLINK_NOFOLLOW, STATX_MASK, into.address);
  }

  /** Reads what the page cache has (or everything, if `cachedOnly` is false). */
  pread(fd: number, into: Uint8Array, offset: number, cachedOnly: boolean): number {
    const address = this.native.address(into);
    this.#iov[0] = address % WORD;
    this.#iov[1] = address / WORD;
    this.#iov[2] = into.length % WORD;
    this.#iov[3] = into.length / WORD;
    const flags = cachedOnly ? RWF_NOWAIT : 0;
    return this.native.result(this.#calls.preadv2(fd, this.#iovAddress, 1, offset, flags));
  }

  preadLater(fd: number, into: Uint8Array, offset: number): Promise<number> {
    return this.native.later(into, this.#calls.pread, fd, this.native.address(into), into.length, offset);
  }

  pwrite(fd: number, from: Uint8Array, offset: number): number {
    return this.native.result(this.#calls.pwrite(fd, this.native.address(from), from.length, offset));
  }

  pwriteLater(fd: number, from: Uint8Array, offset: number): Promise<number> {
    return this.native.later(from, this.#calls.pwrite, fd, this.native.address(from), from.length, offset);
  }

  /**
   * Reads directory entries into a buffer at an address. `calls.getdents64` does the same on the
   * pool.
   */
  getdents(fd: number, address: number, length: number): number {
    return this.native.result(this.#calls.syscall3(this.native.numbers.getdents64, fd, address, length));
  }

  getdentsLater(fd: number, buffer: Buffer, address: number): Promise<number> {
    return this.native.later(buffer, this.#calls.syscall3, this.native.numbers.getdents64, fd, address, buffer.length);
  }

  mkdirat(directory: number, name: DiskName, mode: number): number {
    return this.native.result(this.#calls.mkdirat(directory, name, mode));
  }

  unlinkat(directory: number, name: DiskName, flags: number): number {
    return this.native.result(this.#calls.unlinkat(directory, name, flags));
  }

  renameat2(from: number, name: DiskName, to: number, newName: DiskName, flags: number): number {
    return this.native.result(this.#calls.renameat2(this.native.numbers.renameat2, from, name, to, newName, flags));
  }

  linkat(from: number, name: DiskName, to: number, newName: DiskName): number {
    return this.native.result(this.#calls.linkat(from, name, to, newName, 0));
  }

  symlinkat(target: string, directory: number, name: DiskName): number {
    return this.native.result(this.#calls.symlinkat(target, directory, name));
  }

  /** Reads a symbolic link's target into `value`. If `path` is '', that of the open link itself. */
  readlinkat(directory: number, path: string): number {
    return this.native.result(this.#calls.readlinkat(directory, path, this.#valueAddress, VALUE_SIZE));
  }

  /** Sets access and modification time in ns; a time that is undefined stays as it is. */
  utimens(fd: number, access: bigint | undefined, modification: bigint | undefined): number {
    setTime(this.#times, 0, access);
    setTime(this.#times, 2, modification);
    const flags = At.EMPTY_PATH | At.SYMLINK_NOFOLLOW;
    return this.native.result(this.#calls.utimensat(fd, this.#emptyAddress, this.#timesAddress, flags));
  }

  fchmod(fd: number, mode: number): number {
    return this.native.result(this.#calls.fchmod(fd, mode));
  }

  chmod(path: string, mode: number): number {
    return this.native.result(this.#calls.chmod(path, mode));
  }

  /** Sets owner and group of an open file, also one opened with O_PATH. */
  chown(fd: number, uid: number, gid: number): number {
    return this.native.result(this.#calls.fchownat(fd, this.#emptyAddress, uid, gid, At.EMPTY_PATH));
  }

  ftruncate(fd: number, size: number): number {
    return this.native.result(this.#calls.ftruncate(fd, size));
  }

  ftruncateLater(fd: number, size: number): Promise<number> {
    return this.native.later(undefined, this.#calls.ftruncate, fd, size);
  }

  lseek(fd: number, offset: number, whence: number): number {
    return this.native.result(this.#calls.lseek(fd, offset, whence));
  }

  lseekLater(fd: number, offset: number, whence: number): Promise<number> {
    return this.native.later(undefined, this.#calls.lseek, fd, offset, whence);
  }

  fsyncLater(fd: number): Promise<number> {
    return this.native.later(undefined, this.#calls.fsync, fd);
  }

  fallocateLater(fd: number, mode: number, offset: number, length: number): Promise<number> {
    return this.native.later(undefined, this.#calls.fallocate, fd, mode, offset, length);
  }

  copyFileRangeLater(from: number, at: number, to: number, toAt: number, length: number): Promise<number> {
    const offsets = new BigInt64Array([BigInt(at), BigInt(toAt)]);
    const address = this.native.address(bytesOf(offsets));
    return this.native.later(offsets, this.#calls.copy_file_range, from, address, to, address + 8, length, 0);
  }

  /** struct statfs into the first 120 bytes of `value`. */
  fstatfs(fd: number): number {
    return this.native.result(this.#calls.fstatfs(fd, this.#valueAddress));
  }

  fgetxattr(fd: number, name: DiskName): number {
    return this.native.result(this.#calls.fgetxattr(fd, name, this.#valueAddress, VALUE_SIZE));
  }

  getxattr(path: string, name: DiskName): number {
    return this.native.result(this.#calls.getxattr(path, name, this.#valueAddress, VALUE_SIZE));
  }

  /**
   * Reads an xattr of a name in a directory, without following links; both names are given by
   * address. ENOSYS before Linux 6.13.
   */
  getxattrat(directory: number, path: number, name: number): number {
    const { getxattrat: number } = this.native.numbers;
    return this.native.result(
      this.#calls.getxattrat(number, directory, path, At.SYMLINK_NOFOLLOW, name, this.#xattrArgsAddress, 16),
    );
  }

  lgetxattr(path: DiskName, name: DiskName): number {
    return this.native.result(this.#calls.lgetxattr(path, name, this.#valueAddress, VALUE_SIZE));
  }

  fsetxattr(fd: number, name: DiskName, value: Uint8Array): number {
    return this.native.result(this.#calls.fsetxattr(fd, name, value, value.length, 0));
  }

  setxattr(path: string, name: DiskName, value: Uint8Array): number {
    return this.native.result(this.#calls.setxattr(path, name, value, value.length, 0));
  }

  fremovexattr(fd: number, name: DiskName): number {
    return this.native.result(this.#calls.fremovexattr(fd, name));
  }

  removexattr(path: string, name: DiskName): number {
    return this.native.result(this.#calls.removexattr(path, name));
  }

  flistxattr(fd: number): number {
    return this.native.result(this.#calls.flistxattr(fd, this.#valueAddress, VALUE_SIZE));
  }

  listxattr(path: string): number {
    return this.native.result(this.#calls.listxattr(path, this.#valueAddress, VALUE_SIZE));
  }
}

let shared: Libc | undefined;

/** The one Libc of this thread. Throws `not-supported` if there is no C library that it can use. */
export function libc(): Libc {
  shared ??= new Libc();
  return shared;
}

function bind(native: Native) {
  const f = (name: string, ...args: string[]): NativeCall => native.func(name, 'int', args);
  const long = (name: string, ...args: string[]): NativeCall => native.func(name, 'int64', args);
  const [i, n, p, s] = ['int', 'int64', 'int64', 'str'] as const;
  return {
    openat2: long('syscall', n, i, s, p, n),
    openat: f('openat', i, s, i, i),
    close: f('close', i),
    statx: long('syscall', n, i, p, i, i, p),
    statxName: long('syscall', n, i, s, i, i, p),
    preadv2: long('preadv2', i, p, i, n, i),
    pread: long('pread', i, p, n, n),
    pwrite: long('pwrite', i, p, n, n),
    syscall3: long('syscall', n, i, p, n),
    mkdirat: f('mkdirat', i, s, i),
    unlinkat: f('unlinkat', i, s, i),
    renameat2: long('syscall', n, i, s, i, s, i),
    linkat: f('linkat', i, s, i, s, i),
    symlinkat: f('symlinkat', s, i, s),
    readlinkat: long('readlinkat', i, s, p, n),
    utimensat: f('utimensat', i, p, p, i),
    fchmod: f('fchmod', i, i),
    chmod: f('chmod', s, i),
    fchownat: f('fchownat', i, p, 'uint32_t', 'uint32_t', i),
    ftruncate: f('ftruncate', i, n),
    lseek: long('lseek', i, n, i),
    fsync: f('fsync', i),
    fallocate: f('fallocate', i, i, n, n),
    copy_file_range: long('copy_file_range', i, p, i, p, n, i),
    fstatfs: f('fstatfs', i, p),
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

const CLOCK_REALTIME_COARSE = 5;
/** UTIME_OMIT: this time stays as it is. */
const UTIME_OMIT = 0x3ffffffen;
const SECOND = 1_000_000_000n;

function setTime(times: BigInt64Array, at: number, ns: bigint | undefined): void {
  // The nanoseconds count up from the full second before, also for times before 1970.
  const rest = ns === undefined ? UTIME_OMIT : ((ns % SECOND) + SECOND) % SECOND;
  times[at] = ns === undefined ? 0n : (ns - rest) / SECOND;
  times[at + 1] = rest;
}

function bytesOf(array: Uint32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
