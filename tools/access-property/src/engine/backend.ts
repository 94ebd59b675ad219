import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMemoryVfs,
  createPosixVfs,
  type MaybePromise,
  type Vfs,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '@tsmbd/vfs-adapter';
import { type DiskState, takeDiskState } from '../disk.ts';

export type BackendName = 'memory' | 'posix';

/**
 * One share for all cases, with other files behind it for each case, because a server and its
 * logons cost more than a case.
 */
export class CaseVfs implements Vfs {
  readonly place: VfsPath = ['access-property'];
  readonly features: VfsFeatures;
  #now: Vfs;

  constructor(first: Vfs) {
    this.features = first.features;
    this.#now = first;
  }

  /** The files of the next case. */
  async use(next: Vfs): Promise<void> {
    await this.#now.dispose();
    this.#now = next;
  }

  open(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    return this.#now.open(path, options);
  }

  statFs(): MaybePromise<VfsFsInfo> {
    return this.#now.statFs();
  }

  dispose(): MaybePromise<void> {
    return this.#now.dispose();
  }
}

/** Where the cases keep their files. */
export interface Backend {
  /** Empty files for a new case. */
  fresh(): Vfs;
  /** What the system says of the files; undefined if there is no disk. */
  disk(): DiskState | undefined;
  remove(): void;
}

export function makeBackend(name: BackendName): Backend {
  return name === 'memory' ? new MemoryBackend() : new PosixBackend();
}

class MemoryBackend implements Backend {
  /**
   * Every reading of the clock gives a later time than the one before, so that every touch can be
   * seen. ns.
   */
  #now = 1_700_000_000_000_000_000n;

  fresh(): Vfs {
    return createMemoryVfs({ now: () => ++this.#now });
  }

  disk(): undefined {
    return undefined;
  }

  remove(): void {}
}

class PosixBackend implements Backend {
  readonly #folder = makeFolder();
  #root = '';
  #count = 0;

  fresh(): Vfs {
    if (this.#root !== '') rmSync(this.#root, { recursive: true, force: true });
    this.#root = join(this.#folder, `${this.#count++}`);
    mkdirSync(this.#root);
    return createPosixVfs({ root: this.#root });
  }

  disk(): DiskState {
    return takeDiskState(this.#root);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Makes a folder in a file system in memory, if there is one. */
function makeFolder(): string {
  const name = 'tsmbd-access-';
  try {
    return mkdtempSync(join('/dev/shm', name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return mkdtempSync(join(tmpdir(), name));
  }
}
