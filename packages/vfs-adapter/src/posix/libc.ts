import type { VfsIdentity } from '../vfs.ts';
import { bytesOf, CallMemory, VALUE_SIZE } from './call-memory.ts';
import { ASKS_NOBODY, bindCalls, type Calls } from './calls.ts';
import { Access, At, Errno, FICLONERANGE, O, RWF_NOWAIT, STATX_MASK } from './constants.ts';
import { closing, opened } from './descriptor-marks.ts';
import type { DiskName } from './disk-names.ts';
import { ThreadIdentity, type Who } from './identity/thread-identity.ts';
import { UserCalls } from './identity/user-calls.ts';
import { Native } from './native.ts';
import type { StatBuffer } from './stat-buffer.ts';

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
  readonly value: Buffer;
  readonly native: Native;
  /** Whom the kernel asks about in this thread. */
  readonly thread: ThreadIdentity;
  /** The user for whom all calls are made. */
  readonly who: Who;

  readonly #memory: CallMemory;
  /** The functions themselves. Only `callsAs` uses them. */
  readonly #plain: Calls;
  readonly #calls: Calls;
  /** Makes the calls of users that may have to wait. */
  readonly #pool: UserCalls;

  /**
   * @param base shares its memory with this one, which makes its calls as `who`. Absent: the calls
   *   are made as the process's own user
   */
  constructor(base?: Libc, who?: Who) {
    this.native = base?.native ?? new Native();
    const { native } = this;
    this.thread = base?.thread ?? new ThreadIdentity(native);
    this.#pool = base === undefined ? new UserCalls() : base.#pool;
    this.#memory = base === undefined ? new CallMemory(native) : base.#memory;
    this.#plain = base === undefined ? bindCalls(native) : base.#plain;
    this.stat = this.#memory.stat;
    this.value = this.#memory.value;
    this.who = who ?? this.thread.own;
    this.#calls = callsAs(this.thread, this.who, this.#plain, this.#pool);
  }

  /** The same calls, made as this user. Throws `access-denied` if there can be no such user. */
  as(identity: VfsIdentity): Libc {
    return new Libc(this, this.thread.prepared(identity));
  }

  /**
   * Whether a file that changes from now on gets another change time than the one in `stat`, also
   * where change times are as coarse as the kernel's clock tick, or whole seconds: they come from
   * the clock that is read here.
   */
  hasTicked(): boolean {
    const { changeSeconds, changeNanoseconds } = this.stat;
    if (this.native.result(this.#calls.clock_gettime(CLOCK_REALTIME_COARSE, this.#memory.clockAddress)) !== 0)
      return false;
    const seconds = Number(this.#memory.clock[0]);
    if (seconds !== changeSeconds) return seconds > changeSeconds;
    return changeNanoseconds !== 0 && Number(this.#memory.clock[1]) > changeNanoseconds;
  }

  /** The address of bytes, for calls that take an address. */
  address(bytes: Uint8Array): number {
    return this.native.address(bytes);
  }

  openat2(directory: number, path: DiskName, flags: number, mode: number, resolve: number): number {
    this.#memory.how[0] = flags | O.CLOEXEC;
    this.#memory.how[2] = mode;
    this.#memory.how[4] = resolve;
    const { openat2 } = this.#calls;
    return opened(
      this.native.result(openat2(this.native.numbers.openat2, directory, path, this.#memory.howAddress, 24)),
    );
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
    const { statxFd } = this.#calls;
    const { numbers } = this.native;
    return this.native.result(
      statxFd(numbers.statx, fd, this.#memory.emptyAddress, At.EMPTY_PATH, STATX_MASK, this.stat.address),
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
    this.#memory.iov[0] = address % WORD;
    this.#memory.iov[1] = address / WORD;
    this.#memory.iov[2] = into.length % WORD;
    this.#memory.iov[3] = into.length / WORD;
    const flags = cachedOnly ? RWF_NOWAIT : 0;
    return this.native.result(this.#calls.preadv2(fd, this.#memory.iovAddress, 1, offset, flags));
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
    return this.native.result(this.#calls.getdents64(this.native.numbers.getdents64, fd, address, length));
  }

  getdentsLater(fd: number, buffer: Buffer, address: number): Promise<number> {
    return this.native.later(
      buffer,
      this.#calls.getdents64,
      this.native.numbers.getdents64,
      fd,
      address,
      buffer.length,
    );
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
    return this.native.result(this.#calls.readlinkat(directory, path, this.#memory.valueAddress, VALUE_SIZE));
  }

  /** Sets access and modification time in ns; a time that is undefined stays as it is. */
  utimens(fd: number, access: bigint | undefined, modification: bigint | undefined): number {
    setTime(this.#memory.times, 0, access);
    setTime(this.#memory.times, 2, modification);
    const flags = At.EMPTY_PATH | At.SYMLINK_NOFOLLOW;
    return this.native.result(this.#calls.utimensat(fd, this.#memory.emptyAddress, this.#memory.timesAddress, flags));
  }

  fchmod(fd: number, mode: number): number {
    return this.native.result(this.#calls.fchmod(fd, mode));
  }

  chmod(path: string, mode: number): number {
    return this.native.result(this.#calls.chmod(path, mode));
  }

  /** Sets owner and group of an open file, also one opened with O_PATH; -1 leaves one as it is. */
  chown(fd: number, uid: number, gid: number): number {
    const flags = At.EMPTY_PATH | At.SYMLINK_NOFOLLOW;
    return this.native.result(this.#calls.fchownat(fd, this.#memory.emptyAddress, uid | 0, gid | 0, flags));
  }

  /** Whether the user may read an open file, or list an open directory. */
  mayRead(fd: number): boolean {
    return this.may(fd, Access.READ);
  }

  /** Whether the user may use an open file or directory in this way: bits of Access. */
  may(fd: number, access: number): boolean {
    const flags = At.EMPTY_PATH | At.EACCESS;
    return this.#calls.faccessat2(this.native.numbers.faccessat2, fd, this.#memory.emptyAddress, access, flags) === 0;
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

  /** FICLONERANGE: `to` shares blocks of `from`. */
  cloneRangeLater(from: number, at: number, to: number, toAt: number, length: number): Promise<number> {
    const range = new BigInt64Array([BigInt(from), BigInt(at), BigInt(length), BigInt(toAt)]);
    return this.native.later(range, this.#calls.ioctl, to, FICLONERANGE, this.native.address(bytesOf(range)));
  }

  /** The same, at once. */
  cloneRange(from: number, at: number, to: number, toAt: number, length: number): number {
    const range = new BigInt64Array([BigInt(from), BigInt(at), BigInt(length), BigInt(toAt)]);
    return this.native.result(this.#calls.ioctl(to, FICLONERANGE, this.native.address(bytesOf(range))));
  }

  /** struct statfs into the first 120 bytes of `value`. */
  fstatfs(fd: number): number {
    return this.native.result(this.#calls.fstatfs(fd, this.#memory.valueAddress));
  }

  fgetxattr(fd: number, name: DiskName): number {
    return this.native.result(this.#calls.fgetxattr(fd, name, this.#memory.valueAddress, VALUE_SIZE));
  }

  getxattr(path: string, name: DiskName): number {
    return this.native.result(this.#calls.getxattr(path, name, this.#memory.valueAddress, VALUE_SIZE));
  }

  /**
   * Reads an xattr of a name in a directory, without following links; both names are given by
   * address. ENOSYS before Linux 6.13.
   */
  getxattrat(directory: number, path: number, name: number): number {
    const { getxattrat: number } = this.native.numbers;
    return this.native.result(
      this.#calls.getxattrat(number, directory, path, At.SYMLINK_NOFOLLOW, name, this.#memory.xattrArgsAddress, 16),
    );
  }

  lgetxattr(path: DiskName, name: DiskName): number {
    return this.native.result(this.#calls.lgetxattr(path, name, this.#memory.valueAddress, VALUE_SIZE));
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
    return this.native.result(this.#calls.flistxattr(fd, this.#memory.valueAddress, VALUE_SIZE));
  }

  listxattr(path: string): number {
    return this.native.result(this.#calls.listxattr(path, this.#memory.valueAddress, VALUE_SIZE));
  }
}

let shared: Libc | undefined;

/** The one Libc of this thread. Throws `not-supported` if there is no C library that it can use. */
export function libc(): Libc {
  shared ??= new Libc();
  return shared;
}

/**
 * The calls for a user. In a process that cannot act as others they are the plain functions, and
 * cost nothing more.
 */
function callsAs(thread: ThreadIdentity, who: Who, calls: Calls, pool: UserCalls): Calls {
  if (!thread.canSwitch) return calls;
  const bound = { ...calls };
  for (const name of Object.keys(calls) as (keyof Calls)[]) {
    if (!ASKS_NOBODY.has(name)) bound[name] = thread.bound(who, name, calls[name], pool);
  }
  return bound;
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
