import { DosAttributes } from '../attributes.ts';
import type { VfsStat } from '../vfs.ts';
import { Mode } from './constants.ts';
import type { DosInfo } from './dos-attrib.ts';
import type { FileSystem } from './file-system.ts';
import type { Native } from './native.ts';

// Indexes of 32-bit words in struct statx. Both architectures are little-endian.
const BLOCK_SIZE = 1;
const LINKS = 4;
const UID = 5;
const GID = 6;
const MODE = 7;
const INODE = 8;
const SIZE = 10;
const BLOCKS = 12;
const ACCESS = 16;
const BIRTH = 20;
const CHANGE = 24;
const WRITE = 28;
const DEVICE_MAJOR = 34;
const DEVICE_MINOR = 35;
/** STATX_BTIME in stx_mask. */
const HAS_BIRTH = 0x800;

/** One block for extended attributes, one for extents. */
const METADATA_BLOCKS = 2;
const WORD = 0x1_0000_0000;
/** Numbers whose upper word is below this are exact as doubles. */
const LOW_HALF = 0x20_0000;
const SECOND = 1_000_000_000n;
const scratch = new BigInt64Array(1);
const halves = new Uint32Array(scratch.buffer);

/** A struct statx and its fields. Decoding makes one bigint per value and nothing else. */
export class StatBuffer {
  readonly address: number;
  readonly #bytes = new Uint8Array(256);
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;

  constructor(native: Native) {
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#longs = new BigUint64Array(this.#bytes.buffer);
    this.address = native.address(this.#bytes);
  }

  /** Type and permission bits. */
  /** uid of the owner. */
  get owner(): number {
    return this.#words[UID]!;
  }

  get mode(): number {
    return this.#words[MODE]! & 0xffff;
  }

  get uid(): number {
    return this.#words[UID]!;
  }

  get gid(): number {
    return this.#words[GID]!;
  }

  get type(): number {
    return this.#words[MODE]! & Mode.TYPE;
  }

  get kind(): 'file' | 'directory' | 'symlink' | 'other' {
    return kindOf(this.type);
  }

  get links(): number {
    return this.#words[LINKS]!;
  }

  /** The size is exact up to 2^53, as are all sizes that Linux allows on its usual file systems. */
  get size(): number {
    return this.#words[SIZE]! + this.#words[SIZE + 1]! * WORD;
  }

  /** Identifies the file system while it is mounted. */
  get device(): number {
    return this.#words[DEVICE_MAJOR]! * 0x100000 + this.#words[DEVICE_MINOR]!;
  }

  get inode(): bigint {
    return this.#longs[INODE / 2]!;
  }

  /**
   * The file's number as a double: enough to tell files of one directory apart quickly, and to
   * serve as a map key.
   */
  get inodeNumber(): number {
    return this.#words[INODE]! + this.#words[INODE + 1]! * WORD;
  }

  /**
   * The low half of the change time's seconds, and its nanoseconds: enough to see that the time
   * differs.
   */
  get changeSeconds(): number {
    return this.#words[CHANGE]!;
  }

  get changeNanoseconds(): number {
    return this.#words[CHANGE + 2]!;
  }

  get birthTime(): bigint {
    return (this.#words[0]! & HAS_BIRTH) !== 0 ? this.#time(BIRTH) : this.#earliest();
  }

  /** Device and inode, without the birth time. */
  get fileKey(): string {
    return `${this.device}:${this.inodeNumber}`;
  }

  /** Identifies the file for as long as it exists. */
  get identity(): string {
    return `${this.device}:${this.#inodeText}${this.#birthText}`;
  }

  /** The inode in decimal. Text is made of a number faster than of a bigint. */
  get #inodeText(): string {
    return this.#words[INODE + 1]! < LOW_HALF ? `${this.inodeNumber}` : `${this.inode}`;
  }

  /** `:` and the birth time in ns since 1970, in decimal; empty if there is none. */
  get #birthText(): string {
    const w = this.#words;
    if ((w[0]! & HAS_BIRTH) === 0) return '';
    if (w[BIRTH + 1] !== 0 || w[BIRTH] === 0) return `:${this.#time(BIRTH)}`;
    // Nine digits of nanoseconds behind the seconds, without their leading 1.
    return `:${w[BIRTH]}${`${w[BIRTH + 2]! + 1e9}`.slice(1)}`;
  }

