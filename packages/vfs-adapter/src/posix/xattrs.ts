import { Errno } from './constants.ts';
import { type DiskName, toDiskName } from './disk-names.ts';
import { DOSATTRIB, type DosInfo, encodeDosAttrib, parseDosAttrib } from './dos-attrib.ts';
import type { DosCache, XattrFacts } from './dos-cache.ts';
import { checked, posixError } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import type { Libc } from './libc.ts';

/**
 * A descriptor, and whether it is O_PATH. Extended attributes of an O_PATH descriptor can be
 * reached only through /proc.
 */
export interface Descriptor {
  readonly fd: number;
  readonly isPath: boolean;
  readonly fs: FileSystem;
}

/** Extended attributes of open files, including DOSATTRIB. */
export class Xattrs {
  /** As the user: what a client asks for by name. */
  readonly #c: Libc;
  /**
   * As the process's own user: DOSATTRIB and the stored descriptor are what the server itself needs
   * to know about a file that the user can look up. The caches of what they say are shared by all
   * users, so it must not depend on what one user may read.
   */
  readonly #self: Libc;
  readonly #dosName = Buffer.from(`${DOSATTRIB}\0`);
  readonly #dosNameAddress: number;
  readonly #dot = Buffer.from('.\0');
  readonly #dotAddress: number;
  /** False once a call showed that the system has no getxattrat. */
  #hasGetxattrat = true;

  constructor(c: Libc, self: Libc) {
    this.#c = c;
    this.#self = self;
    this.#dosNameAddress = c.address(this.#dosName);
    this.#dotAddress = c.address(this.#dot);
  }

  /**
   * The value, as a view that the next call overwrites; undefined if there is no such attribute.
   */
  get(file: Descriptor, name: DiskName): Uint8Array | undefined {
    return this.#get(this.#c, file, name);
  }

  /** The same for what the server keeps: it is read whether or not the user may read the file. */
  getOwn(file: Descriptor, name: DiskName): Uint8Array | undefined {
    return this.#get(this.#self, file, name);
  }

