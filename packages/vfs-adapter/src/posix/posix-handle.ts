import { chain } from '../maybe.ts';
import { checkName } from '../path-names.ts';
import {
  type MaybePromise,
  type VfsChanges,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsHandle,
  type VfsIdentity,
  type VfsOpenOptions,
  type VfsPath,
  type VfsPosixAcl,
  type VfsPosixWish,
  type VfsStat,
  type VfsStream,
  type VfsWatch,
  type VfsWatchEvent,
} from '../vfs.ts';
import { Access, At, O } from './constants.ts';
import { lookUpEntry, PosixCursor } from './directory-entries.ts';
import { toDiskPath } from './disk-names.ts';
import { checked } from './errors.ts';
import { getStream, listEas, listStreams, setEa, setStream } from './extended-attributes.ts';
import { allocate, allocatedRanges, copy, read, truncate, write, zero } from './file-data.ts';
import { type FileSystem, statFs } from './file-system.ts';
import { inotify } from './inotify/inotify.ts';
import { WatchTree } from './inotify/watch-tree.ts';
import { change } from './metadata.ts';
import { link, type NamedFile, rename, unlink } from './naming.ts';
import type { Opener } from './opener.ts';
import { featuresOn, type Share } from './share.ts';
import { getDescriptor, getPosixAcl, setDescriptor } from './stored-descriptor.ts';
import { systemLeases } from './system-leases.ts';
import { isRangeLocked, setRangeLock } from './system-locks.ts';
import { type Descriptor, procPath } from './xattrs.ts';

/**
 * If a file without a name is at least this large, it is closed on the pool, because the close
 * frees its blocks.
 */
const LARGE = 1 << 20;

/** What a handle keeps of the file it was opened on. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly identity: string;
  readonly fs: FileSystem;
}

/**
 * An open file. It answers at once what the page cache and the dentry cache hold; the rest comes
 * from the pool. If a handle was opened with `none`, or is of a directory, its data is not open at
 * all: its descriptor is O_PATH, which needs no right to the file.
 */
