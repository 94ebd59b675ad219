import { resolve as resolvePath } from 'node:path';
import { CaseIndex } from './case-index.ts';
import { At, Resolve } from './constants.ts';
import { fromDiskPath } from './disk-names.ts';
import { checked } from './errors.ts';
import { type FileSystem, FileSystems } from './file-system.ts';
import type { Libc } from './libc.ts';
import { WarmDirectories } from './warm-directories.ts';

/** How a share is served; see PosixVfsOptions. */
export interface ShareOptions {
  readonly caseSensitive: boolean;
  readonly followSymlinks: boolean;
  readonly readOnly: boolean;
  readonly fileMode: number;
  readonly directoryMode: number;
  readonly inheritOwner: boolean;
  readonly inheritPermissions: boolean;
  readonly hideDotFiles: boolean;
  readonly namedStreams: boolean;
  readonly xattrsPerStream: number;
  readonly readOnlyFromMode: boolean;
  readonly ignoreSystemAcls: boolean;
  readonly userDescriptors: boolean;
}

/** Closes the root's descriptor if a share was never closed and is no longer referenced. */
const forgotten = new FinalizationRegistry(({ c, root }: { c: Libc; root: number }) => void c.close(root));

/**
 * What all users of one share have in common: the root's descriptor, the rules, and what was found
 * out about the file systems. Its own calls are made as the process's user.
 */
export class ShareRoot {
  readonly c: Libc;
  readonly root: number;
  readonly options: ShareOptions;
  readonly index: CaseIndex;
  readonly fileSystems: FileSystems;
  readonly rootFileSystem: FileSystem;
  readonly warm: WarmDirectories;
  /** RESOLVE_* flags for every walk: never out of the root, never through /proc. */
  readonly resolve: number;
  /** RESOLVE_CACHED if a walk may need a disk. */
  readonly onlyCached: number;
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
    this.warm = new WarmDirectories(c);
    this.resolve = Resolve.BENEATH | Resolve.NO_MAGICLINKS | (options.followSymlinks ? 0 : Resolve.NO_SYMLINKS);
    this.onlyCached = this.rootFileSystem.inMemory ? 0 : Resolve.CACHED;
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

  /** The paths of the root from the machine's root, in each spelling that links may use. */
  rootPaths(): readonly Buffer[] {
    return [this.#readPath(this.root), this.#namedPath];
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

  #readPath(fd: number): Buffer {
    const length = checked(this.c.readlinkat(At.FDCWD, `/proc/self/fd/${fd}`), 'readlink');
    const path = Buffer.from(this.c.value.subarray(0, length));
    // The share may be the system's own root.
    return path.length === 1 ? path.subarray(1) : path;
  }
}

function isWithin(path: Buffer, root: Buffer): boolean {
  if (path.length < root.length || path.compare(root, 0, root.length, 0, root.length) !== 0) return false;
  return path.length === root.length || path[root.length] === 0x2f;
}
