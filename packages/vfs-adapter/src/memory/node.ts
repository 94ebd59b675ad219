import { DosAttributes } from '../attributes.ts';
import type { VfsStat } from '../vfs.ts';
import type { SparseData } from './sparse-data.ts';

/** One name of a node. Handles hold this object, so that they follow the name when it is moved. */
export interface MemoryLink {
  name: string;
  /**
   * The directory that the name is in, or was in last if the name has been removed. Undefined for
   * the root.
   */
  parent: MemoryNode | undefined;
  readonly node: MemoryNode;
  /** False once the name has been removed. */
  live: boolean;
  /**
   * The name of the same file that this name was moved onto. A handle that holds this name uses
   * that one from then on.
   */
  became: MemoryLink | undefined;
  /**
   * A number that counts up with every name made or moved. A listing ends at the names that existed
   * when it began.
   */
  order: number;
}

/** A file, directory or symbolic link: everything but its names. */
export class MemoryNode {
  readonly inode: bigint;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** A file's bytes. */
  readonly data: SparseData | undefined;
  /**
   * A directory's names by their key. The key is the folded name, or the name itself if case
   * matters.
   */
  readonly entries: Map<string, MemoryLink> | undefined;
  /** A symbolic link's target. */
  readonly target: string;
  attributes: number;
  birthTime: bigint;
  accessTime: bigint;
  writeTime: bigint;
  changeTime: bigint;
  mode: number;
  /**
   * The number of names in directories. As in POSIX, a directory counts itself and its
   * subdirectories' `..`.
   */
  linkCount: number;
  openCount = 0;
  /** Bytes reserved by allocate. */
  reserved = 0;
  securityDescriptor: Uint8Array | undefined = undefined;
  /** Extended attributes by folded name. */
  eas: Map<string, { name: string; value: Uint8Array }> | undefined = undefined;
  /** Named streams by folded name. */
  streams: Map<string, { name: string; value: Uint8Array }> | undefined = undefined;

  constructor(inode: bigint, body: SparseData | Map<string, MemoryLink> | string, now: bigint) {
    this.inode = inode;
    this.kind = typeof body === 'string' ? 'symlink' : body instanceof Map ? 'directory' : 'file';
    this.data = typeof body === 'string' || body instanceof Map ? undefined : body;
    this.entries = body instanceof Map ? body : undefined;
    this.target = typeof body === 'string' ? body : '';
    this.attributes = NEW_ATTRIBUTES[this.kind] ?? 0;
    this.birthTime = now;
    this.accessTime = now;
    this.writeTime = now;
    this.changeTime = now;
    this.mode = this.kind === 'directory' ? 0o755 : 0o644;
    this.linkCount = this.kind === 'directory' ? 2 : 1;
  }

  stat(device: bigint): VfsStat {
    return {
      kind: this.kind,
      size: BigInt(this.data?.size ?? this.target.length),
      allocationSize: BigInt(this.data === undefined ? 0 : Math.max(this.data.allocated, this.reserved)),
      birthTime: this.birthTime,
      accessTime: this.accessTime,
      writeTime: this.writeTime,
      changeTime: this.changeTime,
      linkCount: this.linkCount,
      attributes: this.attributes,
      inode: this.inode,
      device,
      uid: 0,
      gid: 0,
      mode: this.mode,
    };
  }

  /** Notes that content (the bytes, or a directory's names) changed. */
  touch(now: bigint): void {
    this.writeTime = now;
    this.changeTime = now;
  }

  /** Frees the bytes once neither a name nor a handle is left. */
  release(): void {
    if (this.linkCount === 0 && this.openCount === 0) this.data?.free();
  }
}

/** The attributes of new nodes. A new file has ARCHIVE. */
const NEW_ATTRIBUTES: Readonly<Record<string, number>> = {
  file: DosAttributes.ARCHIVE,
  directory: DosAttributes.DIRECTORY,
};
