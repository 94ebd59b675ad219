import { resolve as resolvePath } from 'node:path';
import { DosAttributes } from '../attributes.ts';
import { chain } from '../maybe.ts';
import type { MaybePromise, VfsFeatures, VfsPath } from '../vfs.ts';
import { type LinkWalk, withoutLinks } from './absolute-links.ts';
import { CaseIndex } from './case-index.ts';
import { At, Errno, Mode, O, Resolve } from './constants.ts';
import { type DiskName, fromDiskPath, toDiskName, toDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import { type FileSystem, FileSystems } from './file-system.ts';
import type { Libc } from './libc.ts';
import { WarmDirectories } from './warm-directories.ts';
import { Xattrs } from './xattrs.ts';

/** How a share is served; see PosixVfsOptions. */
export interface ShareOptions {
  readonly caseSensitive: boolean;
  readonly followSymlinks: boolean;
  readonly readOnly: boolean;
  readonly fileMode: number;
  readonly directoryMode: number;
  readonly hideDotFiles: boolean;
  readonly readOnlyFromMode: boolean;
  readonly ignoreSystemAcls: boolean;
}

/** Closes the root's descriptor if a share was never closed and is no longer referenced. */
const forgotten = new FinalizationRegistry(({ c, root }: { c: Libc; root: number }) => void c.close(root));

/**
 * What all handles of one share have in common: the root's descriptor, the rules, and what was
 * found out about the file systems.
 */
export class Share {
  readonly c: Libc;
  readonly root: number;
  readonly options: ShareOptions;
  readonly index: CaseIndex;
  readonly fileSystems: FileSystems;
  readonly rootFileSystem: FileSystem;
  readonly xattrs: Xattrs;
  readonly warm: WarmDirectories;
  /** RESOLVE_* flags for every walk: never out of the root, never through /proc. */
  readonly resolve: number;
  /** RESOLVE_CACHED if a walk may need a disk. */
  readonly #onlyCached: number;
  /**
   * A device or a named pipe was seen on this share. To open one can have an effect. Sockets do not
   * count, because open(2) always fails for them.
   */
  hasSpecialFiles = false;
  #rootPath: Buffer;
  /** The root's path as it was given. Symbolic links may use this spelling too. */
  readonly #namedPath: Buffer;
  /** The number of open handles and of opens that are under way. */
  #holds = 0;
  #closed = false;

  /**
   * @param named the root's path as it was given
   */
  constructor(c: Libc, root: number, named: string, options: ShareOptions) {
    this.c = c;
    this.root = root;
    this.options = options;
    this.index = new CaseIndex(c);
    this.fileSystems = new FileSystems(c);
    checked(c.statFd(root), 'statx');
    this.rootFileSystem = this.fileSystems.of(c.stat.device, root);
    this.xattrs = new Xattrs(c);
    this.warm = new WarmDirectories(c);
    this.resolve = Resolve.BENEATH | Resolve.NO_MAGICLINKS | (options.followSymlinks ? 0 : Resolve.NO_SYMLINKS);
    this.#onlyCached = this.rootFileSystem.inMemory ? 0 : Resolve.CACHED;
    this.#rootPath = this.#readPath(root);
    this.#namedPath = Buffer.from(resolvePath(named));
    forgotten.register(this, { c, root }, this);
  }

  /** From now on nothing is opened below the root. The root is closed once nothing holds it. */
  close(): void {
    this.#closed = true;
    if (this.#holds === 0 && forgotten.unregister(this)) this.c.close(this.root);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Until `letGo`, the root's descriptor number must not be given to another file, because it may
   * be used meanwhile.
   */
  hold(): void {
    this.#holds += 1;
  }

  letGo(): void {
    this.#holds -= 1;
    if (this.#closed) this.close();
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
    return this.options.caseSensitive ? undefined : this.findFolded(directory, name, 0);
  }

  /** The stored spelling of `name` from the case index alone. */
  findFolded(directory: number, name: string, attempt = 0): MaybePromise<string | undefined> {
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
    return chain(this.index.build(directory, inMemory), () => this.findFolded(directory, name, attempt + 1));
  }

  /** Notes the type of a file that was seen; `type` is one of Mode. */
  noteType(type: number): void {
    if (!HARMLESS_TYPES.has(type)) this.hasSpecialFiles = true;
  }

  /** Where an open file is now, by its exact names; undefined if it is not in the share. */
  namesOf(fd: number): string[] | undefined {
    const path = this.#readPath(fd);
    if (!isWithin(path, this.#rootPath)) {
      this.#rootPath = this.#readPath(this.root);
      if (!isWithin(path, this.#rootPath)) return undefined;
    }
    return fromDiskPath(path.subarray(this.#rootPath.length));
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
      rootPaths: [this.#readPath(root), this.#namedPath],
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

  #readPath(fd: number): Buffer {
    const length = checked(this.c.readlinkat(At.FDCWD, `/proc/self/fd/${fd}`), 'readlink');
    const path = Buffer.from(this.c.value.subarray(0, length));
    // The share may be the system's own root.
    return path.length === 1 ? path.subarray(1) : path;
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

function isWithin(path: Buffer, root: Buffer): boolean {
  if (path.length < root.length || path.compare(root, 0, root.length, 0, root.length) !== 0) return false;
  return path.length === root.length || path[root.length] === 0x2f;
}

const HARMLESS_TYPES: ReadonlySet<number> = new Set([Mode.REGULAR, Mode.DIRECTORY, Mode.SYMLINK, Mode.SOCKET]);

/** The bits of a mode that say the type of a file, and their value for a regular file. */
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