  /** A text that changes whenever names are added to a directory or removed from it. */
  get stamp(): string {
    const w = this.#words;
    return `${w[CHANGE]}.${w[CHANGE + 2]}.${w[WRITE]}.${w[WRITE + 2]}`;
  }

  /**
   * The whole stat in the form of the interface. `dos` is what the file's DOSATTRIB says,
   * `defaults` are the attributes without a DOSATTRIB, `fs` is the file system that the file is on.
   */
  decode(dos: DosInfo | undefined, defaults: number, fs: Pick<FileSystem, 'mix' | 'countsMetadata'>): VfsStat {
    const w = this.#words;
    const mode = w[MODE]! & 0xffff;
    const kind = kindOf(mode & Mode.TYPE);
    const isDirectory = kind === 'directory';
    const inode = this.#longs[INODE / 2]!;
    return {
      kind,
      size: isDirectory ? 0n : this.#longs[SIZE / 2]!,
      allocationSize: isDirectory ? 0n : this.#allocation(fs.countsMetadata),
      birthTime: dos?.birthTime ?? this.birthTime,
      accessTime: this.#time(ACCESS),
      writeTime: this.#time(WRITE),
      changeTime: this.#time(CHANGE),
      linkCount: w[LINKS]!,
      attributes: (dos?.attributes ?? defaults) | (isDirectory ? DosAttributes.DIRECTORY : 0),
      inode,
      device: BigInt(this.device),
      fileId: fs.mix === 0n ? inode : inode ^ fs.mix,
      uid: w[UID]!,
      gid: w[GID]!,
      mode: mode & 0o7777,
    };
  }

  /**
   * The room that the bytes take. If the system counts a block or two more than the bytes need,
   * these are taken to be metadata: extended attributes that do not fit into the inode, and the map
   * of the file's blocks. To find out which, the file would have to be open.
   */
  #allocation(countsMetadata: boolean): bigint {
    const taken = (this.#words[BLOCKS]! + this.#words[BLOCKS + 1]! * WORD) * 512;
    const unit = this.#words[BLOCK_SIZE]!;
    const needed = Math.ceil(this.size / unit) * unit;
    const isMore = taken > needed && taken - needed <= METADATA_BLOCKS * unit;
    return BigInt(countsMetadata && isMore ? needed : taken);
  }

  #earliest(): bigint {
    const write = this.#time(WRITE);
    const change = this.#time(CHANGE);
    if (write < change) return write;
    return change;
  }

  /**
   * A statx timestamp in ns, made from 32-bit parts: with bigint arithmetic alone it would make
   * four values to throw away.
   */
  #time(at: number): bigint {
    const low = this.#words[at]!;
    const high = this.#words[at + 1]!;
    const ns = this.#words[at + 2]!;
    if (high !== 0) return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)) * SECOND + BigInt(ns);
    const upper = Math.floor(low / 0x10000) * 1e9;
    const lower = (low % 0x10000) * 1e9 + ns;
    const sum = (upper % 0x10000) * 0x10000 + lower;
    halves[0] = sum % WORD;
    halves[1] = Math.floor(upper / 0x10000) + Math.floor(sum / WORD);
    return scratch[0]!;
  }
}

/** The interface's name for a file type. */
export function kindOf(type: number): 'file' | 'directory' | 'symlink' | 'other' {
  if (type === Mode.REGULAR) return 'file';
  if (type === Mode.DIRECTORY) return 'directory';
  return type === Mode.SYMLINK ? 'symlink' : 'other';
}
