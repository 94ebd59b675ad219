import { type MaybePromise, VfsError } from '../vfs.ts';
import { Errno, Fallocate, Seek } from './constants.ts';
import { checked, posixError } from './errors.ts';
import type { PosixHandle } from './posix-handle.ts';

/**
 * Reads and writes up to this size copy from and to the page cache at once, which takes a fraction
 * of a millisecond. What is larger is copied by a thread of the pool.
 */
const INLINE = 1 << 20;
/** A truncation by more than this frees many blocks, and is done on the pool. */
const LARGE = 64 << 20;
/** Bytes of one system call on the pool, so that none holds a thread for long. */
const COPY_STEP = 64 << 20;
/** The size of the buffer for copying and zeroing with reads and writes. */
const BUFFER = 1 << 20;

/** Reads at once what the page cache has if it is not much, and the rest on the pool. */
export function read(file: PosixHandle, into: Uint8Array, offset: number): MaybePromise<number> {
  if (into.length === 0) return 0;
  const { fs, fd } = file;
  if (into.length > INLINE || (!fs.inMemory && !fs.hasNowait)) return readLater(file, into, 0, offset);
  const { c } = file.share;
  const count = c.pread(fd, into, offset, !fs.inMemory);
  if (count === into.length || count === 0) return count;
  if (count > 0) {
    // The read was short. It ended at the end of the file, or at the end of what is cached.
    checked(c.statFd(fd), 'statx');
    if (offset + count >= c.stat.size) return count;
    return readLater(file, into, count, offset);
  }
  if (count === -Errno.EOPNOTSUPP) fs.hasNowait = false;
  else if (count !== -Errno.EAGAIN && count !== -Errno.EINTR) throw posixError(count, 'preadv2');
  return readLater(file, into, 0, offset);
}

async function readLater(file: PosixHandle, into: Uint8Array, done: number, offset: number): Promise<number> {
  let at = done;
  while (at < into.length) {
    const count = await file.share.c.preadLater(file.fd, into.subarray(at), offset + at);
    if (count === -Errno.EINTR) continue;
    if (checked(count, 'pread') === 0) break;
    at += count;
  }
  return at;
}

/** Writes into the page cache at once. Large writes are done on the pool. */
export function write(file: PosixHandle, from: Uint8Array, offset: number): MaybePromise<void> {
  if (from.length === 0) return undefined;
  if (from.length > INLINE) return writeLater(file, from, offset);
  const { c } = file.share;
  for (let at = 0; at < from.length; ) {
    const count = c.pwrite(file.fd, at === 0 ? from : from.subarray(at), offset + at);
    if (count === -Errno.EINTR) continue;
    at += checked(count, 'pwrite');
  }
  return undefined;
}

async function writeLater(file: PosixHandle, from: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < from.length; ) {
    const count = await file.share.c.pwriteLater(file.fd, from.subarray(at), offset + at);
    if (count === -Errno.EINTR) continue;
    at += checked(count, 'pwrite');
  }
}

export function truncate(file: PosixHandle, size: bigint): MaybePromise<void> {
  const { c } = file.share;
  const target = offsetOf(size);
  checked(c.statFd(file.fd), 'statx');
  if (file.fs.inMemory || c.stat.size - target < LARGE) {
    checked(c.ftruncate(file.fd, target), 'ftruncate');
    return undefined;
  }
  return c.ftruncateLater(file.fd, target).then((result) => void checked(result, 'ftruncate'));
}

/** Reserves blocks if the file system can. */
export async function allocate(file: PosixHandle, size: bigint): Promise<void> {
  if (size === 0n) return;
  const result = await file.share.c.fallocateLater(file.fd, Fallocate.KEEP_SIZE, 0, offsetOf(size));
  if (result !== -Errno.EOPNOTSUPP && result !== -Errno.ENOSYS) checked(result, 'fallocate');
}

/** Makes a hole. Writes zeros if the file system cannot make holes. */
export async function zero(file: PosixHandle, offset: bigint, length: bigint): Promise<void> {
  const { c } = file.share;
  checked(c.statFd(file.fd), 'statx');
  const start = offsetOf(offset);
  const end = Math.min(Number(offset + length), c.stat.size);
  if (start >= end) return;
  const mode = Fallocate.PUNCH_HOLE | Fallocate.KEEP_SIZE;
  const result = await c.fallocateLater(file.fd, mode, start, end - start);
  if (result !== -Errno.EOPNOTSUPP && result !== -Errno.ENOSYS) {
    checked(result, 'fallocate');
    return;
  }
  const zeros = new Uint8Array(Math.min(BUFFER, end - start));
  for (let at = start; at < end; at += zeros.length) {
    await writeLater(file, zeros.subarray(0, Math.min(zeros.length, end - at)), at);
  }
}

/**
 * How many ranges are looked for in one turn of the event loop. Each range takes two questions to
 * the system.
 */
const RANGES_AT_ONCE = 64;

