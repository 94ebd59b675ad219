import { Worker } from 'node:worker_threads';
import { Errno } from '../constants.ts';
import type { Native } from '../native.ts';
import { procPath } from '../xattrs.ts';
import { In, type InotifyEvent, MASK, parseEvents } from './events.ts';

/** Who is told of the events of one directory. */
export interface DirectoryListener {
  /**
   * The next event is handed along, because a rename is two. Returns true when it was dealt with
   * too.
   */
  event(wd: number, event: InotifyEvent, next: InotifyEvent | undefined): boolean;
  /** More happened than the system keeps, or the directory cannot be watched any more. */
  lost(): void;
}

const IN_NONBLOCK = 0x800;
const IN_CLOEXEC = 0x80000;
const IN_MASK_CREATE = 0x1000_0000;

/** The process's one inotify instance: a directory that several watch has one watch. inotify(7) */
export class Inotify {
  readonly #fd: number;
  readonly #wake: number;
  readonly #addWatch: ReturnType<Native['func']>;
  readonly #removeWatch: ReturnType<Native['func']>;
  readonly #native: Native;
  readonly #listeners = new Map<number, Set<DirectoryListener>>();
  /**
   * Who joined a watch and is told nothing of it until the event of this mark: what comes before
   * happened before.
   */
  #joining: { readonly mark: number; readonly wd: number; readonly listener: DirectoryListener }[] = [];

  /** Throws when the system allows no more instances. */
  constructor(native: Native) {
    this.#native = native;
    this.#addWatch = native.func('inotify_add_watch', 'int', ['int', 'str', 'int64']);
    this.#removeWatch = native.func('inotify_rm_watch', 'int', ['int', 'int']);
    const write = native.func('write', 'int64', ['int', 'void *', 'int64']);
    this.#fd = native.func('inotify_init1', 'int', ['int'])(IN_NONBLOCK | IN_CLOEXEC);
    this.#wake = native.func('eventfd', 'int', ['int', 'int'])(0, IN_CLOEXEC);
    if (this.#fd < 0 || this.#wake < 0) throw new Error('no more inotify instances');
    const file = new URL(`./inotify-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const worker = new Worker(file, { workerData: { inotify: this.#fd, wake: this.#wake } });
    worker.on('message', (bytes: Uint8Array) => this.#received(bytes));
    worker.on('error', () => this.#lost());
    worker.unref();
    // A thread that waits in the system holds the process's end up.
    process.once('exit', () => write(this.#wake, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]), 8));
  }

  /**
   * Watches the directory that an open descriptor is of: a watch descriptor, or -errno (ENOSPC: no
   * more watches).
   */
  add(directory: number, listener: DirectoryListener): number {
    const wd = this.#native.result(this.#addWatch(this.#fd, procPath(directory), MASK));
    if (wd < 0) return wd;
    const listeners = this.#listeners.get(wd);
    if (listeners === undefined) this.#listeners.set(wd, new Set([listener]));
    else {
      const mark = this.#mark();
      if (mark >= 0) this.#joining.push({ mark, wd, listener });
      listeners.add(listener);
    }
    return wd;
  }

  /**
   * Puts an event behind all that have happened: that of a watch that ends. Its descriptor, or
   * -errno.
   */
  #mark(): number {
    const mark = this.#native.result(
      this.#addWatch(this.#fd, '/proc/self/fdinfo', In.ONLYDIR | IN_MASK_CREATE | In.ATTRIB),
    );
    if (mark >= 0) this.#removeWatch(this.#fd, mark);
    return mark;
  }

  #isJoining(wd: number, listener: DirectoryListener): boolean {
    return this.#joining.some((joining) => joining.wd === wd && joining.listener === listener);
  }

  remove(wd: number, listener: DirectoryListener): void {
    const listeners = this.#listeners.get(wd);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(wd);
    this.#removeWatch(this.#fd, wd);
  }

  #received(bytes: Uint8Array): void {
    const events = parseEvents(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const done = new Map<DirectoryListener, InotifyEvent>();
    for (const [i, event] of events.entries()) {
      if ((event.mask & In.Q_OVERFLOW) !== 0) {
        this.#lost();
        continue;
      }
      if ((event.mask & In.IGNORED) !== 0) {
        this.#listeners.delete(event.wd);
        if (this.#joining.length > 0) this.#joining = this.#joining.filter(({ mark }) => mark !== event.wd);
        continue;
      }
      for (const listener of [...(this.#listeners.get(event.wd) ?? [])]) {
        if (done.get(listener) === event || this.#isJoining(event.wd, listener)) continue;
        const next = events[i + 1];
        if (listener.event(event.wd, event, next) && next !== undefined) done.set(listener, next);
      }
    }
  }

  #lost(): void {
    // A mark may be among what was lost.
    this.#joining = [];
    const all = new Set([...this.#listeners.values()].flatMap((listeners) => [...listeners]));
    for (const listener of all) listener.lost();
  }
}

let shared: Inotify | undefined;

/**
 * The one of this process, made when it is first wanted; undefined where there is none to be had.
 */
export function inotify(native: Native): Inotify | undefined {
  // biome-ignore lint/plugin: whatever is missing, nothing is watched
  try {
    shared ??= new Inotify(native);
    return shared;
  } catch {
    return undefined;
  }
}

/** True of an errno that says that watches have run out. */
export function isExhausted(errno: number): boolean {
  return errno === -ENOSPC || errno === -Errno.ENOMEM;
}

const ENOSPC = 28;
