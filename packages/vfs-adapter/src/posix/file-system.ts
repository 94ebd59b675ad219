import type { VfsFsInfo } from '../vfs.ts';
import { FINE_CHANGE_TIMES, MEMORY_FILE_SYSTEMS, O, Resolve } from './constants.ts';
import { toDiskName } from './disk-names.ts';
import { DosCache } from './dos-cache.ts';
import { checked } from './errors.ts';
import type { Libc } from './libc.ts';

/** What is found out once about one mounted file system. */
export class FileSystem {
  /** Its number while it is mounted. */
  readonly device: number;
  /** Its number wherever and whenever it is mounted, if it has such a number. */
  readonly id: bigint;
  /**
   * The number that makes the inodes of its files unique in the whole share. It is combined with
   * them by exclusive or. 0 for the root's file system.
   */
  readonly mix: bigint;
  /** The room that a file takes on it (st_blocks) includes more than the file's bytes. */
  readonly countsMetadata: boolean;
  /** No call on this file system waits for a disk. */
  readonly inMemory: boolean;
  /** Its files can share blocks. */
  readonly clonesBlocks: boolean;
  /** Bytes that an extended attribute can surely have, if the file has few others. */
  readonly maxXattr: number;
  /** False once it answered that it has no extended attributes. */
  hasXattrs = true;
  /**
   * Whether the process may set attributes of `security.`, which it can there and other programs
   * cannot; undefined: not asked yet.
   */
  mayGuard: boolean | undefined = undefined;
  /** False once it refused RWF_NOWAIT. */
  hasNowait = true;

  /**
   * What is known of files' DOSATTRIB. Undefined unless every change of a file alters its change
   * time: at once since Linux 6.13, and after a tick of the clock before.
   */
  readonly dosCache: DosCache | undefined;

  /**
   * @param known the file systems that the share knows so far; the first of them is the root's
   */
  constructor(c: Libc, fd: number, device: number, known: readonly FileSystem[]) {
    this.device = device;
    checked(c.fstatfs(fd), 'fstatfs');
    const type = c.value.readUInt32LE(0);
    this.id = c.value.readBigUInt64LE(FSID) || BigInt(device);
    this.mix = mixOf(this, known);
    this.inMemory = MEMORY_FILE_SYSTEMS.has(type);
    this.countsMetadata = !this.inMemory && type !== BTRFS;
    this.clonesBlocks = CLONES.has(type) && canClone(c, fd);
    this.maxXattr = type === BTRFS ? MAX_XATTR_BTRFS : MAX_XATTR;
    this.dosCache = FINE_CHANGE_TIMES.has(type) ? new DosCache() : undefined;
  }
}

/** The file systems under one share: mounts may be below its root. */
export class FileSystems {
  readonly #known = new Map<number, FileSystem>();
  readonly #c: Libc;

  constructor(c: Libc) {
    this.#c = c;
  }

  /** The file system that `fd` is on; `device` is its number. */
  of(device: number, fd: number): FileSystem {
    let found = this.#known.get(device);
    if (found === undefined) {
      found = new FileSystem(this.#c, fd, device, [...this.#known.values()]);
      this.#known.set(device, found);
    }
    return found;
  }

  /**
   * The file system that a directory's entry is on. It differs from the directory's if something is
   * mounted at the entry.
   */
  ofEntry(device: number, directory: number, name: string): FileSystem {
    const known = this.#known.get(device);
    if (known !== undefined) return known;
    const flags = O.PATH | O.NOFOLLOW;
    const fd = checked(this.#c.openat2(directory, toDiskName(name), flags, 0, Resolve.BENEATH), 'openat2');
    try {
      return this.of(device, fd);
    } finally {
      this.#c.close(fd);
    }
  }
}

/**
 * The mix of the root's file system is 0, so that its files have their inodes. Every other file
 * system has a mix made of its id: bit 62 separates it from all inodes of the root below 2^62. For
 * two file systems other than the root's, the chance that a file has the same number as a given
 * file of the other is 2^-62. If the id is taken, for example because a snapshot of a disk is
 * mounted beside the disk, the device's number is mixed in.
 */
function mixOf({ id, device }: { id: bigint; device: number }, known: readonly FileSystem[]): bigint {
  if (known.length === 0) return 0n;
  const isTaken = known.some((other) => other.id === id);
  return (scattered(isTaken ? id ^ scattered(BigInt(device)) : id) & LOW_62) | BIT_62;
}

/**
 * The finishing step of SplitMix64: each bit of the number changes half of the bits of the result.
 */
function scattered(value: bigint): bigint {
  let x = BigInt.asUintN(64, value + 0x9e37_79b9_7f4a_7c15n);
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return x ^ (x >> 31n);
}

/** Sizes and identity of the file system that an open file is on. */
export function statFs(c: Libc, fd: number): VfsFsInfo {
  checked(c.statFd(fd), 'statx');
  const device = BigInt(c.stat.device);
  checked(c.fstatfs(fd), 'fstatfs');
  const { value } = c;
  const unit = value.readBigUInt64LE(FRAGMENT_SIZE) || value.readBigUInt64LE(BLOCK_SIZE);
  return {
    blockSize: Number(unit),
    totalBytes: value.readBigUInt64LE(BLOCKS) * unit,
    freeBytes: value.readBigUInt64LE(FREE) * unit,
    availableBytes: value.readBigUInt64LE(AVAILABLE) * unit,
    device: value.readBigUInt64LE(FSID) || device,
    maxNameLength: Number(value.readBigUInt64LE(NAME_LENGTH)),
  };
}

/**
 * Whether a file on the file system of a directory can be cloned: XFS can be made so that it
 * cannot. Two files without names are asked; where none can be made, the answer is no.
 */
function canClone(c: Libc, directory: number): boolean {
  const [from, to] = [0, 1].map(() => c.openat2(directory, '.', O.TMPFILE | O.RDWR, 0o600, Resolve.BENEATH)) as [
    number,
    number,
  ];
  try {
    return from >= 0 && to >= 0 && c.cloneRange(from, 0, to, 0, 0) === 0;
  } finally {
    for (const fd of [from, to]) if (fd >= 0) c.close(fd);
  }
}

/** BTRFS_SUPER_MAGIC: it counts a file's bytes alone. */
const BTRFS = 0x9123683e;
/** Btrfs, XFS, bcachefs, OCFS2. */
const CLONES: ReadonlySet<number> = new Set([BTRFS, 0x58465342, 0xca451a4e, 0x7461636f]);
/** An attribute and its name are in one node of Btrfs, of 16 KiB. */
const MAX_XATTR_BTRFS = 15_872;
/** XATTR_SIZE_MAX; Samba's `smbd max xattr size`. */
const MAX_XATTR = 65_536;
const BIT_62 = 1n << 62n;
const LOW_62 = BIT_62 - 1n;

// struct statfs, the same on x86_64 and arm64.
const BLOCK_SIZE = 8;
const BLOCKS = 16;
const FREE = 24;
const AVAILABLE = 32;
const FSID = 56;
const NAME_LENGTH = 64;
const FRAGMENT_SIZE = 72;
