import {
  type MaybePromise,
  type Vfs,
  type VfsDirCursor,
  VfsError,
  type VfsHandle,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '@tsmbd/vfs-adapter';
import { Faults } from './faults.ts';

/** Calls that may fail. */
export const FAULTS = [
  ...([
    'open',
    'stat',
    'truncate',
    'unlink',
    'unlink',
    'rename',
    'write',
    'close',
    'set',
    'read',
    'zero',
    'copyTo',
  ] as const),
  ...(['setStream', 'getStream', 'listStreams', 'link', 'list', 'path', 'allocate', 'flush', 'next'] as const),
];

/** Calls that a slow disk may delay. */
export const GATES = [
  ...(['open', 'stat', 'truncate', 'unlink', 'rename', 'write', 'close', 'set'] as const),
  ...(['read', 'zero', 'copyTo', 'setStream', 'flush'] as const),
];
export type Gate = (typeof GATES)[number];

/**
 * A disk whose next call of a kind can be held until it is released, so that everything that an
 * engine checked before the call can change meanwhile. It also counts the handles that are still
 * open. It outlives the servers that use it.
 */
export class GatedDisk {
  readonly inner: Vfs;
  readonly #armed = new Map<string, number>();
  #held: (() => void)[] = [];
  readonly #open = new Set<VfsHandle>();
  /** Handles of files that their call has made. */
  readonly #made = new WeakSet<VfsHandle>();
  /**
   * Called for each name that is removed, with the handle, the name, and whether the file was made
   * through that handle.
   */
  onRemoved: ((handle: VfsHandle, path: VfsPath, wasMade: boolean) => void) | undefined;
  #working = 0;
  readonly faults = new Faults();

  constructor(inner: Vfs) {
    this.inner = inner;
  }

  /** The number of open handles. */
  get openHandles(): number {
    return this.#open.size;
  }

  /** The number of calls that wait to be released. */
  get held(): number {
    return this.#held.length;
  }

  /** The number of calls that the back end itself is working on. */
  get working(): number {
    return this.#working;
  }

  /** The next call of this kind is held. */
  hold(gate: Gate): void {
    this.#armed.set(gate, (this.#armed.get(gate) ?? 0) + 1);
  }

  /** Releases a held call. Calls that have not been made yet are no longer held. */
  release(index = 0): void {
    this.#armed.clear();
    this.#held.splice(index % (this.#held.length || 1), 1)[0]?.();
  }

  /** The disk as one server sees it. */
  mount(): MountedVfs {
    return new MountedVfs(this);
  }

  /** All servers have died: no call that is held is waited for any more. */
  forgetHeld(): void {
    this.#armed.clear();
    this.#held = [];
  }

  /** A server has died: its calls never end, and the system closes what it had open. */
  async forget(handles: Iterable<VfsHandle>): Promise<void> {
    for (const handle of handles) {
      if (this.#open.delete(handle)) await handle.close();
    }
  }

  /**
   * The first bytes, as text, of a file that is open for reading, or of a stream of such a file;
   * undefined if there is none.
   */
  async bytesOf(identity: string, stream: string | undefined): Promise<string | undefined> {
    for (const handle of this.#open) {
      if (handle.identity !== identity) continue;
      try {
        const bytes = stream === undefined ? await firstBytes(handle) : await handle.getStream(stream);
        if (bytes !== undefined) return LATIN1.decode(bytes);
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
        // This handle was opened for something else.
      }
    }
    return undefined;
  }

  /** Names in a directory that is open; undefined if it is not open. */
  async namesIn(key: string): Promise<string[] | undefined> {
    for (const handle of this.#open) {
      if (handle.identity !== key || handle.kind !== 'directory') continue;
      const cursor = await handle.list();
      const names: string[] = [];
      for (let some = await cursor.next(100); some.length > 0; some = await cursor.next(100)) {
        names.push(...some.map(({ name }) => name));
      }
      cursor.close();
      return names;
    }
    return undefined;
  }

  /** Whether the root has that name. */
  async has(name: string): Promise<boolean> {
    try {
      const { handle } = await this.inner.open([name], { disposition: 'open', kind: 'any', data: 'none' });
      await handle.close();
      return true;
    } catch (error) {
      if (error instanceof VfsError && error.code === 'not-found') return false;
      throw error;
    }
  }

  /** Undefined if the call may go on at once. */
  pass(gate: string): Promise<void> | undefined {
    const armed = this.#armed.get(gate) ?? 0;
    if (armed === 0) return undefined;
    this.#armed.set(gate, armed - 1);
    return new Promise((resolve) => this.#held.push(resolve));
  }

  opened(handle: VfsHandle, created: boolean): void {
    this.#open.add(handle);
    if (created) this.#made.add(handle);
  }

  /** Removes a name. Reports which name it was, if the back end answers at once. */
  unlink(handle: VfsHandle): MaybePromise<void> {
    const path = handle.path();
    const done = handle.unlink();
    if (!(path instanceof Promise) && !(done instanceof Promise)) {
      this.onRemoved?.(handle, path, this.#made.has(handle));
    }
    return done;
  }

  closed(handle: VfsHandle): boolean {
    return this.#open.delete(handle);
  }

  isOpen(handle: VfsHandle): boolean {
    return this.#open.has(handle);
  }

  /** Counts a call that the back end does not answer at once. */
  track<T>(value: T): T {
    if (!(value instanceof Promise)) return value;
    this.#working++;
    const done = (): void => void this.#working--;
    value.then(done, done);
    return value;
  }
}

const CALLS: ReadonlySet<string> = new Set(GATES);
const NEVER = new Promise<never>(() => {});

/** No file in a schedule is larger than this. */
const MOST_BYTES = 64;
const LATIN1 = new TextDecoder('latin1');

async function firstBytes(handle: VfsHandle): Promise<Uint8Array | undefined> {
  if (handle.kind !== 'file') return undefined;
  const into = new Uint8Array(MOST_BYTES);
  return into.subarray(0, await handle.read(into, 0));
}

/** A disk as one server sees it, until that server dies. */
export class MountedVfs implements Vfs {
  readonly #disk: GatedDisk;
  readonly #handles = new Set<VfsHandle>();
  #dead = false;

  constructor(disk: GatedDisk) {
    this.#disk = disk;
  }

  get features(): Vfs['features'] {
    return this.#disk.inner.features;
  }

  /** From now on, nothing that the server asks for is done. */
  die(): Promise<void> {
    this.#dead = true;
    return this.#disk.forget(this.#handles);
  }

  async open(path: VfsPath, options: VfsOpenOptions): Promise<VfsOpened> {
    await this.#disk.pass('open');
    if (this.#dead) return NEVER;
    const opened = await this.#open(path, options);
    if (this.#dead) {
      await opened.handle.close();
      return NEVER;
    }
    this.#disk.opened(opened.handle, opened.created);
    this.#handles.add(opened.handle);
    return { ...opened, handle: this.#guard(opened.handle) };
  }

  /** A handle that was opened by a call that then fails belongs to nobody. */
  async #open(path: VfsPath, options: VfsOpenOptions): Promise<VfsOpened> {
    let opened: VfsOpened | undefined;
    const open = async (): Promise<VfsOpened> => {
      opened = await this.#disk.track(this.#disk.inner.open(path, options));
      return opened;
    };
    try {
      return (await this.#disk.faults.call('open', open)) as VfsOpened;
    } catch (error) {
      await opened?.handle.close();
      throw error;
    }
  }

  statFs(): ReturnType<Vfs['statFs']> {
    return this.#disk.inner.statFs();
  }

  dispose(): void {}

  /** A listing continues after the call that began it. */
  #watched(cursor: MaybePromise<VfsDirCursor>): MaybePromise<VfsDirCursor> {
    if (cursor instanceof Promise) return cursor.then((made) => this.#watched(made));
    const disk = this.#disk;
    const next = (max: number): unknown => disk.faults.call('next', () => disk.track(cursor.next(max)));
    return { next: next as VfsDirCursor['next'], close: () => cursor.close() };
  }

  /**
   * Wraps a handle so that its calls can be held. The engine gets each handle once, and closes it
   * once.
   */
  #guard(inner: VfsHandle): VfsHandle {
    const disk = this.#disk;
    const guarded = new Proxy(inner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (this.#dead) return NEVER;
          if (name === 'close' && !disk.isOpen(inner)) throw new Error('a handle is closed twice');
          const call = (): unknown => {
            if (this.#dead) return NEVER;
            if (name === 'close') {
              disk.closed(inner);
              this.#handles.delete(inner);
            }
            if (name === 'unlink') return disk.track(disk.unlink(inner));
            const result: unknown = value.apply(
              target,
              args.map((arg) => GUARDED.get(arg as VfsHandle) ?? arg),
            );
            return disk.track(name === 'list' ? this.#watched(result as MaybePromise<VfsDirCursor>) : result);
          };
          if (typeof name !== 'string') return call();
          const wait = CALLS.has(name) ? disk.pass(name) : undefined;
          const made = (): unknown => disk.faults.call(name, call);
          return wait === undefined ? made() : wait.then(made);
        };
      },
    });
    GUARDED.set(guarded, inner);
    return guarded;
  }
}

/** The back end's own handle. */
export function unguarded(handle: VfsHandle): VfsHandle {
  return GUARDED.get(handle) ?? handle;
}

/**
 * The back end's own handle of each wrapped handle. The back end gets its own handle when another
 * handle is an argument.
 */
const GUARDED = new WeakMap<VfsHandle, VfsHandle>();
