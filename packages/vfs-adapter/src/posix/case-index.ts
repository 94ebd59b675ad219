import { foldName } from '../case-fold.ts';
import { O } from './constants.ts';
import { DIRENTS_SIZE, isDots, recordLength, recordName } from './dirents.ts';
import { listedName, toDiskName } from './disk-names.ts';
import { checked } from './errors.ts';
import type { Libc } from './libc.ts';
import { Slice } from './turns.ts';

/** The most names kept in all indexes of one share, unless an option says otherwise. */
const MAX_NAMES = 500_000;

/** One directory's names by their folded form. */
export interface Names {
  readonly key: string;
  /** The directory's change and modification time when its names were last known to be right. */
  stamp: string;
  readonly byFold: Map<string, string>;
  /** Folded names for which the directory has several spellings. */
  readonly ambiguous: Set<string>;
}

/** An answer of the index: the stored name, or no such name, or not known before `build`. */
export type Found = { readonly known: true; readonly name: string | undefined } | { readonly known: false };

const UNKNOWN: Found = { known: false };
const MISSING: Found = { known: true, name: undefined };

/**
 * Finds names without regard to case. A directory is read once; its names then stay known until its
 * change time differs. Names that this process itself creates, renames and removes are noted, so
 * that its own changes need no new reading.
 *
 * If somebody else changes the directory within the same clock tick as this process, that change
 * can go unseen until the next change (Linux 6.13 and later tell the two apart). It can only hide
 * another spelling: the kernel is always asked for the exact name.
 */
export class CaseIndex {
  readonly #c: Libc;
  readonly #maxNames: number;
  /** Directories in the order of last use. */
  readonly #directories = new Map<string, Names>();
  readonly #builds = new Map<string, Promise<Names>>();
  #count = 0;

  constructor(c: Libc, maxNames = MAX_NAMES) {
    this.#c = c;
    this.#maxNames = maxNames;
  }

  /** The stored spelling of `name` in the directory open at `fd`. */
  find(fd: number, name: string): Found {
    const names = this.current(fd);
    return names === undefined ? UNKNOWN : this.#lookUp(names, fd, name);
  }

  /** The same answer after reading the directory, whether or not its names can be kept. */
  async findByReading(fd: number, name: string, inMemory: boolean): Promise<string | undefined> {
    const names = await this.build(fd, inMemory);
    const found = this.#lookUp(names, fd, name);
    return found.known ? found.name : undefined;
  }

