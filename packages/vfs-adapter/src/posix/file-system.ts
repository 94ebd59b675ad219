import { FINE_CHANGE_TIMES, MEMORY_FILE_SYSTEMS, O, Resolve } from './constants.ts';
import { toDiskName } from './disk-names.ts';
import { DosCache } from './dos-cache.ts';
import { checked } from './errors.ts';
import type { Libc } from './libc.ts';

/** What is found out about one mounted file system, once. */
export class FileSystem {
  /** Its number while it is mounted. */
  readonly device: number;
  /** Nothing on it waits for a disk. */
  readonly inMemory: boolean;
  /** False once it said that it has no extended attributes. */
  hasXattrs = true;
  /** False once it refused RWF_NOWAIT. */
  hasNowait = true;

  /** What is known of files' DOSATTRIB, where a change always changes the change time. */
  readonly dosCache: DosCache | undefined;

  constructor(c: Libc, fd: number, device: number) {
    this.device = device;
    checked(c.fstatfs(fd), 'fstatfs');
    const type = c.value.readUInt32LE(0);
    this.inMemory = MEMORY_FILE_SYSTEMS.has(type);
    this.dosCache = FINE_CHANGE_TIMES.has(type) ? new DosCache() : undefined;
  }
}

/** The file systems under one share: mounts may be below its root. */
export class FileSystems {
  readonly #known = new Map<number, FileSystem>();
  readonly #c: Libc;

  constructor(c: Libc) {
    this.#c = c;
  }

  /** The one that `fd` is on; `device` is its number. */
  of(device: number, fd: number): FileSystem {
    let found = this.#known.get(device);
    if (found === undefined) {
      found = new FileSystem(this.#c, fd, device);
      this.#known.set(device, found);
    }
    return found;
  }

  /** The one that a directory's entry is on: another one where something is mounted. */
  ofEntry(device: number, directory: number, name: string): FileSystem {
    const known = this.#known.get(device);
    if (known !== undefined) return known;
    const flags = O.PATH | O.NOFOLLOW;
    const fd = checked(this.#c.openat2(directory, toDiskName(name), flags, 0, Resolve.BENEATH), 'openat2');
    try {
      return this.of(device, fd);
    } finally {
      this.#c.close(fd);
    }
  }
}
