import { foldName, sameName } from '../case-fold.ts';
import { type MaybePromise, VfsError, type VfsHandle, type VfsOpened } from '../vfs.ts';
import { type OpenStream, StreamHandle } from './stream-handle.ts';

/** The stream that already has the name that another stream is to get. */
export interface StreamTarget {
  /** Bytes. */
  readonly size: number;
  /** Somebody has the stream open. */
  readonly isOpen: boolean;
}

/**
 * Checks the stream that already has the new name, if there is one. Throws if that stream must not
 * be replaced.
 */
export type StreamCheck = (target: StreamTarget | undefined) => void;

/**
 * The named streams that are open. All handles of a stream share one stream, whatever its name is
 * by now, and even if it has become its file's unnamed stream. So a stream's identity is not its
 * name; it lasts as long as somebody has the stream open. One object of this class serves all
 * shares of a process, because a file may be in several shares. [MS-FSA] 2.1.1.4
 *
 * If the back end answers at once, nothing else happens to a file's streams between the steps of a
 * change. If the back end takes time, the changes of a file's streams are made one after the other.
 */
export class OpenStreams {
  /** By the identity of the file, then by folded name of the stream. */
  readonly #byFile = new Map<string, Map<string, OpenStream>>();
  readonly #busy = new Map<string, Promise<unknown>>();
  #next = 1;