  /** The directory's names if they are known and still right. Fills `stat`. */
  current(fd: number): Names | undefined {
    checked(this.#c.statFd(fd), 'statx');
    const names = this.#directories.get(this.#c.stat.fileKey);
    if (names === undefined) return undefined;
    if (names.stamp !== this.#c.stat.stamp) {
      this.#forget(names);
      return undefined;
    }
    this.#directories.delete(names.key);
    this.#directories.set(names.key, names);
    return names;
  }

  /**
   * Notes a name that this process has just made. `names` is what `current` returned right before.
   */
  added(names: Names | undefined, fd: number, name: string): void {
    if (names === undefined) return;
    this.#insert(names, listedName(name));
    this.#adopt(names, fd);
    this.#shrink(names);
  }

  /** Notes a name that this process has just removed. */
  removed(names: Names | undefined, fd: number, name: string): void {
    if (names === undefined) return;
    const fold = foldName(listedName(name));
    if (names.ambiguous.has(fold)) {
      this.#forget(names);
      return;
    }
    if (names.byFold.delete(fold)) this.#count -= 1;
    this.#adopt(names, fd);
  }

  /** Notes a directory that this process has just made. It is empty. */
  madeDirectory(fd: number): void {
    checked(this.#c.statFd(fd), 'statx');
    const { fileKey: key, stamp } = this.#c.stat;
    this.#keep({ key, stamp, byFold: new Map(), ambiguous: new Set() });
  }

  /** Reads the directory. Its names are kept unless it changed meanwhile or is too large. */
  build(fd: number, inMemory: boolean): Promise<Names> {
    checked(this.#c.statFd(fd), 'statx');
    const key = this.#c.stat.fileKey;
    const running = this.#builds.get(key);
    if (running !== undefined) return running;
    const build = this.#read(fd, inMemory).finally(() => this.#builds.delete(key));
    this.#builds.set(key, build);
    return build;
  }

  /**
   * The same as build, but at once, for directories that are not on a disk. A directory of more
   * than about 2,000 names is not read: that would keep the event loop for too long.
   */
  buildNow(fd: number): void {
    checked(this.#c.statFd(fd), 'statx');
    const names = this.#fresh();
    const listing = checked(this.#c.openat(fd, '.', O.RDONLY | O.DIRECTORY), 'openat');
    const buffer = Buffer.allocUnsafeSlow(DIRENTS_SIZE);
    const address = this.#c.address(buffer);
    const next = (): number => checked(this.#c.getdents(listing, address, buffer.length), 'getdents64');
    try {
      collect(names, buffer, next());
      if (next() > 0) return;
    } finally {
      this.#c.close(listing);
    }
    this.#keepIfUnchanged(names, fd);
  }

  async #read(fd: number, inMemory: boolean): Promise<Names> {
    const names = this.#fresh();
    const slice = new Slice();
    // The listing gets a descriptor of its own: the caller may close its own one, and several
    // callers share one build.
    const listing = checked(this.#c.openat(fd, '.', O.RDONLY | O.DIRECTORY), 'openat');
    const buffer = Buffer.allocUnsafeSlow(DIRENTS_SIZE);
    const address = this.#c.address(buffer);
    try {
      for (;;) {
        const read = inMemory
          ? this.#c.getdents(listing, address, buffer.length)
          : await this.#c.getdentsLater(listing, buffer, address);
        if (checked(read, 'getdents64') === 0) break;
        collect(names, buffer, read);
        if (slice.isOver) await slice.next();
      }
      this.#keepIfUnchanged(names, listing);
    } finally {
      this.#c.close(listing);
    }
    return names;
  }

  /** Empty Names for the directory that `stat` describes. */
  #fresh(): Names {
    const { fileKey: key, stamp } = this.#c.stat;
    return { key, stamp, byFold: new Map(), ambiguous: new Set() };
  }

  #keepIfUnchanged(names: Names, fd: number): void {
    checked(this.#c.statFd(fd), 'statx');
    if (this.#c.stat.stamp === names.stamp && names.byFold.size <= this.#maxNames) this.#keep(names);
  }

  #keep(names: Names): void {
    const old = this.#directories.get(names.key);
    if (old !== undefined) this.#forget(old);
    this.#directories.set(names.key, names);
    this.#count += names.byFold.size + 1;
    this.#shrink(names);
  }

  #lookUp(names: Names, fd: number, wanted: string): Found {
    const name = listedName(wanted);
    const fold = foldName(name);
    const stored = names.byFold.get(fold);
    if (stored === undefined) return MISSING;
    // If there are several spellings, the one that was asked for is right, provided it exists.
    if (names.ambiguous.has(fold) && stored !== name && this.#c.statAt(fd, toDiskName(name)) === 0) {
      return { known: true, name };
    }
    return { known: true, name: stored };
  }

  #insert(names: Names, name: string): void {
    const before = names.byFold.size;
    insert(names, name);
    this.#count += names.byFold.size - before;
  }

  #adopt(names: Names, fd: number): void {
    if (this.#c.statFd(fd) === 0) names.stamp = this.#c.stat.stamp;
    else this.#forget(names);
  }

  #forget(names: Names): void {
    if (this.#directories.delete(names.key)) this.#count -= names.byFold.size + 1;
  }

  /** Drops the directories that were not used for longest, but never `spared`. */
  #shrink(spared: Names): void {
    if (this.#count <= this.#maxNames) return;
    for (const names of this.#directories.values()) {
      if (names !== spared) this.#forget(names);
      if (this.#count <= this.#maxNames) return;
    }
  }
}

function collect(names: Names, buffer: Buffer, length: number): void {
  for (let at = 0; at < length; at += recordLength(buffer, at)) {
    if (!isDots(buffer, at)) insert(names, recordName(buffer, at));
  }
}

function insert(names: Names, name: string): void {
  const fold = foldName(name);
  const stored = names.byFold.get(fold);
  if (stored === undefined) names.byFold.set(fold, name);
  else if (stored !== name) names.ambiguous.add(fold);
}
