import type { VfsFsInfo } from '../vfs.ts';
import { FINE_CHANGE_TIMES, MEMORY_FILE_SYSTEMS, O, Resolve } from './constants.ts';
import { toDiskName } from './disk-names.ts';
import { DosCache } from './dos-cache.ts';
import { checked } from './errors.ts';
import type { Libc } from './libc.ts';

/** What is found out about one mounted file system, once. */
export class FileSystem {
  /** Its number while it is mounted. */
  readonly device: number;
  /** Its number wherever and whenever it is mounted, as far as it has one. */
  readonly id: bigint;
  /**
   * What makes its files' inodes numbers of the whole share: added by exclusive or. 0 for the
   * root's file system.
   */
  readonly mix: bigint;
  /** What a file takes on it (st_blocks) includes more than the file's bytes. */
  readonly countsMetadata: boolean;
  /** Nothing on it waits for a disk. */
  readonly inMemory: boolean;
  /** False once it said that it has no extended attributes. */
  hasXattrs = true;
  /** False once it refused RWF_NOWAIT. */
  hasNowait = true;

  /** What is known of files' DOSATTRIB, where a change always changes the change time. */
  readonly dosCache: DosCache | undefined;

  /** @param known those that the share has by now; the first of them is the root's */
  constructor(c: Libc, fd: number, device: number, known: readonly FileSystem[]) {
    this.device = device;
    checked(c.fstatfs(fd), 'fstatfs');
    const type = c.value.readUInt32LE(0);
    this.id = c.value.readBigUInt64LE(FSID) || BigInt(device);
    this.mix = mixOf(this, known);
    this.inMemory = MEMORY_FILE_SYSTEMS.has(type);
    this.countsMetadata = !this.inMemory && type !== BTRFS;
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

  /** The one that `fd` is on; `device` is its number. */
  of(device: number, fd: number): FileSystem {
    let found = this.#known.get(device);
    if (found === undefined) {
      found = new FileSystem(this.#c, fd, device, [...this.#known.values()]);
      this.#known.set(device, found);
    }
    return found;
  }

  /** The one that a directory's entry is on: another one where something is mounted. */
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
 * The root's file system adds nothing, so that its files have their inodes. Another adds a number
 * made of its id: bit 62 keeps it apart from all inodes below 2^62 of the root, and of two others
 * the chance that a file has the number of one in the other is 2^-62. Where the id is taken, as by
 * a snapshot of a disk beside the disk, the device's number helps.
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

/** BTRFS_SUPER_MAGIC: it counts a file's bytes alone. */
const BTRFS = 0x9123683e;
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
