import { foldName } from '../case-fold.ts';
import { chain, ending } from '../maybe.ts';
import {
  type MaybePromise,
  VfsError,
  type VfsIdentity,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '../vfs.ts';
import { At, Errno, Mode, O, Resolve } from './constants.ts';
import { toDiskName, toDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import { isEmptyAndOf, newFileIn } from './new-files.ts';
import { type FileFacts, PosixHandle } from './posix-handle.ts';
import { NOT_TOLD, type Share } from './share.ts';
import { procPath } from './xattrs.ts';

/** How often an open starts again because names changed while it ran. */
const MAX_ATTEMPTS = 5;
/**
 * The most spellings of directories that are remembered for clients that spell them differently.
 */
const MAX_HINTS = 1_000;
/** The same for a user other than the process's own. There may be many of them. */
const MAX_USER_HINTS = 50;

/**
 * A directory that a walk has reached: its descriptor (closed by Share.closeDirectory) and its
 * names as stored.
 */
export interface Directory {
  readonly fd: number;
  readonly names: VfsPath;
}

/**
 * Opens handles and directories by their paths, with the share's rules for case and symbolic links.
 */
export class Opener {
  readonly #share: Share;
  readonly #views: (identity: VfsIdentity) => Opener;
  /**
   * Folded path of a directory → its names as stored, in the order of last use. An entry is only a
   * guess. Each user has guesses of their own: they tell spellings of names.
   */
  readonly #hints = new Map<string, VfsPath>();

  /** @param views finds the opener of another user on the same share */
  constructor(share: Share, views: (identity: VfsIdentity) => Opener) {
    this.#share = share;
    this.#views = views;
  }

  get share(): Share {
    return this.#share;
  }

  /** The opener that opens as this user. */
  as(identity: VfsIdentity): Opener {
    return this.#views(identity);
  }

  open(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    if (options.disposition === 'create' && path.length > 0) return this.#openByParent(path, options, false);
    // The whole path as it is spelled, in one call. This is enough for nearly every open.
    const diskPath = toDiskPath(path);
    let fd = this.#mayOpenDirectly(options)
      ? this.#share.openCached(diskPath, directFlags(options.data))
      : DIRECT_FAILED;
    if (fd >= 0) {
      const opened = this.#openedDirectly(fd, path, options);
      if (opened !== undefined) return opened;
      fd = DIRECT_FAILED;
    }
    // These three say the same with O_PATH. All other errors may come from the wish for data.
    const isFinal = fd === -Errno.ENOENT || fd === -Errno.ENOTDIR || fd === -Errno.EXDEV;
    if (!isFinal) fd = this.#share.openCached(diskPath, pathFlags(options));
    if (fd >= 0) {
      if (options.disposition === 'create') return this.#refuse(fd, new VfsError('exists', 'the root'));
      return this.#opened(fd, path, options);
    }
    if (fd === -Errno.EXDEV) return this.#openByLinks(path, options);
    if (fd !== -Errno.ENOENT && fd !== -Errno.EAGAIN && fd !== -Errno.ENOTDIR) throw posixError(fd, 'openat2');
    if (path.length === 0) throw posixError(fd, 'openat2');
    return this.#openByParent(path, options, fd === -Errno.EAGAIN);
  }

  /**
   * Whether a file may be opened for its data before its type is known. To open a pipe or a device
   * can do something: it wakes a program that waits at the other end, or rewinds a tape. So this is
   * not done on a share on which such a file was ever seen.
   */
  #mayOpenDirectly({ data, kind, disposition }: VfsOpenOptions): boolean {
    if (data === 'none' || kind === 'directory' || disposition === 'create' || this.#share.hasSpecialFiles)
      return false;
    return data === 'read' || !this.#share.options.readOnly;
  }

  /**
   * Makes a handle from a descriptor that was opened for data at once. Returns undefined, and
   * closes the descriptor, if it is of a file that has no data.
   */
  #openedDirectly(fd: number, names: VfsPath, options: VfsOpenOptions): VfsOpened | undefined {
    const { c } = this.#share;
    const file = this.#look(fd);
    const { type } = c.stat;
    if (type !== Mode.REGULAR && type !== Mode.DIRECTORY) {
      this.#share.noteType(type);
      c.close(fd);
      return undefined;
    }
    if (type === Mode.DIRECTORY && options.kind === 'file') return this.#refuse(fd, new VfsError('is-directory'));
    const handle = this.#handle(fd, false, file, names, options);
    return { handle, created: false, stat: handle.statNow() };
  }

  /** Opens a path that contains an absolute link. */
  #openByLinks(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    return chain(this.#share.open(toDiskPath(path), pathFlags(options)), (fd) => {
      if (fd >= 0) return this.#opened(fd, path, options);
      if (fd !== -Errno.ENOENT && fd !== -Errno.ENOTDIR) throw posixError(fd, 'openat2');
      return this.#openByParent(path, options, false);
    });
  }

  /** The directory that `path` is in or would be in. Throws `path-not-found`. */
  parentOf(path: VfsPath): MaybePromise<Directory> {
    const names = path.slice(0, -1);
    return chain(this.#share.openDirectory(names), (fd) => {
      if (fd >= 0) return { fd, names };
      if (fd !== -Errno.ENOENT || this.#share.options.caseSensitive) throw walkError(fd);
      return this.#parentInOtherCase(names);
    });
  }

  /** `isUncached`: the exact name may exist, but it is not in memory. */
  #openByParent(path: VfsPath, options: VfsOpenOptions, isUncached: boolean): MaybePromise<VfsOpened> {
    return chain(this.parentOf(path), (directory) =>
      ending(
        () => this.#openIn(directory, path.at(-1)!, options, isUncached, 0),
        () => this.#share.closeDirectory(directory.fd),
      ),
    );
  }

  #openIn(
    directory: Directory,
    name: string,
    options: VfsOpenOptions,
    isUncached: boolean,
    attempt: number,
  ): MaybePromise<VfsOpened> {
    if (this.#share.options.caseSensitive) {
      if (options.disposition === 'create') return this.#create(directory, name, options, attempt);
      return this.#openStored(directory, name, options, attempt);
    }
    const found = this.#share.inIndex(directory.fd, name);
    // The index has not been asked, so the exact name may be there all the same.
    if (found === NOT_TOLD && isUncached) return this.#openUncached(directory, name, options, attempt);
    if (found.known) return this.#openFound(directory, name, found.name, options, attempt);
    // The disk is asked for the one name before it is asked for all names.
    if (isUncached) return this.#openUncached(directory, name, options, attempt);
    return chain(this.#share.findFolded(directory.fd, name), (stored) =>
      this.#openFound(directory, name, stored, options, attempt),
    );
  }

  /** Opens the spelling that the index found, or creates the name if the index found none. */
  #openFound(
    directory: Directory,
    name: string,
    stored: string | undefined,
    options: VfsOpenOptions,
    attempt: number,
  ): MaybePromise<VfsOpened> {
    if (stored !== undefined) return this.#openStored(directory, stored, options, attempt);
    if (options.disposition === 'open') throw new VfsError('not-found', name);
    return this.#create(directory, name, options, attempt);
  }

  async #openUncached(
    directory: Directory,
    name: string,
    options: VfsOpenOptions,
    attempt: number,
  ): Promise<VfsOpened> {
    const names = [...directory.names, name];
    const fd = await this.#share.openLater(toDiskPath(names), pathFlags(options));
    if (fd >= 0) return this.#opened(fd, names, options);
    if (fd !== -Errno.ENOENT) throw walkError(fd);
    return this.#openIn(directory, name, options, false, attempt);
  }

  #openStored(directory: Directory, name: string, options: VfsOpenOptions, attempt: number): MaybePromise<VfsOpened> {
    if (options.disposition === 'create') throw new VfsError('exists', name);
    const names = [...directory.names, name];
    return chain(this.#share.open(toDiskPath(names), pathFlags(options)), (fd) => {
      if (fd >= 0) return this.#opened(fd, names, options);
      if (fd !== -Errno.ENOENT) throw walkError(fd);
      if (options.disposition === 'open' || attempt === MAX_ATTEMPTS) throw new VfsError('not-found', name);
      const { c } = this.#share;
      if (c.statAt(directory.fd, toDiskName(name)) === 0) {
        // A symbolic link that leads nowhere exists but cannot be opened.
        if (c.stat.type === Mode.SYMLINK) throw new VfsError('not-found', name);
        return this.#openStored(directory, name, options, attempt + 1);
      }
      return this.#create(directory, name, options, attempt);
    });
  }

  #create(directory: Directory, name: string, options: VfsOpenOptions, attempt: number): MaybePromise<VfsOpened> {
    const { c, index, options: rules } = this.#share;
    if (rules.readOnly) throw new VfsError('read-only');
    const diskName = toDiskName(name);
    const known = rules.caseSensitive ? undefined : index.current(directory.fd);
    const asDirectory = options.kind === 'directory';
    const { mode, owner } = newFileIn(this.#share, directory.fd, asDirectory);
    const result = asDirectory
      ? c.mkdirat(directory.fd, diskName, mode)
      : c.openat2(directory.fd, diskName, createFlags(options.data), mode, CREATE_RESOLVE);
    if (result === -Errno.EEXIST && options.disposition === 'open-or-create' && attempt < MAX_ATTEMPTS) {
      return this.#openIn(directory, name, options, false, attempt + 1);
    }
    if (result === -Errno.ENOENT) throw new VfsError('path-not-found');
    checked(result, asDirectory ? 'mkdirat' : 'openat2');
    index.added(known, directory.fd, name);
    const names = [...directory.names, name];
    if (!asDirectory) {
      if (owner !== undefined) this.#giveTo(owner, directory, name, result, 0);
      return { handle: this.#handle(result, false, this.#look(result), names, options), created: true };
    }

    const flags = O.PATH | O.NOFOLLOW | O.DIRECTORY;
    const fd = checked(c.openat2(directory.fd, diskName, flags, 0, CREATE_RESOLVE), 'openat2');
    if (owner !== undefined) {
      // Between mkdir and the open, somebody may have put another directory there.
      if (!isEmptyAndOf(this.#share, fd)) this.#refuse(fd, new VfsError('access-denied', 'another directory'));
      this.#giveTo(owner, directory, name, fd, At.REMOVEDIR);
    }
    if (!rules.caseSensitive) index.madeDirectory(fd);
    return { handle: this.#handle(fd, true, this.#look(fd), names, options), created: true };
  }

  /**
   * Gives what was just made to the owner of its directory. It is not there if that fails. As the
   * process's own user, because nobody else may give files away; what is given away is new, and
   * empty.
   */
  #giveTo(owner: number, directory: Directory, name: string, fd: number, flags: number): void {
    const result = this.#share.self.chown(fd, owner, -1);
    if (result >= 0) return;
    this.#share.c.unlinkat(directory.fd, toDiskName(name), flags);
    this.#refuse(fd, posixError(result, 'fchownat'));
  }

  /**
   * Makes a handle from an O_PATH descriptor. The file is opened again for data if that was asked
   * for.
   */
  #opened(fd: number, names: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    const { c, options: rules } = this.#share;
    const file = this.#look(fd);
    const { type } = c.stat;
    if (type !== Mode.REGULAR) this.#share.noteType(type);
    const isDirectory = type === Mode.DIRECTORY;
    if (options.kind === 'file' && isDirectory) return this.#refuse(fd, new VfsError('is-directory'));
    if (options.kind === 'directory' && !isDirectory) return this.#refuse(fd, new VfsError('not-directory'));
    const forData = options.data !== 'none';
    if (forData && !isDirectory && rules.readOnly && options.data !== 'read') {
      return this.#refuse(fd, new VfsError('read-only'));
    }
    if (!forData || isDirectory || type === Mode.SYMLINK) {
      const handle = this.#handle(fd, true, file, names, options);
      return { handle, created: false, stat: handle.statNow() };
    }
    if (type !== Mode.REGULAR) return this.#refuse(fd, new VfsError('access-denied', 'a device, pipe or socket'));

    const path = procPath(fd);
    // Without O_NONBLOCK an open waits while somebody holds a lease on the file.
    const opened = c.openat(At.FDCWD, path, dataFlags(options.data) | O.NONBLOCK);
    if (opened !== -Errno.EAGAIN) {
      const { handle } = this.#reopened(fd, opened, file, names, options);
      return { handle, created: false, stat: handle.statNow() };
    }
    if (options.ifLeased === 'refuse') return this.#refuse(fd, new VfsError('busy', 'somebody holds a lease'));
    return chain(c.openatLater(At.FDCWD, path, dataFlags(options.data)), (later) =>
      this.#reopened(fd, later, file, names, options),
    );
  }

  #reopened(path: number, fd: number, file: FileFacts, names: VfsPath, options: VfsOpenOptions) {
    this.#share.c.close(path);
    checked(fd, 'open');
    return { handle: this.#handle(fd, false, file, names, options), created: false };
  }

  /**
   * What a handle keeps of the file. Closes the descriptor if the system does not tell. Fills
   * `stat`.
   */
  #look(fd: number): FileFacts {
    const { c, fileSystems } = this.#share;
    const result = c.statFd(fd);
    if (result < 0) return this.#refuse(fd, posixError(result, 'statx'));
    const { stat } = c;
    return { kind: stat.kind, identity: stat.identity, fs: fileSystems.of(stat.device, fd) };
  }

  #handle(fd: number, isPath: boolean, file: FileFacts, names: VfsPath, options: VfsOpenOptions): PosixHandle {
    return new PosixHandle(this.#share, this, fd, isPath, file, names, options.data);
  }

  #refuse(fd: number, error: VfsError): never {
    this.#share.c.close(fd);
    throw error;
  }

  #parentInOtherCase(names: VfsPath): MaybePromise<Directory> {
    const key = foldName(names.join('/'));
    const hint = this.#hints.get(key);
    if (hint !== undefined) {
      const fd = this.#share.openCached(toDiskPath(hint), O.PATH | O.DIRECTORY);
      if (fd >= 0) return { fd, names: hint };
      this.#hints.delete(key);
    }
    return chain(this.#walk(names, 0, { fd: this.#share.root, names: [] }), (directory) => {
      this.#hints.set(key, directory.names);
      const max = this.#share.isSelf ? MAX_HINTS : MAX_USER_HINTS;
      if (this.#hints.size > max) this.#hints.delete(this.#hints.keys().next().value!);
      return directory;
    });
  }

  /**
   * Walks one directory at a time, with whatever spelling each name has. Closes the directories on
   * the way.
   */
  #walk(wanted: VfsPath, at: number, from: Directory): MaybePromise<Directory> {
    if (at === wanted.length) return from;
    const next = ending(
      () => chain(this.#share.findName(from.fd, wanted[at]!), (stored) => this.#step(from, stored)),
      () => this.#share.closeDirectory(from.fd),
    );
    return chain(next, (directory) => this.#walk(wanted, at + 1, directory));
  }

  #step(from: Directory, stored: string | undefined): MaybePromise<Directory> {
    if (stored === undefined) throw new VfsError('path-not-found');
    const names = [...from.names, stored];
    return chain(this.#share.openDirectory(names), (fd) => {
      if (fd < 0) throw walkError(fd);
      return { fd, names };
    });
  }
}

