import { foldName } from './case-fold.ts';
import {
  type MaybePromise,
  type VfsChanges,
  type VfsDirCursor,
  type VfsDirEntry,
  type VfsEa,
  VfsError,
  type VfsHandle,
  type VfsPath,
  type VfsStat,
  type VfsStream,
} from './vfs.ts';

/**
 * Opens a named stream of an open file or directory, which it then owns: closing the stream closes the file.
 * The stream is made when it is missing and `create` says so; refusals are `not-found` and `exists`.
 */
export async function openStream(
  base: VfsHandle,
  name: string,
  disposition: 'open' | 'create' | 'open-or-create',
): Promise<{ handle: VfsHandle; created: boolean }> {
  const held = (await base.listStreams()).find((stream) => foldName(stream.name) === foldName(name));
  if (held === undefined) {
    if (disposition === 'open') throw new VfsError('not-found', name);
    await base.setStream(name, new Uint8Array(0));
  } else if (disposition === 'create') {
    throw new VfsError('exists', name);
  }
  return { handle: new StreamHandle(base, held?.name ?? name), created: held === undefined };
}

/** A stream as a file: its bytes are its own, its times, attributes and descriptor are the base file's. */
class StreamHandle implements VfsHandle {
  readonly kind = 'file';
  readonly identity: string;
  readonly fileIdentity: string;
  readonly #base: VfsHandle;
  readonly #name: string;

  constructor(base: VfsHandle, name: string) {
    this.#base = base;
    this.#name = name;
    this.fileIdentity = base.identity;
    this.identity = `${base.identity}:${foldName(name)}`;
  }

  async path(): Promise<VfsPath> {
    const path = await this.#base.path();
    return [...path.slice(0, -1), `${path.at(-1) ?? ''}:${this.#name}`];
  }

  async stat(): Promise<VfsStat> {
    const size = BigInt((await this.#content()).length);
    const stat = await this.#base.stat();
    return { ...stat, kind: 'file', size, allocationSize: size, attributes: stat.attributes & ~DIRECTORY };
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    const bytes = (await this.#content()).subarray(offset, offset + into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(from: Uint8Array, offset: number): Promise<void> {
    return this.#change((content) => {
      const grown = resized(content, Math.max(content.length, checkedSize(offset + from.length)));
      grown.set(from, offset);
      return grown;
    });
  }

  truncate(size: bigint): Promise<void> {
    return this.#change((content) => resized(content, checkedSize(Number(size))));
  }

  allocate(): void {}

  flush(): MaybePromise<void> {
    return this.#base.flush();
  }

  zero(offset: bigint, length: bigint): Promise<void> {
    return this.#change((content) => content.fill(0, Number(offset), Number(offset + length)));
  }

  async allocatedRanges(offset: bigint, length: bigint): Promise<readonly { offset: bigint; length: bigint }[]> {
    const size = BigInt((await this.#content()).length);
    const end = offset + length < size ? offset + length : size;
    return end > offset ? [{ offset, length: end - offset }] : [];
  }

  async copyTo(target: VfsHandle, from: bigint, to: bigint, length: bigint): Promise<bigint> {
    const bytes = (await this.#content()).subarray(Number(from), Number(from + length));
    await target.write(bytes, Number(to));
    return BigInt(bytes.length);
  }

  set(changes: VfsChanges): MaybePromise<void> {
    return this.#base.set(changes);
  }

  list(): VfsDirCursor {
    throw new VfsError('not-directory');
  }

  lookup(): VfsDirEntry | undefined {
    throw new VfsError('not-directory');
  }

  rename(): void {
    throw new VfsError('not-supported', 'renaming a stream');
  }

  link(): void {
    throw new VfsError('not-supported', 'linking a stream');
  }

  unlink(): MaybePromise<void> {
    return this.#base.setStream(this.#name, undefined);
  }

  readLink(): string {
    throw new VfsError('invalid');
  }

  getSecurityDescriptor(): MaybePromise<Uint8Array | undefined> {
    return this.#base.getSecurityDescriptor();
  }

  setSecurityDescriptor(descriptor: Uint8Array): MaybePromise<void> {
    return this.#base.setSecurityDescriptor(descriptor);
  }

  listEas(): MaybePromise<readonly VfsEa[]> {
    // The stream's own stat is not one that the file gave.
    return this.#base.listEas();
  }

  setEa(name: string, value: Uint8Array): MaybePromise<void> {
    return this.#base.setEa(name, value);
  }

  listStreams(): MaybePromise<readonly VfsStream[]> {
    return this.#base.listStreams();
  }

  getStream(name: string): MaybePromise<Uint8Array | undefined> {
    return this.#base.getStream(name);
  }

  setStream(name: string, content: Uint8Array | undefined): MaybePromise<void> {
    return this.#base.setStream(name, content);
  }

  close(): MaybePromise<void> {
    return this.#base.close();
  }

  async #content(): Promise<Uint8Array> {
    const content = await this.#base.getStream(this.#name);
    if (content === undefined) throw new VfsError('not-found', this.#name);
    return content;
  }

  /** Reads the stream whole and writes it whole; in one step where the back end answers at once. */
  async #change(change: (content: Uint8Array) => Uint8Array): Promise<void> {
    const now = this.#base.getStream(this.#name);
    const content = now instanceof Promise ? await now : now;
    if (content === undefined) throw new VfsError('not-found', this.#name);
    await this.#base.setStream(this.#name, change(content));
  }
}

/** FILE_ATTRIBUTE_DIRECTORY: a directory's stream is none. */
const DIRECTORY = 0x10;
/** More than any back end holds in a stream; keeps a far offset from taking memory. */
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