/**
 * Asks for data and holes in turn. A file system that does not know its holes reports that all is
 * data.
 */
export function allocatedRanges(
  file: PosixHandle,
  offset: bigint,
  length: bigint,
  max: number,
): MaybePromise<readonly { offset: bigint; length: bigint }[]> {
  const { c } = file.share;
  if (file.isPath) throw new VfsError('access-denied', 'opened without data');
  const start = offsetOf(offset);
  checked(c.statFd(file.fd), 'statx');
  const end = Math.min(Number(BigInt(start) + length), c.stat.size);
  const walk = (data: number) => collectRanges(file, data, { end, max });
  if (file.fs.inMemory) return walk(c.lseek(file.fd, start, Seek.DATA));
  // The first question reads the file's map. After that the answers are in memory.
  return c.lseekLater(file.fd, start, Seek.DATA).then(walk);
}

interface RangeWalk {
  readonly end: number;
  readonly max: number;
}

/**
 * The ranges from `first` on. `first` is where data begins, or -errno. The work is done in slices,
 * so that other work gets its turn between them.
 */
function collectRanges(
  file: PosixHandle,
  first: number,
  walk: RangeWalk,
  ranges: { offset: bigint; length: bigint }[] = [],
): MaybePromise<{ offset: bigint; length: bigint }[]> {
  const { c } = file.share;
  const { end, max } = walk;
  const pause = ranges.length + RANGES_AT_ONCE;
  let data = first;
  while (data >= 0 && data < end && ranges.length < max) {
    const hole = Math.min(checked(c.lseek(file.fd, data, Seek.HOLE), 'lseek'), end);
    if (hole > data) ranges.push({ offset: BigInt(data), length: BigInt(hole - data) });
    if (hole >= end || ranges.length >= max) return ranges;
    if (ranges.length >= pause) {
      return c.lseekLater(file.fd, hole, Seek.DATA).then((next) => collectRanges(file, next, walk, ranges));
    }
    data = c.lseek(file.fd, hole, Seek.DATA);
  }
  // ENXIO: there is no data from this offset on.
  if (data < 0 && data !== -ENXIO) throw posixError(data, 'lseek');
  return ranges;
}

/**
 * Copies inside the kernel if it can (sharing blocks if the file system can), otherwise through a
 * buffer.
 */
export async function copy(
  source: PosixHandle,
  target: PosixHandle,
  from: bigint,
  to: bigint,
  length: bigint,
): Promise<bigint> {
  const { c } = source.share;
  checked(c.statFd(source.fd), 'statx');
  const start = offsetOf(from);
  const targetStart = offsetOf(to);
  const count = Math.max(0, Math.min(Number(length), c.stat.size - start));
  let done = 0;
  while (done < count) {
    const step = Math.min(COPY_STEP, count - done);
    const copied = await c.copyFileRangeLater(source.fd, start + done, target.fd, targetStart + done, step);
    if (copied === -Errno.EINTR) continue;
    if (copied < 0 && NOT_IN_KERNEL.has(-copied)) {
      return BigInt(done + (await copyByHand(source, target, start + done, targetStart + done, count - done)));
    }
    if (checked(copied, 'copy_file_range') === 0) break;
    done += copied;
  }
  return BigInt(done);
}

/** Shares blocks, all or nothing. */
export async function clone(
  source: PosixHandle,
  target: PosixHandle,
  from: bigint,
  to: bigint,
  length: bigint,
): Promise<void> {
  const { c } = source.share;
  const range = [offsetOf(from), target.fd, offsetOf(to), offsetOf(length)] as const;
  const result = await c.cloneRangeLater(source.fd, ...range);
  if (result === -Errno.EXDEV) throw posixError(result, 'FICLONERANGE', 'cross-device');
  checked(result, 'FICLONERANGE');
}

/** Like memmove: copies from the back if the target begins inside the source. */
async function copyByHand(
  source: PosixHandle,
  target: PosixHandle,
  from: number,
  to: number,
  count: number,
): Promise<number> {
  const buffer = new Uint8Array(Math.min(BUFFER, count));
  const backward = source.identity === target.identity && from < to && to < from + count;
  let done = 0;
  while (done < count) {
    const step = Math.min(buffer.length, count - done);
    const at = backward ? count - done - step : done;
    const got = await readLater(source, buffer.subarray(0, step), 0, from + at);
    await writeLater(target, buffer.subarray(0, got), to + at);
    done += got;
    if (got < step) break;
  }
  return done;
}

/** The value as an exact double, or `too-large`: no Linux file system has files of 8 PiB. */
function offsetOf(value: bigint): number {
  if (value < 0n) throw new VfsError('invalid', 'negative');
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new VfsError('too-large');
  return Number(value);
}

const ENXIO = 6;
/**
 * Errors of copy_file_range after which a plain copy is done. EINVAL: ranges of one file that
 * overlap.
 */
const NOT_IN_KERNEL: ReadonlySet<number> = new Set([Errno.EXDEV, Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOSYS]);