const CREATE_RESOLVE = Resolve.BENEATH | Resolve.NO_MAGICLINKS | Resolve.NO_SYMLINKS;

function pathFlags(options: VfsOpenOptions): number {
  return options.noFollow === true ? O.PATH | O.NOFOLLOW : O.PATH;
}

function dataFlags(data: VfsOpenOptions['data']): number {
  const access = data === 'read-write' ? O.RDWR : data === 'write' ? O.WRONLY : O.RDONLY;
  return access | O.NOCTTY;
}

/** For an open that finds out the file type afterwards: it waits for nobody, follows no link. */
function directFlags(data: VfsOpenOptions['data']): number {
  return dataFlags(data) | O.NONBLOCK | O.NOFOLLOW;
}

/** Stands for an open that was not tried, or that brought nothing. */
const DIRECT_FAILED = -Errno.EAGAIN;

function createFlags(data: VfsOpenOptions['data']): number {
  return dataFlags(data) | O.CREAT | O.EXCL | O.NOFOLLOW | O.NONBLOCK;
}

/** The error for a name that is not the last of its path. */
function walkError(errno: number): VfsError {
  if (errno === -Errno.ENOENT || errno === -Errno.ENOTDIR) return posixError(errno, 'openat2', 'path-not-found');
  return posixError(errno, 'openat2');
}
