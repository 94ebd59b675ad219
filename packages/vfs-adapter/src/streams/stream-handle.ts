import { chain } from '../maybe.ts';
import {
  type MaybePromise,
  type VfsChanges,
  type VfsDirCursor,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsHandle,
  type VfsIdentity,
  type VfsPath,
  type VfsPosixAcl,
  type VfsPosixWish,
  type VfsStat,
  type VfsStream,
} from '../vfs.ts';

/** A named stream that is open: what its handles have in common. */
export interface OpenStream {
  /** Identity of the stream's file. */
  readonly file: string;
  readonly identity: string;
  name: string;
  /** The number of open handles. */
  handles: number;
  /**
   * The file, opened to be read and written. Set once the stream has become the unnamed stream of
   * its file.
   */
  data: VfsHandle | undefined;
  /**
   * The stream's name is gone. It has no bytes any more, even if another stream has the name now.
   */
  unlinked: boolean;
}

/** What a handle needs from OpenStreams, which knows all handles. */
export interface StreamKeeper {
  /**
   * Runs a change that cannot be made at once. It waits until no other change of the file's streams
   * is under way.
   */
  alone(change: () => Promise<void>): Promise<void>;
  /**
   * The same for a change that can be made at once. It is made at once if no other change is under
   * way.
   */
  inTurn(change: () => MaybePromise<void>): MaybePromise<void>;
  /** Notes that the name is gone. A stream that gets the name later is another stream. */
  unlinked(): void;
  closed(): Promise<void>;
}

/**
 * A stream as a file. Its bytes are its own; its times, attributes and descriptor are the base
 * file's. Made by OpenStreams. A stream that has become the unnamed stream acts as the file from
 * then on.
 */
export class StreamHandle implements VfsHandle {
  readonly kind = 'file';
  readonly stream: OpenStream;
  readonly base: VfsHandle;
  readonly #keeper: StreamKeeper;
  #isClosed = false;

  constructor(stream: OpenStream, base: VfsHandle, keeper: StreamKeeper) {
    this.stream = stream;
    this.base = base;
    this.#keeper = keeper;
  }

  get identity(): string {
    return this.stream.data?.identity ?? this.stream.identity;
  }

  get file(): VfsHandle | undefined {
    return this.stream.data === undefined ? this.base : undefined;
  }

  get streamName(): string | undefined {
    return this.stream.data === undefined ? this.stream.name : undefined;
  }

  get features(): VfsFeatures | undefined {
    return this.base.features;
  }

  async path(): Promise<VfsPath> {
    if (this.stream.data !== undefined) return this.base.path();
    const path = await this.base.path();
    return [...path.slice(0, -1), `${path.at(-1) ?? ''}:${this.stream.name}`];
  }

  async stat(): Promise<VfsStat> {
    if (this.stream.data !== undefined) return this.stream.data.stat();
    if (this.stream.unlinked) return { ...(await this.base.stat()), kind: 'file', size: 0n, linkCount: 0 };
    const size = BigInt((await this.#content()).length);
    const stat = await this.base.stat();
    return { ...stat, kind: 'file', size, allocationSize: size, attributes: stat.attributes & ~DIRECTORY };
  }

  /** Undefined if the back end has no sizes for single files. */
  get statFs(): (() => MaybePromise<VfsFsInfo>) | undefined {
    const { base } = this;
    return base.statFs && (() => base.statFs!());
  }

  /** Undefined if the back end has no users of the system. */
  get permitted(): (() => number | undefined) | undefined {
    const { base } = this;
    return base.permitted && (() => base.permitted!());
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    if (this.stream.data !== undefined) return this.stream.data.read(into, offset);
    const bytes = (await this.#content()).subarray(offset, offset + into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(from: Uint8Array, offset: number): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.stream.data.write(from, offset);
    return this.#change((content) => {
      const grown = resized(content, Math.max(content.length, checkedSize(offset + from.length)));
      grown.set(from, offset);
      return grown;
    });
  }

  truncate(size: bigint): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.stream.data.truncate(size);
    return this.#change((content) => resized(content, checkedSize(Number(size))));
  }

  allocate(size: bigint): MaybePromise<void> {
    return this.stream.data?.allocate(size);
  }

  flush(): MaybePromise<void> {
    return (this.stream.data ?? this.base).flush();
  }

