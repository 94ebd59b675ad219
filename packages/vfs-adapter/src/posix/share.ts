import { DosAttributes } from '../attributes.ts';
import { chain } from '../maybe.ts';
import type { MaybePromise, VfsFeatures, VfsPath } from '../vfs.ts';
import { type LinkWalk, withoutLinks } from './absolute-links.ts';
import type { CaseIndex, Found } from './case-index.ts';
import { Errno, Mode, O, Resolve } from './constants.ts';
import { type DiskName, toDiskName, toDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import type { FileSystem, FileSystems } from './file-system.ts';
import type { Libc } from './libc.ts';
import type { ShareOptions, ShareRoot } from './share-root.ts';
import type { WarmDirectories } from './warm-directories.ts';
import { Xattrs } from './xattrs.ts';

/** A share as one user sees it: all calls that the kernel decides about are made as this user. */
export class Share {
  /** The calls, as the user. */
  readonly c: Libc;
  /**
   * The calls, as the process's own user. What is done with them is named where it is done, and
   * decides nothing that the kernel would refuse the user.
   */
  readonly self: Libc;
  readonly base: ShareRoot;
  readonly root: number;
  readonly options: ShareOptions;
  readonly index: CaseIndex;
  readonly fileSystems: FileSystems;
  readonly warm: WarmDirectories;
  readonly xattrs: Xattrs;
  readonly resolve: number;
  readonly #onlyCached: number;

  constructor(base: ShareRoot, c: Libc) {
    this.base = base;
    this.c = c;
    this.self = base.c;
    this.root = base.root;
    this.options = base.options;
    this.index = base.index;
    this.fileSystems = base.fileSystems;
    this.warm = base.warm;
    this.xattrs = new Xattrs(c, base.c);
    this.resolve = base.resolve;
    this.#onlyCached = base.onlyCached;
  }

  /** This is the view of the process's own user. */
  get isSelf(): boolean {
    return this.c === this.self;
  }

  get closed(): boolean {
    return this.base.closed;
  }

  hold(): void {
    this.base.hold();
  }

  letGo(): void {
    this.base.letGo();
  }

  get hasSpecialFiles(): boolean {
    return this.base.hasSpecialFiles;
  }

  /**
   * Opens a path from the root if that needs no disk. Returns -EAGAIN if it might need one, and
   * -EXDEV for links that `open` may follow.
   */
  openCached(path: DiskName, flags: number): number {
    return this.c.openat2(this.root, path, flags, 0, this.resolve | this.#onlyCached);
  }

  /** Opens a path from the root, on the pool if necessary. Returns a descriptor or -errno. */
  open(path: DiskName, flags: number): MaybePromise<number> {
    const fd = this.openCached(path, flags);
    return fd === -Errno.EAGAIN ? this.openLater(path, flags) : this.#orByLinks(fd, path, flags, true);
  }

  /** The same, on the pool in any case. */
  openLater(path: DiskName, flags: number): Promise<number> {
    return this.c
      .openat2Later(this.root, path, flags, this.resolve)
      .then((fd) => this.#orByLinks(fd, path, flags, true));
  }

  /** The same, at once, though it may wait for a disk. */
  openNow(path: DiskName, flags: number): number {
    const fd = this.c.openat2(this.root, path, flags, 0, this.resolve);
    return this.#orByLinks(fd, path, flags, false) as number;
  }

  /** Opens a directory by its exact names: a descriptor (the root's own for []) or -errno. */
  openDirectory(names: VfsPath): MaybePromise<number> {
    return names.length === 0 ? this.root : this.open(toDiskPath(names), O.PATH | O.DIRECTORY);
  }

  /** Closes what openDirectory returned. */
  closeDirectory(fd: number): void {
    if (fd !== this.root && fd >= 0) this.c.close(fd);
  }

  /** The stored spelling of `name` in a directory by the share's case rules, or undefined. */
  findName(directory: number, name: string): MaybePromise<string | undefined> {
    const exact = this.c.statAt(directory, toDiskName(name));
    if (exact === 0) return name;
    if (exact !== -Errno.ENOENT) throw posixError(exact, 'statx');
    return this.options.caseSensitive ? undefined : this.findFolded(directory, name);
  }

  /**
   * Whether the user may list an open directory. Asked before the process's own user reads the
   * directory for the user, or watches it.
   */
  mayList(directory: number): boolean {
    return this.isSelf || this.c.mayRead(directory);
  }

  /**
   * What the case index knows of a name in a directory. It is read by the process's own user and
   * shared by all users. A user who may not list the directory learns nothing from it: there are no
   * other spellings for this user, and the kernel decides about the exact one.
   */
  inIndex(directory: number, name: string): Found {
    return this.mayList(directory) ? this.index.find(directory, name) : NOT_TOLD;
  }

  /** The stored spelling of `name` from the case index alone. */
  findFolded(directory: number, name: string): MaybePromise<string | undefined> {
    return this.mayList(directory) ? this.#findFolded(directory, name, 0) : undefined;
  }

  #findFolded(directory: number, name: string, attempt: number): MaybePromise<string | undefined> {
    const found = this.index.find(directory, name);
    if (found.known) return found.name;
    checked(this.c.statFd(directory), 'statx');
    const { inMemory } = this.fileSystems.of(this.c.stat.device, directory);
    if (inMemory) {
      this.index.buildNow(directory);
      const again = this.index.find(directory, name);
      if (again.known) return again.name;
    }
    // A directory that changes all the time, or is too large to keep, is read for this one answer.
    if (attempt === 2) return this.index.findByReading(directory, name, inMemory);
    // The index is asked again after the reading, because another request may have made the name
    // meanwhile.
    return chain(this.index.build(directory, inMemory), () => this.#findFolded(directory, name, attempt + 1));
  }

  /** Notes the type of a file that was seen; `type` is one of Mode. */
  noteType(type: number): void {
    if (!HARMLESS_TYPES.has(type)) this.base.hasSpecialFiles = true;
  }

  /** Where an open file is now, by its exact names; undefined if it is not in the share. */
  namesOf(fd: number): string[] | undefined {
    return this.base.namesOf(fd);
  }

  /** FILE_ATTRIBUTE_* of a file that has no DOSATTRIB. */
  defaults(name: string, mode: number): number {
    const { hideDotFiles, readOnlyFromMode } = this.options;
    const hidden = hideDotFiles && name.startsWith('.') ? DosAttributes.HIDDEN : 0;
    const isReadOnly = readOnlyFromMode && (mode & 0o200) === 0;
    // Windows gives ARCHIVE to a new file, and here a file made by other programs has it as well.
    // So most files need no extended attribute.
    const archive = (mode & S_IFMT) === S_IFREG ? DosAttributes.ARCHIVE : 0;
    return archive | hidden | (isReadOnly ? DosAttributes.READONLY : 0);
  }

  /**
   * `fd`, unless the open failed because of an absolute link that leads back into the root. Then
   * the descriptor of what the link leads to.
   */
  #orByLinks(fd: number, path: DiskName, flags: number, mayWait: boolean): MaybePromise<number> {
    if (fd !== -Errno.EXDEV) return fd;
    const { c, root } = this;
    // Opens at once if no disk is needed; otherwise in the way that the caller permits.
    const open = (directory: number, below: Buffer, how: number, resolve: number): MaybePromise<number> => {
      const opened = c.openat2(directory, below, how, 0, mayWait ? resolve | this.#onlyCached : resolve);
      return opened === -Errno.EAGAIN && mayWait ? c.openat2Later(directory, below, how, resolve) : opened;
    };
    const noLinks = Resolve.BENEATH | Resolve.NO_MAGICLINKS | Resolve.NO_SYMLINKS;
    const walk: LinkWalk = {
      root,
      rootPaths: this.base.rootPaths(),
      open: (directory, below) => open(directory, below, O.PATH | O.NOFOLLOW, noLinks),
      target: (link) => {
        const length = c.readlinkat(link, '');
        return length < 0 ? undefined : Buffer.from(c.value.subarray(0, length));
      },
      close: (opened) => c.close(opened),
    };
    return chain(withoutLinks(walk, path, (flags & O.NOFOLLOW) === 0), (plain) => {
      if (plain === undefined) return fd;
      // This path is kept below the root like any other: what was spelled without links may be
      // links again by now.
      return open(root, plain, flags, this.resolve);
    });
  }
}

/**
 * What a file system keeps under the share's rules. Everything that POSIX itself does not have
 * needs extended attributes.
 */
export function featuresOn(fs: FileSystem, { readOnly, caseSensitive }: ShareOptions): VfsFeatures {
  return {
    readOnly,
    caseSensitive,
    securityDescriptors: fs.hasXattrs,
    extendedAttributes: fs.hasXattrs,
    dosAttributes: fs.hasXattrs,
    streams: fs.hasXattrs,
    sparse: true,
  };
}

const HARMLESS_TYPES: ReadonlySet<number> = new Set([Mode.REGULAR, Mode.DIRECTORY, Mode.SYMLINK, Mode.SOCKET]);

/** The answer of the index for a user who may not list the directory. */
export const NOT_TOLD: Found = { known: true, name: undefined };

/** The bits of a mode that say the type of a file, and their value for a regular file. */
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
