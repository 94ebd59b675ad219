import { DosAttributes, KEPT_ATTRIBUTES } from '../attributes.ts';
import { foldName } from '../case-fold.ts';
import { checkName } from '../path-names.ts';
import {
  type VfsChanges,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsHandle,
  type VfsOpenOptions,
  type VfsPath,
  type VfsStat,
  type VfsStream,
} from '../vfs.ts';
import { MemoryCursor } from './memory-cursor.ts';
import type { MemoryTree } from './memory-tree.ts';
import type { MemoryLink, MemoryNode } from './node.ts';
import type { SparseData } from './sparse-data.ts';

/** The longest value of an extended attribute, [MS-FSCC] 2.4.16. */
const MAX_EA_VALUE = 65_535;
/** The longest name of an extended attribute, [MS-FSCC] 2.4.16. */
const MAX_EA_NAME = 254;
/** Bytes moved at a time by copyTo. */
const COPY_CHUNK = 65_536;
/** Ranges that are shared begin at multiples of this. */
const BLOCK = 4096n;

/** An open file of a memory file system. Every method answers at once. */
export class MemoryHandle implements VfsHandle {
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly identity: string;
  readonly #tree: MemoryTree;
  readonly #node: MemoryNode;
  readonly #opened: MemoryLink;
  readonly #data: VfsOpenOptions['data'];
  #open = true;

  constructor(tree: MemoryTree, link: MemoryLink, data: VfsOpenOptions['data']) {
    this.#tree = tree;
    this.#opened = link;
    this.#node = link.node;
    this.#data = data;
    this.kind = link.node.kind;
    this.identity = `${tree.device}:${link.node.inode}`;
    link.node.openCount += 1;
  }

  path(): VfsPath {
    return this.#tree.path(this.#link);
  }

  stat(): VfsStat {
    this.#check();
    return this.#node.stat(this.#tree.device);
  }

  read(into: Uint8Array, offset: number): number {
    return this.#bytes(true).read(into, offset);
  }

  write(from: Uint8Array, offset: number): void {
    const data = this.#bytes(false);
    if (from.length === 0) return;
    data.write(from, offset);
    this.#node.touch(this.#tree.now());
  }

