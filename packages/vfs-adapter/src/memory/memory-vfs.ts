import { MAX_NAME_UNITS } from '../path-names.ts';
import { type Vfs, VfsError, type VfsFeatures, type VfsFsInfo, type VfsOpenOptions, type VfsPath } from '../vfs.ts';
import { addFiles, type InitialFiles } from './initial-files.ts';
import { MemoryHandle } from './memory-handle.ts';
import { MemoryTree } from './memory-tree.ts';
import type { MemoryLink } from './node.ts';

/** Options of a memory file system. Each comment says the default. */
export interface MemoryVfsOptions {
  /** Two names may differ only in letter case. Default: false. */
  readonly caseSensitive?: boolean;
  /**
   * The files that are there from the start, by path: `{ 'docs/a.txt': 'text' }`. Folders are made
   * as needed. Text is stored as UTF-8, bytes are copied. Default: none.
   */
  readonly files?: InitialFiles;
  /**
   * Refuses every change. The root then holds only what `files` says and `symlink` makes. Default:
   * false.
   */
  readonly readOnly?: boolean;
  /** The time in nanoseconds since 1970. Default: the system's clock. */
  readonly now?: () => bigint;
  /**
   * The file system's number, part of every handle's identity. Default: a number that counts up
   * with every file system made.
   */
  readonly device?: bigint;
  /** Bytes of room for files. Default: 1 TiB. */
  readonly capacity?: number;
  /** The largest size of a file in bytes. Default: 16 TiB less 64 KiB, as on NTFS. */
  readonly maxFileSize?: number;
}

const BLOCK = 4096;
const TIB = 2 ** 40;

let devices = 0n;

/**
 * A file system in memory. It has everything in VfsFeatures, and is lost with the process. Every
 * call answers at once.
 */
export class MemoryVfs implements Vfs {
  readonly features: VfsFeatures;
  readonly #tree: MemoryTree;

  constructor(options: MemoryVfsOptions) {
    const { caseSensitive = false, readOnly = false } = options;
    this.features = {
      readOnly,
      caseSensitive,
      securityDescriptors: true,
      extendedAttributes: true,
      dosAttributes: true,
      streams: true,
      sparse: true,
      blockCloning: true,
    };
    this.#tree = new MemoryTree({
      caseSensitive,
      readOnly,
      device: options.device ?? ++devices,
      capacity: options.capacity ?? TIB,
      maxFileSize: options.maxFileSize ?? 16 * TIB - 65_536,
      now: options.now ?? (() => BigInt(Date.now()) * 1_000_000n),
    });
    if (options.files !== undefined) addFiles(this.#tree, options.files);
  }

  open(path: VfsPath, options: VfsOpenOptions): { handle: MemoryHandle; created: boolean } {
    // A symbolic link that leads nowhere is a name that exists.
    const follow = options.noFollow !== true && options.disposition !== 'create';
    const { directory, name, link } = this.#tree.find(path, follow);
    if (link !== undefined) return { handle: this.#existing(link, options), created: false };
    if (options.disposition === 'open') throw new VfsError('not-found', name);
    if (this.features.readOnly) throw new VfsError('read-only');
    const node = this.#tree.newNode(options.kind === 'directory' ? 'directory' : 'file', '');
    const made = this.#tree.add(directory, name, node);
    return { handle: new MemoryHandle(this.#tree, made, options.data), created: true };
  }

  /** Makes a symbolic link. No protocol operation does this. Errors: as for creating a file. */
  symlink(path: VfsPath, target: string): void {
    const { directory, name, link } = this.#tree.target(path);
    if (link !== undefined) throw new VfsError('exists', name);
    this.#tree.add(directory, name, this.#tree.newNode('symlink', target));
  }

  statFs(): VfsFsInfo {
    const { capacity, used } = this.#tree.room;
    const free = BigInt(capacity - used);
    return {
      blockSize: BLOCK,
      totalBytes: BigInt(capacity),
      freeBytes: free,
      availableBytes: free,
      device: this.#tree.device,
      maxNameLength: MAX_NAME_UNITS,
    };
  }

  dispose(): void {}

  #existing(link: MemoryLink, options: VfsOpenOptions): MemoryHandle {
    if (options.disposition === 'create') throw new VfsError('exists', link.name);
    const { kind } = link.node;
    if (options.kind === 'file' && kind === 'directory') throw new VfsError('is-directory', link.name);
    if (options.kind === 'directory' && kind !== 'directory') throw new VfsError('not-directory', link.name);
    if (this.features.readOnly && (options.data === 'write' || options.data === 'read-write')) {
      throw new VfsError('read-only');
    }
    return new MemoryHandle(this.#tree, link, options.data);
  }
}

/**
 * Makes a file system in memory. Its root is empty, or has `files` in it.
 *
 * Errors: TypeError for a path in `files` that cannot be made, which names the path; VfsError
 * `no-space` or `too-large` for files that do not fit.
 */
export function createMemoryVfs(options: MemoryVfsOptions = {}): MemoryVfs {
  return new MemoryVfs(options);
}