  zero(offset: bigint, length: bigint): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.stream.data.zero(offset, length);
    return this.#change((content) => content.fill(0, Number(offset), Number(offset + length)));
  }

  async allocatedRanges(
    offset: bigint,
    length: bigint,
    max?: number,
  ): Promise<readonly { offset: bigint; length: bigint }[]> {
    if (this.stream.data !== undefined) return this.stream.data.allocatedRanges(offset, length, max);
    const size = BigInt((await this.#content()).length);
    const end = offset + length < size ? offset + length : size;
    return end > offset ? [{ offset, length: end - offset }] : [];
  }

  async copyTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): Promise<bigint> {
    const { data } = this.stream;
    if (data !== undefined) {
      if (data.copyTo === undefined) throw new VfsError('not-supported', 'copyTo');
      return data.copyTo(target, from, to, length);
    }
    const bytes = (await this.#content()).subarray(Number(from), Number(from + length));
    await target.write(bytes, Number(to));
    return BigInt(bytes.length);
  }

  set(changes: VfsChanges): MaybePromise<void> {
    return this.base.set(changes);
  }

  list(): VfsDirCursor {
    throw new VfsError('not-directory');
  }

  lookup(): VfsDirEntry | undefined {
    throw new VfsError('not-directory');
  }

  rename(to: VfsPath, replace: boolean): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.base.rename(to, replace);
    throw new VfsError('invalid', 'a stream has no path of its own');
  }

  link(to: VfsPath, replace: boolean): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.base.link(to, replace);
    throw new VfsError('invalid', 'a stream has no links');
  }

  unlink(identity?: VfsIdentity): MaybePromise<void> {
    if (this.stream.data !== undefined) return this.base.unlink(identity);
    return this.#keeper.alone(async () => {
      const removed = this.base.setStream(this.stream.name, undefined);
      if (removed instanceof Promise) await removed;
      this.#keeper.unlinked();
    });
  }

  readLink(): string {
    throw new VfsError('invalid');
  }

  getSecurityDescriptor(): MaybePromise<Uint8Array | undefined> {
    return this.base.getSecurityDescriptor();
  }

  setSecurityDescriptor(descriptor: Uint8Array, posix?: VfsPosixWish): MaybePromise<void> {
    return this.base.setSecurityDescriptor(descriptor, posix);
  }

  posixAcl(): MaybePromise<VfsPosixAcl | undefined> {
    return this.base.posixAcl?.();
  }

  listEas(): MaybePromise<readonly VfsEa[]> {
    // The `stat` of a stream differs from the one that the file gave, so it is not passed on.
    return this.base.listEas();
  }

  setEa(name: string, value: Uint8Array): MaybePromise<void> {
    return this.base.setEa(name, value);
  }

  listStreams(): MaybePromise<readonly VfsStream[]> {
    return this.base.listStreams();
  }

  getStream(name: string): MaybePromise<Uint8Array | undefined> {
    return this.base.getStream(name);
  }

  setStream(name: string, content: Uint8Array | undefined): MaybePromise<void> {
    return this.base.setStream(name, content);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // If a change of the stream's name is under way, this waits for it: that change is made through
    // this handle, or gives this handle another name.
    await this.#keeper.alone(async () => {
      try {
        await this.#keeper.closed();
      } finally {
        await this.base.close();
      }
    });
  }

  async #content(): Promise<Uint8Array> {
    const content = await this.base.getStream(this.stream.name);
    if (content === undefined) throw new VfsError('not-found', this.stream.name);
    return content;
  }

  /**
   * Reads the whole stream and writes the whole stream. No other change of the stream comes
   * between.
   */
  #change(change: (content: Uint8Array) => Uint8Array): MaybePromise<void> {
    return this.#keeper.inTurn(() =>
      chain(this.base.getStream(this.stream.name), (content) => this.#replace(content, change)),
    );
  }

  #replace(content: Uint8Array | undefined, change: (content: Uint8Array) => Uint8Array): MaybePromise<void> {
    if (content === undefined) throw new VfsError('not-found', this.stream.name);
    return this.base.setStream(this.stream.name, change(content));
  }
}

/** FILE_ATTRIBUTE_DIRECTORY: a stream of a directory is not a directory. */
const DIRECTORY = 0x10;
/**
 * More bytes than any back end holds in a stream. It keeps a write at a large offset from taking
 * memory.
 */
const MAX_STREAM = 1 << 20;

function checkedSize(size: number): number {
  if (size > MAX_STREAM) throw new VfsError('too-large');
  return size;
}

function resized(content: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size);
  result.set(content.subarray(0, size));
  return result;
}