  truncate(size: bigint): void {
    const data = this.#bytes(false);
    if (size < 0n) throw new VfsError('invalid', 'negative size');
    data.truncate(Number(size));
    if (this.#node.reserved > data.size) this.#node.reserved = 0;
    this.#node.touch(this.#tree.now());
  }

  allocate(size: bigint): void {
    this.#bytes(false);
    if (size > BigInt(this.#tree.maxFileSize)) throw new VfsError('too-large');
    if (size > BigInt(this.#tree.room.capacity - this.#tree.room.used)) throw new VfsError('no-space');
    this.#node.reserved = Math.ceil(Number(size) / 4096) * 4096;
  }

  flush(): void {
    this.#check();
  }

  zero(offset: bigint, length: bigint): void {
    const data = this.#bytes(false);
    data.zero(Number(offset), Number(length));
    this.#node.touch(this.#tree.now());
  }

  allocatedRanges(offset: bigint, length: bigint, max = Infinity): readonly { offset: bigint; length: bigint }[] {
    return this.#bytes(undefined)
      .ranges(Number(offset), Number(length))
      .slice(0, max)
      .map(({ start, end }) => ({ offset: BigInt(start), length: BigInt(end - start) }));
  }

  copyTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): bigint {
    // `instanceof` is also true of a proxy of a handle, but a proxy has no private fields.
    if (!(target instanceof MemoryHandle && #tree in target && target.#tree === this.#tree)) {
      throw new VfsError('cross-device');
    }
    const source = this.#bytes(true);
    const sink = target.#bytes(false);
    const start = Number(from);
    const count = Math.max(0, Math.min(Number(length), source.size - start));
    // Like memmove: copies from the back if the target begins inside the source.
    const backward = source === sink && from < to;
    const chunk = new Uint8Array(Math.min(COPY_CHUNK, count));
    for (let done = 0; done < count; ) {
      const step = Math.min(chunk.length, count - done);
      const at = backward ? count - done - step : done;
      const part = chunk.subarray(0, step);
      source.read(part, start + at);
      sink.write(part, Number(to) + at);
      done += step;
    }
    if (count > 0) target.#node.touch(this.#tree.now());
    return BigInt(count);
  }

  /** Memory has no blocks to share, but what a client sees is the same. */
  cloneTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): void {
    const size = BigInt(this.#bytes(true).size);
    const isWhole = length % BLOCK === 0n || from + length === size;
    if (from % BLOCK !== 0n || to % BLOCK !== 0n || !isWhole || from + length > size) {
      throw new VfsError('invalid', 'not whole blocks');
    }
    this.copyTo(target, from, to, length);
  }

  set(changes: VfsChanges): void {
    this.#checkChange();
    const node = this.#node;
    node.changeTime = changes.changeTime ?? this.#tree.now();
    node.birthTime = changes.birthTime ?? node.birthTime;
    node.accessTime = changes.accessTime ?? node.accessTime;
    node.writeTime = changes.writeTime ?? node.writeTime;
    if (changes.mode !== undefined) node.mode = changes.mode & 0o7777;
    if (changes.attributes !== undefined) {
      node.attributes = (changes.attributes & KEPT_ATTRIBUTES) | (node.attributes & DosAttributes.DIRECTORY);
    }
  }

  list(): MemoryCursor {
    this.#check();
    return new MemoryCursor(this.#directory().entries!, this.#tree.order, this.#tree.device);
  }

  lookup(name: string): VfsDirEntry | undefined {
    this.#check();
    checkName(name);
    const link = this.#tree.entry(this.#directory(), name);
    return link && { name: link.name, stat: link.node.stat(this.#tree.device) };
  }

  rename(to: VfsPath, replace: boolean): void {
    const link = this.#nameToChange();
    const { directory, name, link: old } = this.#tree.target(to);
    if (this.#node.kind === 'directory') this.#refuseOwnDescendant(directory);
    if (old !== undefined && old !== link) this.#checkReplace(old, replace);
    if (old !== undefined && old !== link && old.node === this.#node) this.#tree.join(link, old);
    else if (old !== undefined && old !== link) this.#tree.remove(old);
    // If another name of the same file stood at the target, the target now gets the spelling that
    // was asked for.
    this.#tree.move(this.#link, directory, name);
  }

  link(to: VfsPath, replace: boolean): void {
    this.#nameToChange();
    if (this.#node.kind === 'directory') throw new VfsError('is-directory');
    const { directory, name, link: old } = this.#tree.target(to);
    if (old !== undefined) this.#checkReplace(old, replace);
    // The file has this name already, and the name keeps its spelling.
    if (old?.node === this.#node) return;
    this.#node.linkCount += 1;
    if (old !== undefined) this.#tree.remove(old);
    this.#tree.add(directory, name, this.#node);
    this.#node.changeTime = this.#tree.now();
  }

  unlink(): void {
    const link = this.#nameToChange();
    if (this.#node.entries !== undefined && this.#node.entries.size > 0) throw new VfsError('not-empty');
    this.#tree.remove(link);
  }

  readLink(): string {
    this.#check();
    if (this.#node.kind !== 'symlink') throw new VfsError('invalid', 'no symbolic link');
    return this.#node.target;
  }

  getSecurityDescriptor(): Uint8Array | undefined {
    this.#check();
    return this.#node.securityDescriptor?.slice();
  }

  setSecurityDescriptor(descriptor: Uint8Array): void {
    this.#checkChange();
    this.#node.securityDescriptor = Uint8Array.from(descriptor);
    this.#node.changeTime = this.#tree.now();
  }

  listStreams(): readonly VfsStream[] {
    this.#check();
    return [...(this.#node.streams?.values() ?? [])].map(({ name, value }) => ({ name, size: value.length }));
  }

  getStream(name: string): Uint8Array | undefined {
    this.#check();
    return this.#node.streams?.get(foldName(name))?.value.slice();
  }

  setStream(name: string, content: Uint8Array | undefined): void {
    this.#checkChange();
    const key = foldName(name);
    this.#node.streams ??= new Map();
    const held = this.#node.streams.get(key);
    if (content === undefined && held === undefined) throw new VfsError('not-found', name);
    if (content === undefined) this.#node.streams.delete(key);
    else this.#node.streams.set(key, { name: held?.name ?? name, value: Uint8Array.from(content) });
    this.#node.changeTime = this.#tree.now();
  }

  listEas(): readonly VfsEa[] {
    this.#check();
    return [...(this.#node.eas?.values() ?? [])].map(({ name, value }) => ({ name, value: value.slice() }));
  }

  setEa(name: string, value: Uint8Array): void {
    this.#checkChange();
    if (name === '' || name.length > MAX_EA_NAME) throw new VfsError('invalid-name', 'extended attribute');
    if (value.length > MAX_EA_VALUE) throw new VfsError('ea-too-large');
    const key = foldName(name);
    this.#node.eas ??= new Map();
    const held = this.#node.eas.get(key);
    if (value.length === 0) this.#node.eas.delete(key);
    else this.#node.eas.set(key, { name: held?.name ?? name, value: Uint8Array.from(value) });
    this.#node.changeTime = this.#tree.now();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#node.openCount -= 1;
    this.#node.release();
  }

  /** The name that the file was opened by, or the name that it was moved onto since. */
  get #link(): MemoryLink {
    let link = this.#opened;
    while (link.became !== undefined) link = link.became;
    return link;
  }

  #check(): void {
    if (!this.#open) throw new VfsError('invalid', 'closed');
  }

  #checkChange(): void {
    this.#check();
    if (this.#tree.readOnly) throw new VfsError('read-only');
  }

  /** The bytes, to be read (true), changed (false) or looked at (undefined). */
  #bytes(reading: boolean | undefined): SparseData {
    this.#check();
    const { data } = this.#node;
    if (data === undefined) throw new VfsError(this.kind === 'directory' ? 'is-directory' : 'symlink');
    const unfit = reading === true ? 'write' : 'read';
    if (reading !== undefined && (this.#data === 'none' || this.#data === unfit)) throw new VfsError('access-denied');
    if (reading === false && this.#tree.readOnly) throw new VfsError('read-only');
    return data;
  }

  #directory(): MemoryNode {
    if (this.#node.kind !== 'directory') throw new VfsError('not-directory');
    return this.#node;
  }

  #nameToChange(): MemoryLink {
    this.#checkChange();
    if (this.#link.parent === undefined) throw new VfsError('access-denied', 'the root');
    if (!this.#link.live) throw new VfsError('not-found', 'the name is gone');
    return this.#link;
  }

  #checkReplace(old: MemoryLink, replace: boolean): void {
    if (!replace) throw new VfsError('exists', old.name);
    if (old.node.kind === 'directory') throw new VfsError('access-denied', 'a directory is not replaced');
  }

  #refuseOwnDescendant(directory: MemoryNode): void {
    for (let at = this.#tree.linkOf(directory); at.parent !== undefined; at = this.#tree.linkOf(at.parent)) {
      if (at.node === this.#node) throw new VfsError('invalid', 'a directory cannot move into itself');
    }
  }
}