  #get(c: Libc, file: Descriptor, name: DiskName): Uint8Array | undefined {
    if (!file.fs.hasXattrs) return undefined;
    const length = file.isPath ? c.getxattr(procPath(file.fd), name) : c.fgetxattr(file.fd, name);
    return this.#value(length, file.fs);
  }

  set(file: Descriptor, name: DiskName, value: Uint8Array): number {
    return file.isPath ? this.#c.setxattr(procPath(file.fd), name, value) : this.#c.fsetxattr(file.fd, name, value);
  }

  /**
   * As the process's own user: the system lets nobody else set attributes of `security.`. The
   * kernel decides nothing by the one that is set here, so no user gets a right of root by it; who
   * may set it is the engine's question (WRITE_DAC, WRITE_OWNER).
   */
  setGuarded(file: Descriptor, name: DiskName, value: Uint8Array): number {
    const c = this.#self;
    return file.isPath ? c.setxattr(procPath(file.fd), name, value) : c.fsetxattr(file.fd, name, value);
  }

  /**
   * Whether the process's own user may set attributes of `security.` on the file's file system. The
   * system is asked to remove one that no file has: it looks at the right first.
   */
  mayGuard(file: Descriptor): boolean {
    const { fs } = file;
    if (fs.mayGuard === undefined) {
      const c = this.#self;
      const result = file.isPath ? c.removexattr(procPath(file.fd), NOBODYS) : c.fremovexattr(file.fd, NOBODYS);
      // On a file system that is mounted read-only the right is not looked at.
      fs.mayGuard = result === -Errno.EROFS ? process.geteuid?.() === 0 : result === 0 || result === -Errno.ENODATA;
    }
    return fs.mayGuard;
  }

  remove(file: Descriptor, name: DiskName): number {
    return file.isPath ? this.#c.removexattr(procPath(file.fd), name) : this.#c.fremovexattr(file.fd, name);
  }

  /** All names, in the system's order. */
  list(file: Descriptor, c = this.#c): Buffer[] {
    if (!file.fs.hasXattrs) return [];
    const length = file.isPath ? c.listxattr(procPath(file.fd)) : c.flistxattr(file.fd);
    if (length === -Errno.EOPNOTSUPP) return [];
    const all = Buffer.from(c.value.subarray(0, checked(length, 'listxattr')));
    const names: Buffer[] = [];
    for (let start = 0; start < all.length; ) {
      const end = all.indexOf(0, start);
      names.push(all.subarray(start, end + 1));
      start = end + 1;
    }
    return names;
  }

  /** What DOSATTRIB says of the open file or directory for which `stat` was just filled. */
  dosInfo(file: Descriptor, isDirectory: boolean): DosInfo | undefined {
    return this.facts(file, isDirectory).dos;
  }

  /** The same, with the names of all attributes if they cost no further call. */
  facts(file: Descriptor, isDirectory: boolean): XattrFacts {
    if (!file.fs.hasXattrs) return NOTHING;
    const known = file.fs.dosCache?.get(this.#c.stat);
    if (known?.names !== undefined || (known !== undefined && file.isPath)) return known;
    if (file.isPath) {
      if (isDirectory && this.#hasGetxattrat) {
        return { dos: this.#readAt(file.fd, this.#dotAddress, file.fs, '.'), names: undefined };
      }
      const cache = this.#cacheFor(file.fs);
      return { dos: this.#note(cache, this.getOwn(file, DOSATTRIB)), names: undefined };
    }
    const cache = this.#cacheFor(file.fs);
    // For most files one list shows that they have neither attributes nor a descriptor.
    if (file.fs.dosCache === undefined || this.#c.flistxattr(file.fd) !== 0) {
      const value = this.getOwn(file, DOSATTRIB);
      const dos = value && parseDosAttrib(value);
      const facts = { dos, names: file.fs.dosCache && file.fs.hasXattrs ? this.names(file) : undefined };
      cache?.put(this.#c.stat, facts);
      return facts;
    }
    cache?.put(this.#c.stat, NONE);
    return NONE;
  }

  /** All names as text, as the process's own user sees them. */
  names(file: Descriptor): readonly string[] {
    return this.list(file, this.#self).map((name) => name.toString('utf8', 0, name.length - 1));
  }

  /**
   * The same for a name in a directory, without following a link. The name is stored with its NUL
   * at an address, and is also given as text for systems that have no getxattrat.
   */
  dosInfoAt(directory: number, address: number, name: string, fs: FileSystem): DosInfo | undefined {
    if (!fs.hasXattrs) return undefined;
    const known = fs.dosCache?.get(this.#c.stat);
    return known === undefined ? this.#readAt(directory, address, fs, name) : known.dos;
  }

  #readAt(directory: number, address: number, fs: FileSystem, name: string): DosInfo | undefined {
    if (this.#hasGetxattrat) {
      const length = this.#self.getxattrat(directory, address, this.#dosNameAddress);
      if (length !== -Errno.ENOSYS) return this.#note(fs.dosCache, this.#value(length, fs));
      this.#hasGetxattrat = false;
    }
    const prefix = `${procPath(directory)}/`;
    const diskName = name === '.' ? name : toDiskName(name);
    const path = typeof diskName === 'string' ? prefix + diskName : Buffer.concat([Buffer.from(prefix), diskName]);
    const cache = this.#cacheFor(fs);
    return this.#note(cache, this.#value(this.#self.lgetxattr(path, DOSATTRIB), fs));
  }

  /**
   * Where to keep what is read from now on of the file that `stat` describes; undefined if a later
   * change of the file might not alter its change time. Change times are fine enough since the
   * Linux version that added getxattrat. Before it, all changes within one tick of the clock have
   * the same time, so the clock must have gone on since the last change, and before the reading.
   */
  #cacheFor(fs: FileSystem): DosCache | undefined {
    return this.#hasGetxattrat || fs.dosCache === undefined || this.#c.hasTicked() ? fs.dosCache : undefined;
  }

  #note(cache: DosCache | undefined, value: Uint8Array | undefined): DosInfo | undefined {
    const dos = value && parseDosAttrib(value);
    cache?.put(this.#c.stat, { dos, names: undefined });
    return dos;
  }

  /** Stores DOSATTRIB. Throws `not-supported` on a file system without extended attributes. */
  setDosInfo(file: Descriptor, info: DosInfo): void {
    const result = file.fs.hasXattrs ? this.set(file, DOSATTRIB, encodeDosAttrib(info)) : -Errno.EOPNOTSUPP;
    if (result === -Errno.EOPNOTSUPP) file.fs.hasXattrs = false;
    checked(result, 'setxattr');
  }

  #value(length: number, fs: FileSystem): Uint8Array | undefined {
    if (length >= 0) return this.#c.value.subarray(0, length);
    if (length === -Errno.ENODATA) return undefined;
    // A file that cannot be read, or has gone, counts as one without DOSATTRIB.
    if (length === -Errno.EACCES || length === -Errno.EPERM || length === -Errno.ENOENT) return undefined;
    if (length === -Errno.EOPNOTSUPP) {
      fs.hasXattrs = false;
      return undefined;
    }
    throw posixError(length, 'getxattr');
  }
}

/**
 * The answer for a file system without extended attributes. Nothing is known of names there either.
 */
const NOTHING: XattrFacts = { dos: undefined, names: undefined };
/** The answer for a file that has no extended attributes. */
const NONE: XattrFacts = { dos: undefined, names: [] };

/** No file has this attribute. */
const NOBODYS = 'security.tsmbd-none';

/** The path in /proc that leads to an open file itself. */
export function procPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