  /**
   * Opens a named stream of an open file or directory. The stream then owns that handle: closing
   * the stream closes the file. If the stream is missing and `disposition` allows it, the stream is
   * made. Refusals are `not-found` and `exists`.
   */
  open(base: VfsHandle, name: string, disposition: 'open' | 'create' | 'open-or-create'): Promise<VfsOpened> {
    return this.#alone(base.identity, async () => {
      const listed = base.listStreams();
      const held = (listed instanceof Promise ? await listed : listed).find((stream) => sameName(stream.name, name));
      if (held === undefined) {
        if (disposition === 'open') throw new VfsError('not-found', name);
        const made = base.setStream(name, new Uint8Array(0));
        if (made instanceof Promise) await made;
      } else if (disposition === 'create') {
        throw new VfsError('exists', name);
      }
      const handle = this.#handle(this.#stream(base.identity, held?.name ?? name), base);
      return { handle, created: held === undefined };
    });
  }

  /**
   * Gives the stream of `handle` another name. All its handles keep what they have. A stream that
   * already has the new name is removed.
   */
  rename({ stream, base }: StreamHandle, to: string, check: StreamCheck): Promise<void> {
    return this.#alone(stream.file, async () => {
      const from = stream.name;
      const target = this.#target(base, to);
      check(target instanceof Promise ? await target : target);
      const got = base.getStream(from);
      const content = got instanceof Promise ? await got : got;
      if (content === undefined) throw new VfsError('not-found', from);
      // The bytes are stored under the new name first and removed from the old one after that, so
      // that they always exist under at least one name.
      const set = base.setStream(to, content);
      if (set instanceof Promise) await set;
      this.#forget(stream);
      stream.name = to;
      this.#remember(stream);
      const removed = base.setStream(from, undefined);
      if (removed instanceof Promise) await removed;
    });
  }

  /**
   * The stream of `handle` becomes the unnamed stream of its file.
   *
   * @param data the file, opened to be read and written; from now on it belongs to the stream, and
   *   is closed with the stream's last handle
   * @param check throws if the file has bytes, or is open
   * @param done called in the turn in which the stream's identity becomes the file's
   */
  becomeUnnamed({ stream, base }: StreamHandle, data: VfsHandle, check: StreamCheck, done: () => void): Promise<void> {
    return this.#alone(stream.file, async () => {
      const got = base.getStream(stream.name);
      const content = got instanceof Promise ? await got : got;
      if (content === undefined) throw new VfsError('not-found', stream.name);
      const looked = data.stat();
      const { size } = looked instanceof Promise ? await looked : looked;
      check({ size: Number(size), isOpen: false });
      const written = data.write(content, 0);
      if (written instanceof Promise) await written;
      this.#forget(stream);
      stream.data = data;
      done();
      const removed = base.setStream(stream.name, undefined);
      if (removed instanceof Promise) await removed;
    });
  }

  /**
   * The bytes of a file become a named stream, and the file is empty afterwards.
   *
   * @param data the file, opened to be read and written; the caller closes it
   * @param limit the most bytes that are moved; if there are more, it refuses with `too-large`
   * @param check called again, with nothing, when the bytes are in place; if it throws then, the
   *   move is undone
   * @param done called in the turn in which the bytes become the stream's. It gets a function that
   *   makes a handle of the file a handle of the stream, which owns the file's handle from then on
   */
  nameUnnamed(
    data: VfsHandle,
    to: string,
    limit: number,
    check: StreamCheck,
    done: (streamOf: (base: VfsHandle) => VfsHandle) => void,
  ): Promise<void> {
    return this.#alone(data.identity, async () => {
      const target = this.#target(data, to);
      const found = target instanceof Promise ? await target : target;
      check(found);
      const looked = data.stat();
      const { size } = looked instanceof Promise ? await looked : looked;
      if (size > BigInt(limit)) throw new VfsError('too-large', to);
      const content = new Uint8Array(Number(size));
      const read = data.read(content, 0);
      if (read instanceof Promise) await read;
      const set = data.setStream(to, content);
      if (set instanceof Promise) await set;
      try {
        check(undefined);
      } catch (error) {
        await data.setStream(to, found === undefined ? undefined : new Uint8Array(0));
        throw error;
      }
      const stream = this.#stream(data.identity, to);
      done((base) => this.#handle(stream, base));
      const emptied = data.truncate(0n);
      if (emptied instanceof Promise) await emptied;
    });
  }

  /** Removes a stream of an open file, unless somebody has it open. */
  removeUnused(base: VfsHandle, name: string): Promise<void> {
    return this.#alone(base.identity, async () => {
      if (this.#byFile.get(base.identity)?.has(foldName(name)) !== true) await base.setStream(name, undefined);
    });
  }

  #target(base: VfsHandle, name: string): StreamTarget | undefined | Promise<StreamTarget | undefined> {
    const listed = base.listStreams();
    const find = (streams: Awaited<typeof listed>): StreamTarget | undefined => {
      const held = streams.find((stream) => sameName(stream.name, name));
      if (held === undefined) return undefined;
      return { size: held.size, isOpen: this.#byFile.get(base.identity)?.has(foldName(name)) === true };
    };
    return listed instanceof Promise ? listed.then(find) : find(listed);
  }

  #handle(stream: OpenStream, base: VfsHandle): StreamHandle {
    stream.handles += 1;
    return new StreamHandle(stream, base, {
      alone: (change) => this.#alone(stream.file, change),
      inTurn: (change) => this.#inTurn(stream.file, change),
      unlinked: () => {
        stream.unlinked = true;
        this.#forget(stream);
      },
      closed: () => this.#closed(stream),
    });
  }

  #stream(file: string, name: string): OpenStream {
    const known = this.#byFile.get(file)?.get(foldName(name));
    if (known !== undefined) return known;
    const stream: OpenStream = {
      file,
      identity: `${file}:${this.#next}`,
      name,
      handles: 0,
      data: undefined,
      unlinked: false,
    };
    this.#next += 1;
    this.#remember(stream);
    return stream;
  }

  async #closed(stream: OpenStream): Promise<void> {
    stream.handles -= 1;
    if (stream.handles > 0) return;
    this.#forget(stream);
    await stream.data?.close();
  }

  #remember(stream: OpenStream): void {
    const streams = this.#byFile.get(stream.file) ?? new Map<string, OpenStream>();
    this.#byFile.set(stream.file, streams.set(foldName(stream.name), stream));
  }

  #forget(stream: OpenStream): void {
    const streams = this.#byFile.get(stream.file);
    if (streams?.get(foldName(stream.name)) !== stream) return;
    streams.delete(foldName(stream.name));
    if (streams.size === 0) this.#byFile.delete(stream.file);
  }

  async #alone<T>(file: string, change: () => Promise<T>): Promise<T> {
    for (let before = this.#busy.get(file); before !== undefined; before = this.#busy.get(file)) {
      await before.catch(() => {});
    }
    return this.#whileBusy(file, change());
  }

  /**
   * The same for a change that can be made at once. It is made at once if no other change is under
   * way.
   */
  #inTurn(file: string, change: () => MaybePromise<void>): MaybePromise<void> {
    if (this.#busy.has(file)) return this.#alone(file, async () => change());
    const done = change();
    return done instanceof Promise ? this.#whileBusy(file, done) : undefined;
  }

  async #whileBusy<T>(file: string, done: Promise<T>): Promise<T> {
    this.#busy.set(file, done);
    try {
      return await done;
    } finally {
      if (this.#busy.get(file) === done) this.#busy.delete(file);
    }
  }
}
