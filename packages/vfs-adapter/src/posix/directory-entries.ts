import {
  type MaybePromise,
  type VfsDirCursor,
  type VfsDirEntry,
  VfsError,
  type VfsPath,
  type VfsStat,
} from '../vfs.ts';
import { Errno, Mode, O } from './constants.ts';
import { DIRENTS_SIZE, isDots, NAME, recordLength, recordName } from './dirents.ts';
import { toDiskName, toDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import type { Share } from './share.ts';
import { StatBuffer } from './stat-buffer.ts';

/** If a stat takes longer than this, it has waited for a disk. In ms. */
const SLOW_MS = 1;
/**
 * How many entries are asked for on the pool after a slow one, before an entry is asked for at once
 * again.
 */
const SLOW_BATCH = 64;
/** The most buffers kept for later listings. */
const MAX_SPARE = 16;

const spare: Buffer[] = [];

/**
 * One entry by its stored name; undefined if it has gone. `path` is the directory's path if links
 * are followed.
 */
export function lookUpEntry(
  share: Share,
  fs: FileSystem,
  directory: number,
  name: string,
  path: VfsPath | undefined,
): VfsDirEntry | undefined {
  const diskName = toDiskName(name);
  const bytes = typeof diskName === 'string' ? Buffer.from(`${diskName}\0`) : diskName;
  const address = share.c.address(bytes);
  const result = share.c.statAtAddress(directory, address);
  if (result === -Errno.ENOENT) return undefined;
  checked(result, 'statx');
  return { name, stat: finish(share, fs, directory, address, name, path) };
}

/**
 * The entry that `share.c.stat` describes, with its DOS attributes. A symbolic link is followed if
 * the share follows links.
 */
function finish(
  share: Share,
  fs: FileSystem,
  directory: number,
  address: number,
  name: string,
  path: VfsPath | undefined,
): VfsStat {
  const { c, xattrs } = share;
  const { type } = c.stat;
  const { device } = c.stat;
  const own = device === fs.device ? fs : share.fileSystems.ofEntry(device, directory, name);
  if (type === Mode.SYMLINK && path !== undefined) return followed(share, own, [...path, name]);
  const defaults = share.defaults(name, c.stat.mode);
  const isData = type === Mode.REGULAR || type === Mode.DIRECTORY;
  if (!isData) share.noteType(type);
  const dos = isData ? xattrs.dosInfoAt(directory, address, name, own) : undefined;
  return c.stat.decode(dos, defaults, own);
}

/**
 * The stat of what a symbolic link in a listing names. If that is missing or outside the share: the
 * stat of the link itself.
 */
function followed(share: Share, linkFs: FileSystem, names: VfsPath): VfsStat {
  const { c, xattrs } = share;
  const own = c.stat.decode(undefined, 0, linkFs);
  const fd = share.openNow(toDiskPath(names), O.PATH);
  if (fd < 0) return own;
  try {
    if (c.statFd(fd) < 0) return own;
    const { kind } = c.stat;
    const isData = kind === 'file' || kind === 'directory';
    const fs = share.fileSystems.of(c.stat.device, fd);
    const dos = isData ? xattrs.dosInfo({ fd, isPath: true, fs }, kind === 'directory') : undefined;
    return c.stat.decode(dos, share.defaults(names.at(-1)!, c.stat.mode), fs);
  } finally {
    c.close(fd);
  }
}

/**
 * A listing: getdents64 in pieces of 64 KiB, then one statx and one getxattrat per entry. A
 * directory that is read for the first time is read on the pool. If a stat had to wait, the next
 * ones are done on the pool too.
 */
export class PosixCursor implements VfsDirCursor {
  readonly #share: Share;
  readonly #fs: FileSystem;
  readonly #path: VfsPath | undefined;
  readonly #fd: number;
  readonly #buffer: Buffer;
  readonly #address: number;
  /** Nothing waits for a disk on the way to the names. */
  readonly #isWarm: boolean;
  #at = 0;
  #end = 0;
  #isAtEnd = false;
  #isBusy = false;
  #isClosed = false;
  #isReleased = false;

  /** Takes over the descriptor. `path` is the directory's path if links are followed. */
  constructor(share: Share, fs: FileSystem, fd: number, path: VfsPath | undefined) {
    this.#share = share;
    this.#fs = fs;
    this.#fd = fd;
    this.#path = path;
    this.#buffer = spare.pop() ?? Buffer.allocUnsafeSlow(DIRENTS_SIZE);
    this.#address = share.c.address(this.#buffer);
    this.#isWarm = fs.inMemory || share.warm.seen(fd);
  }

  next(max: number): MaybePromise<readonly VfsDirEntry[]> {
    if (this.#isClosed || this.#isBusy) throw new VfsError('invalid', 'the listing is closed or busy');
    const found: VfsDirEntry[] = [];
    const rest = this.#fill(found, max);
    if (rest === undefined) return found;
    this.#isBusy = true;
    return rest
      .then(() => found)
      .finally(() => {
        this.#isBusy = false;
        if (this.#isClosed) this.#release();
      });
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#isBusy) this.#release();
  }

  /** Adds entries up to `max`. Returns a promise if part of the work has to wait. */
  #fill(found: VfsDirEntry[], max: number): Promise<void> | undefined {
    // One switch to the user for all entries that are looked at without waiting.
    const { c } = this.#share;
    return c.thread.as(c.who, () => this.#fillNow(found, max));
  }

  #fillNow(found: VfsDirEntry[], max: number): Promise<void> | undefined {
    while (found.length < max && !this.#isAtEnd) {
      if (this.#at >= this.#end) {
        if (!this.#isWarm) {
          return this.#share.c
            .getdentsLater(this.#fd, this.#buffer, this.#address)
            .then((length) => this.#received(length))
            .then(() => this.#fill(found, max));
        }
        this.#received(this.#share.c.getdents(this.#fd, this.#address, DIRENTS_SIZE));
      } else if (this.#addOne(found)) {
        return this.#addLater(found, max).then(() => this.#fill(found, max));
      }
    }
    return undefined;
  }

  #received(length: number): void {
    this.#at = 0;
    this.#end = checked(length, 'getdents64');
    this.#isAtEnd = length === 0;
  }

  /**
   * Adds the next entry at once. Returns true if that took so long that a disk must have been
   * asked.
   */
  #addOne(found: VfsDirEntry[]): boolean {
    const at = this.#at;
    this.#at += recordLength(this.#buffer, at);
    if (isDots(this.#buffer, at)) return false;
    const { c } = this.#share;
    const started = this.#fs.inMemory ? 0 : performance.now();
    const address = this.#address + at + NAME;
    const result = c.statAtAddress(this.#fd, address);
    if (result === 0) this.#push(found, at);
    else if (result !== -Errno.ENOENT) throw posixError(result, 'statx');
    return !this.#fs.inMemory && performance.now() - started > SLOW_MS;
  }

  #push(found: VfsDirEntry[], at: number): void {
    const name = recordName(this.#buffer, at);
    const address = this.#address + at + NAME;
    found.push({ name, stat: finish(this.#share, this.#fs, this.#fd, address, name, this.#path) });
  }

  /** Brings the next entries into memory by asking for them on the pool, then adds them. */
  async #addLater(found: VfsDirEntry[], max: number): Promise<void> {
    const { c } = this.#share;
    const waits: Promise<number>[] = [];
    const until = Math.min(SLOW_BATCH, max - found.length);
    let end = this.#at;
    while (waits.length < until && end < this.#end) {
      const into = new StatBuffer(c.native);
      waits.push(c.statAtAddressLater(this.#fd, this.#address + end + NAME, this.#buffer, into));
      end += recordLength(this.#buffer, end);
    }
    await Promise.all(waits);
    while (this.#at < end) this.#addOne(found);
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#share.c.close(this.#fd);
    if (spare.length < MAX_SPARE) spare.push(this.#buffer);
  }
}
