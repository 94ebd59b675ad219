import { Errno } from './constants.ts';
import type { DiskName } from './disk-names.ts';
import { DOSATTRIB, type DosInfo, encodeDosAttrib, parseDosAttrib } from './dos-attrib.ts';
import { checked, posixError } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import type { Libc } from './libc.ts';

/** A descriptor and whether it is O_PATH, which extended attributes can be reached from only through /proc. */
export interface Descriptor {
  readonly fd: number;
  readonly isPath: boolean;
  readonly fs: FileSystem;
}

/** Extended attributes of open files, and DOSATTRIB among them. */
export class Xattrs {
  readonly #c: Libc;
  readonly #dosName = Buffer.from(`${DOSATTRIB}\0`);
  readonly #dosNameAddress: number;
  readonly #dot = Buffer.from('.\0');
  readonly #dotAddress: number;
  /** False once getxattrat turned out to be missing. */
  #hasGetxattrat = true;

  constructor(c: Libc) {
    this.#c = c;
    this.#dosNameAddress = c.address(this.#dosName);
    this.#dotAddress = c.address(this.#dot);
  }

  /** The value as a view that the next call overwrites; undefined when there is none. */
  get(file: Descriptor, name: DiskName): Uint8Array | undefined {
    if (!file.fs.hasXattrs) return undefined;
    const length = file.isPath ? this.#c.getxattr(procPath(file.fd), name) : this.#c.fgetxattr(file.fd, name);
    return this.#value(length, file.fs);
  }

  set(file: Descriptor, name: DiskName, value: Uint8Array): number {
    return file.isPath ? this.#c.setxattr(procPath(file.fd), name, value) : this.#c.fsetxattr(file.fd, name, value);
  }

  remove(file: Descriptor, name: DiskName): number {
    return file.isPath ? this.#c.removexattr(procPath(file.fd), name) : this.#c.fremovexattr(file.fd, name);
  }

  /** All names, in the system's order. */
  list(file: Descriptor): Buffer[] {
    if (!file.fs.hasXattrs) return [];
    const length = file.isPath ? this.#c.listxattr(procPath(file.fd)) : this.#c.flistxattr(file.fd);
    if (length === -Errno.EOPNOTSUPP) return [];
    const all = Buffer.from(this.#c.value.subarray(0, checked(length, 'listxattr')));
    const names: Buffer[] = [];
    for (let start = 0; start < all.length; ) {
      const end = all.indexOf(0, start);
      names.push(all.subarray(start, end + 1));
      start = end + 1;
    }
    return names;
  }

  /** What DOSATTRIB says of an open file or directory. */
  dosInfo(file: Descriptor, isDirectory: boolean): DosInfo | undefined {
    if (!file.fs.hasXattrs) return undefined;
    if (file.isPath && isDirectory && this.#hasGetxattrat) return this.dosInfoAt(file.fd, this.#dotAddress, file.fs);
    const value = this.get(file, DOSATTRIB);
    return value && parseDosAttrib(value);
  }

  /** What DOSATTRIB says of a name in a directory; the name stands with its NUL at an address. */
  dosInfoAt(directory: number, name: number, fs: FileSystem): DosInfo | undefined {
    if (!fs.hasXattrs) return undefined;
    if (this.#hasGetxattrat) {
      const length = this.#c.getxattrat(directory, name, this.#dosNameAddress);
      // The common case first: no such attribute.
      if (length === -Errno.ENODATA) return undefined;
      if (length !== -Errno.ENOSYS) {
        const value = this.#value(length, fs);
        return value && parseDosAttrib(value);
      }
      this.#hasGetxattrat = false;
    }
    return undefined;
  }

  /** dosInfoAt where getxattrat is missing: by a path through /proc. */
  dosInfoByName(directory: number, name: DiskName, fs: FileSystem): DosInfo | undefined {
    const prefix = `${procPath(directory)}/`;
    const path = typeof name === 'string' ? prefix + name : Buffer.concat([Buffer.from(prefix), name]);
    const value = this.#value(this.#c.lgetxattr(path, DOSATTRIB), fs);
    return value && parseDosAttrib(value);
  }

  get hasGetxattrat(): boolean {
    return this.#hasGetxattrat;
  }

  /** Stores DOSATTRIB. A file system without extended attributes keeps none. */
  setDosInfo(file: Descriptor, info: DosInfo): void {
    if (!file.fs.hasXattrs) return;
    const result = this.set(file, DOSATTRIB, encodeDosAttrib(info));
    if (result === -Errno.EOPNOTSUPP) file.fs.hasXattrs = false;
    else checked(result, 'setxattr');
  }

  #value(length: number, fs: FileSystem): Uint8Array | undefined {
    if (length >= 0) return this.#c.value.subarray(0, length);
    if (length === -Errno.ENODATA) return undefined;
    // A file that cannot be read, or went away, says nothing of itself.
    if (length === -Errno.EACCES || length === -Errno.EPERM || length === -Errno.ENOENT) return undefined;
    if (length === -Errno.EOPNOTSUPP) {
      fs.hasXattrs = false;
      return undefined;
    }
    throw posixError(length, 'getxattr');
  }
}

/** The path in /proc that leads to an open file itself. */
export function procPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
