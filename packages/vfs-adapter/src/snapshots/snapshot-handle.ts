import { chain } from '../maybe.ts';
import {
  type MaybePromise,
  type VfsDirCursor,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsHandle,
  type VfsPath,
  type VfsStat,
  type VfsStream,
} from '../vfs.ts';

/**
 * An open file of a snapshot: what the snapshot's own back end has, under the snapshot's name. It
 * can only be read. That back end refuses changes as well; this class does not even ask it.
 */
export class SnapshotHandle implements VfsHandle {
  readonly isSnapshot = true;
  readonly kind: VfsHandle['kind'];
  readonly identity: string;
  readonly #inner: VfsHandle;
  readonly #snapshot: string;
  readonly #closed: () => void;

  /**
   * @param snapshot the name that all its paths begin with
   * @param closed called once, when the handle is closed
   */
  constructor(inner: VfsHandle, snapshot: string, closed: () => void) {
    this.kind = inner.kind;
    // A file may also be a link of one that is not in the snapshot, and then must not have its
    // caches and locks: what was is not what is.
    this.identity = `${snapshot}:${inner.identity}`;
    this.#inner = inner;
    this.#snapshot = snapshot;
    this.#closed = closed;
  }

  get features(): VfsFeatures | undefined {
    const { features } = this.#inner;
    return features && { ...features, readOnly: true };
  }

  get statFs(): (() => MaybePromise<VfsFsInfo>) | undefined {
    const inner = this.#inner;
    return inner.statFs && (() => inner.statFs!());
  }

  get permitted(): (() => number | undefined) | undefined {
    const inner = this.#inner;
    return inner.permitted && (() => inner.permitted!());
  }

  path(): MaybePromise<VfsPath> {
    return chain(this.#inner.path(), (path) => [this.#snapshot, ...path]);
  }

  stat(): MaybePromise<VfsStat> {
    return this.#inner.stat();
  }

  read(into: Uint8Array, offset: number): MaybePromise<number> {
    return this.#inner.read(into, offset);
  }

  allocatedRanges(
    offset: bigint,
    length: bigint,
    max?: number,
  ): MaybePromise<readonly { offset: bigint; length: bigint }[]> {
    return this.#inner.allocatedRanges(offset, length, max);
  }

  copyTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): MaybePromise<bigint> {
    if (this.#inner.copyTo === undefined) throw new VfsError('not-supported', 'copyTo');
    return this.#inner.copyTo(target, from, to, length);
  }

  cloneTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): MaybePromise<void> {
    if (this.#inner.cloneTo === undefined) throw new VfsError('not-supported', 'cloneTo');
    return this.#inner.cloneTo(target, from, to, length);
  }

  list(): MaybePromise<VfsDirCursor> {
    return this.#inner.list();
  }

  lookup(name: string): MaybePromise<VfsDirEntry | undefined> {
    return this.#inner.lookup(name);
  }

  readLink(): MaybePromise<string> {
    return this.#inner.readLink();
  }

  getSecurityDescriptor(asOf?: VfsStat): MaybePromise<Uint8Array | undefined> {
    return this.#inner.getSecurityDescriptor(asOf);
  }

  listEas(asOf?: VfsStat): MaybePromise<readonly VfsEa[]> {
    return this.#inner.listEas(asOf);
  }

  listStreams(): MaybePromise<readonly VfsStream[]> {
    return this.#inner.listStreams();
  }

  getStream(name: string): MaybePromise<Uint8Array | undefined> {
    return this.#inner.getStream(name);
  }

  /** Nothing has changed, so nothing has to be written. */
  flush(): void {}

  write(): never {
    throw past();
  }

  truncate(): never {
    throw past();
  }

  allocate(): never {
    throw past();
  }

  zero(): never {
    throw past();
  }

  set(): never {
    throw past();
  }

  rename(): never {
    throw past();
  }

  link(): never {
    throw past();
  }

  unlink(): never {
    throw past();
  }

  setSecurityDescriptor(): never {
    throw past();
  }

  setEa(): never {
    throw past();
  }

  setStream(): never {
    throw past();
  }

  close(): MaybePromise<void> {
    this.#closed();
    return this.#inner.close();
  }
}

function past(): VfsError {
  return new VfsError('read-only', 'a snapshot');
}