export class PosixHandle implements VfsHandle, Descriptor {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly identity: string;
  readonly share: Share;
  readonly opener: Opener;
  readonly fd: number;
  /** The descriptor is O_PATH. */
  readonly isPath: boolean;
  readonly fs: FileSystem;
  readonly data: VfsOpenOptions['data'];
  /** The names under which the file was last seen. `path` asks the system instead. */
  names: VfsPath;
  #lastStat: VfsStat | undefined = undefined;
  #lastNames: readonly string[] | undefined = undefined;
  #pending = 0;
  #closed = false;
  #isLeased = false;
  #freesMuch = false;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(
    share: Share,
    opener: Opener,
    fd: number,
    isPath: boolean,
    file: FileFacts,
    names: VfsPath,
    data: VfsOpenOptions['data'],
  ) {
    this.kind = file.kind;
    this.identity = file.identity;
    this.share = share;
    share.hold();
    this.opener = opener;
    this.fd = fd;
    this.isPath = isPath;
    this.fs = file.fs;
    this.names = names;
    this.data = data;
  }

  get features(): VfsFeatures {
    return featuresOn(this.fs, this.share.options);
  }

  path(): VfsPath {
    this.check();
    const names = this.share.namesOf(this.fd);
    if (names === undefined) return this.names;
    // The system adds this to a file whose name was removed, unless the file is really called that.
    if (names.at(-1)?.endsWith(' (deleted)') === true && !this.#isAt(names)) return this.names;
    return names;
  }

  /** True if the names lead to this very file. */
  #isAt(names: VfsPath): boolean {
    const { c, root } = this.share;
    checked(c.statFd(this.fd), 'statx');
    const { fileKey } = c.stat;
    return c.statAt(root, toDiskPath(names)) >= 0 && c.stat.fileKey === fileKey;
  }

  stat(): VfsStat {
    this.check();
    checked(this.share.c.statFd(this.fd), 'statx');
    return this.statNow();
  }

  permitted(): number | undefined {
    this.check();
    const { share, fd } = this;
    if (share.isSelf) return undefined;
    const { c } = share;
    return c.thread.as(c.who, () =>
      Object.values(Access).reduce((bits, access) => (c.may(fd, access) ? bits | access : bits), 0),
    );
  }

  statFs(): VfsFsInfo {
    this.check();
    return statFs(this.share.c, this.fd);
  }

  /** What `stat` answers, if the system was just asked about this very file. */
  statNow(): VfsStat {
    const { c, xattrs } = this.share;
    const hasXattrs = this.kind === 'file' || this.kind === 'directory';
    const facts = hasXattrs ? xattrs.facts(this, this.kind === 'directory') : undefined;
    const stat = c.stat.decode(facts?.dos, this.share.defaults(this.names.at(-1) ?? '', c.stat.mode), this.fs);
    this.#lastStat = stat;
    this.#lastNames = facts?.names;
    return stat;
  }

  /**
   * True if the file had none of these extended attributes when `stat` last answered, with `asOf`.
   */
  hadNone(asOf: VfsStat | undefined, isOne: (name: string) => boolean): boolean {
    return asOf !== undefined && asOf === this.#lastStat && this.#lastNames?.some(isOne) === false;
  }

  /** The names of the extended attributes, those that are known since `asOf` or those of now. */
  namesAsOf(asOf: VfsStat): readonly string[] {
    if (asOf === this.#lastStat && this.#lastNames !== undefined) return this.#lastNames;
    const names = this.share.xattrs.names(this);
    if (asOf === this.#lastStat) this.#lastNames = names;
    return names;
  }

  read(into: Uint8Array, offset: number): MaybePromise<number> {
    this.#checkData(true);
    return this.#tracked(read(this, into, offset));
  }

  write(from: Uint8Array, offset: number): MaybePromise<void> {
    this.#checkData(false);
    return this.#tracked(write(this, from, offset));
  }

  truncate(size: bigint): MaybePromise<void> {
    this.#checkData(false);
    return this.#tracked(truncate(this, size));
  }

  allocate(size: bigint): MaybePromise<void> {
    this.#checkData(false);
    return this.#tracked(allocate(this, size));
  }

  flush(): MaybePromise<void> {
    this.check();
    if (this.kind !== 'file' && this.kind !== 'directory') return undefined;
    return this.#tracked(this.#sync());
  }

  zero(offset: bigint, length: bigint): MaybePromise<void> {
    this.#checkData(false);
    return this.#tracked(zero(this, offset, length));
  }

  allocatedRanges(
    offset: bigint,
    length: bigint,
    max = Infinity,
  ): MaybePromise<readonly { offset: bigint; length: bigint }[]> {
    this.#checkData(undefined);
    return this.#tracked(allocatedRanges(this, offset, length, max));
  }

  copyTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): MaybePromise<bigint> {
    // `instanceof` is also true of a proxy of a handle, but a proxy has no private fields.
    if (!(target instanceof PosixHandle && #pending in target)) throw new VfsError('cross-device');
    this.#checkData(true);
    target.#checkData(false);
    return this.#tracked(target.#tracked(copy(this, target, from, to, length)));
  }

  set(changes: VfsChanges): void {
    this.checkChange();
    change(this, changes);
  }

  list(): PosixCursor {
    this.check();
    if (this.kind !== 'directory') throw new VfsError('not-directory');
    const listing = checked(this.share.c.openat(this.fd, '.', O.RDONLY | O.DIRECTORY), 'openat');
    return new PosixCursor(this.share, this.fs, listing, this.#followsLinks ? this.path() : undefined);
  }

  lookup(name: string): MaybePromise<VfsDirEntry | undefined> {
    this.check();
    checkName(name);
    if (this.kind !== 'directory') throw new VfsError('not-directory');
    return this.#tracked(
      chain(this.share.findName(this.fd, name), (stored) =>
        stored === undefined
          ? undefined
          : lookUpEntry(this.share, this.fs, this.fd, stored, this.#followsLinks ? this.path() : undefined),
      ),
    );
  }

  rename(to: VfsPath, replace: boolean): MaybePromise<void> {
    this.checkChange();
    return this.#tracked(rename(this, to, replace));
  }

  link(to: VfsPath, replace: boolean): MaybePromise<void> {
    this.checkChange();
    return this.#tracked(link(this, to, replace));
  }

  unlink(identity?: VfsIdentity): MaybePromise<void> {
    this.checkChange();
    return this.#tracked(unlink(identity === undefined ? this : this.#actingAs(identity)));
  }

  readLink(): string {
    this.check();
    if (this.kind !== 'symlink') throw new VfsError('invalid', 'no symbolic link');
    const { c } = this.share;
    return c.value.toString('utf8', 0, checked(c.readlinkat(this.fd, ''), 'readlinkat'));
  }

  getSecurityDescriptor(asOf?: VfsStat): Uint8Array | undefined {
    this.check();
    return getDescriptor(this, asOf);
  }

  setSecurityDescriptor(descriptor: Uint8Array, posix?: VfsPosixWish): void {
    this.checkChange();
    setDescriptor(this, descriptor, posix);
  }

  posixAcl(asOf?: VfsStat): VfsPosixAcl | undefined {
    this.check();
    return getPosixAcl(this, asOf);
  }

  watch(recursive: boolean, tell: (event: VfsWatchEvent) => void): VfsWatch | undefined {
    this.check();
    // inotify is asked by the process's own user, for all users. So this asks for the user first.
    const maySee = this.kind === 'directory' && this.share.mayList(this.fd);
    const source = maySee ? inotify(this.share.c.native) : undefined;
    return source && new WatchTree(source, this.share, this.fd, this.path(), recursive, tell);
  }

  lockRange(offset: bigint, length: bigint, kind: 'shared' | 'exclusive' | 'none'): boolean {
    this.check();
    if (this.isPath || this.kind !== 'file') return true;
    // fcntl(2): an exclusive lock needs a descriptor that can write, a shared lock one that can
    // read.
    if (kind === 'shared' && this.data === 'write') return true;
    const fit = kind === 'exclusive' && this.data === 'read' ? 'shared' : kind;
    return setRangeLock(this.share.c.native, this.fd, offset, length, fit);
  }

  isRangeLocked(offset: bigint, length: bigint, write: boolean): boolean {
    this.check();
    if (this.isPath || this.kind !== 'file') return false;
    return isRangeLocked(this.share.c.native, this.fd, offset, length, write);
  }

  lease(wanted: () => void): boolean {
    this.check();
    if (this.isPath || this.kind !== 'file') return false;
    this.#isLeased = systemLeases(this.share.c.native).take(this.fd, wanted);
    return this.#isLeased;
  }

  endLease(): void {
    if (this.#isLeased) systemLeases(this.share.c.native).end(this.fd);
    this.#isLeased = false;
  }

  listEas(asOf?: VfsStat): readonly VfsEa[] {
    this.check();
    return listEas(this, asOf);
  }

  setEa(name: string, value: Uint8Array): void {
    this.checkChange();
    setEa(this, name, value);
  }

  listStreams(): readonly VfsStream[] {
    this.check();
    return listStreams(this);
  }

  getStream(name: string): Uint8Array | undefined {
    this.check();
    return getStream(this, name);
  }

  setStream(name: string, content: Uint8Array | undefined): void {
    this.checkChange();
    setStream(this, name, content);
  }

  close(): MaybePromise<void> {
    if (this.#closed) return undefined;
    this.#closed = true;
    this.endLease();
    // A descriptor number that is still in use on the pool must not be given to another file.
    if (this.#pending > 0) {
      return new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      }).then(() => this.#release());
    }
    return this.#release();
  }

  /** Throws if the handle was closed. */
  check(): void {
    if (this.#closed) throw new VfsError('invalid', 'closed');
  }

  /** Throws if the handle was closed or the share cannot be changed. */
  checkChange(): void {
    this.check();
    if (this.share.options.readOnly) throw new VfsError('read-only');
  }

  /** Notes that the last name may be gone, so that the close frees `size` bytes. */
  noteUnlinked(size: number): void {
    this.#freesMuch = size > LARGE;
  }

  /** This file, as another user finds its name. */
  #actingAs(identity: VfsIdentity): NamedFile {
    const { fd, kind, names } = this;
    const opener = this.opener.as(identity);
    return { share: opener.share, opener, fd, kind, names, noteUnlinked: (size) => this.noteUnlinked(size) };
  }

  get #followsLinks(): boolean {
    return this.share.options.followSymlinks;
  }

  /**
   * Refuses what the handle was not opened for: reading (true), changing (false), or looking at
   * data (undefined).
   */
  #checkData(reading: boolean | undefined): void {
    if (this.#closed) throw new VfsError('invalid', 'closed');
    if (this.kind !== 'file') throw new VfsError(this.kind === 'directory' ? 'is-directory' : 'access-denied');
    if (reading === undefined) return;
    const unfit = reading ? 'write' : 'read';
    if (this.data === 'none' || this.data === unfit) throw new VfsError('access-denied', `opened for ${this.data}`);
  }

  #tracked<T>(work: MaybePromise<T>): MaybePromise<T> {
    if (!(work instanceof Promise)) return work;
    this.#pending += 1;
    return work.finally(() => {
      this.#pending -= 1;
      if (this.#pending === 0) this.#whenIdle?.();
    });
  }

  async #sync(): Promise<void> {
    // As the process's own user: it neither tells nor changes anything.
    const c = this.share.self;
    const fd = this.isPath ? checked(c.openat(At.FDCWD, procPath(this.fd), O.RDONLY | O.NONBLOCK), 'open') : this.fd;
    try {
      checked(await c.fsyncLater(fd), 'fsync');
    } finally {
      if (fd !== this.fd) c.close(fd);
    }
  }

  #release(): MaybePromise<void> {
    const { c } = this.share;
    this.share.letGo();
    if (this.#freesMuch && !this.fs.inMemory) return c.closeLater(this.fd).then(() => undefined);
    c.close(this.fd);
    return undefined;
  }
}
