import { Worker } from 'node:worker_threads';
import { Errno } from '../constants.ts';
import { opened } from '../descriptor-marks.ts';
import type { Native } from '../native.ts';
import { Slice, turnBegins } from '../turns.ts';
import { procPath } from '../xattrs.ts';
import { In, type InotifyEvent, MASK, parseEvents } from './events.ts';

/** An object that is told of the events of one directory. */
export interface DirectoryListener {
  /**
   * Handles one event. The next event is passed too, because a rename consists of two. Returns true
   * if the next event was handled as well.
   */
  event(wd: number, event: InotifyEvent, next: InotifyEvent | undefined): boolean;
  /** More happened than the system keeps, or the directory can no longer be watched. */
  lost(): void;
}

/** Between so many listeners, work that takes long lets others have a turn. */
const LISTENERS_AT_ONCE = 64;

/**
 * How many pieces, of 64 KiB at most, may wait to be told. If more come, all listeners are told
 * that events were lost.
 */
const MAX_QUEUED = 64;

const IN_NONBLOCK = 0x800;
const IN_CLOEXEC = 0x80000;
const IN_MASK_CREATE = 0x1000_0000;

interface Joining {
  readonly wd: number;
  readonly listener: DirectoryListener;
}

/**
 * The process's one inotify instance. A directory that has several listeners has one watch.
 * inotify(7)
 */
export class Inotify {
  readonly #fd: number;
  readonly #wake: number;
  readonly #addWatch: ReturnType<Native['func']>;
  readonly #removeWatch: ReturnType<Native['func']>;
  readonly #native: Native;
  readonly #listeners = new Map<number, Set<DirectoryListener>>();
  /**
   * Listeners that joined an existing watch, by the mark that was set then. They are told of no
   * event until the event of the mark has come, because events before it happened before they
   * joined.
   */
  readonly #marks = new Map<number, Joining>();
  /** How many marks of a listener have not come yet, by watch. */
  readonly #joining = new Map<number, Map<DirectoryListener, number>>();
  /** What was read and has not been told. The first is being told. */
  #queue: Uint8Array[] = [];

  /** Throws when the system allows no more instances. */
  constructor(native: Native) {
    this.#native = native;
    this.#addWatch = native.func('inotify_add_watch', 'int', ['int', 'str', 'int64']);
    this.#removeWatch = native.func('inotify_rm_watch', 'int', ['int', 'int']);
    const write = native.func('write', 'int64', ['int', 'void *', 'int64']);
    this.#fd = native.func('inotify_init1', 'int', ['int'])(IN_NONBLOCK | IN_CLOEXEC);
    this.#wake = native.func('eventfd', 'int', ['int', 'int'])(0, IN_CLOEXEC);
    for (const fd of [this.#fd, this.#wake]) opened(fd);
    if (this.#fd < 0 || this.#wake < 0) throw new Error('no more inotify instances');
    const file = new URL(`./inotify-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const worker = new Worker(file, { workerData: { inotify: this.#fd, wake: this.#wake } });
    worker.on('message', (bytes: Uint8Array) => {
      turnBegins();
      this.#received(bytes);
    });
    worker.on('error', () => this.#lost());
    worker.unref();
    // A thread that waits in a system call would delay the end of the process.
    process.once('exit', () => write(this.#wake, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]), 8));
  }

  /**
   * Watches the directory of an open descriptor. Returns a watch descriptor, or -errno (ENOSPC: no
   * more watches).
   */
  add(directory: number, listener: DirectoryListener): number {
    const wd = this.#native.result(this.#addWatch(this.#fd, procPath(directory), MASK));
    if (wd < 0) return wd;
    const listeners = this.#listeners.get(wd);
    if (listeners === undefined) this.#listeners.set(wd, new Set([listener]));
    else {
      const mark = this.#mark();
      if (mark >= 0) this.#joins(mark, { wd, listener });
      listeners.add(listener);
    }
    return wd;
  }

  /**
   * Queues an event behind all events that have happened: the event of a watch that ends. Returns
   * the descriptor of that watch, or -errno.
   */
  #mark(): number {
    const mark = this.#native.result(
      this.#addWatch(this.#fd, '/proc/self/fdinfo', In.ONLYDIR | IN_MASK_CREATE | In.ATTRIB),
    );
    if (mark >= 0) this.#removeWatch(this.#fd, mark);
    return mark;
  }

  #joins(mark: number, joining: Joining): void {
    this.#marks.set(mark, joining);
    let listeners = this.#joining.get(joining.wd);
    if (listeners === undefined) {
      listeners = new Map();
      this.#joining.set(joining.wd, listeners);
    }
    listeners.set(joining.listener, (listeners.get(joining.listener) ?? 0) + 1);
  }

  /** The event of a mark has come. */
  #joined(mark: number): void {
    const joining = this.#marks.get(mark);
    if (joining === undefined) return;
    this.#marks.delete(mark);
    const listeners = this.#joining.get(joining.wd)!;
    const left = listeners.get(joining.listener)! - 1;
    if (left > 0) listeners.set(joining.listener, left);
    else listeners.delete(joining.listener);
    if (listeners.size === 0) this.#joining.delete(joining.wd);
  }

  #isJoining(wd: number, listener: DirectoryListener): boolean {
    return this.#joining.get(wd)?.has(listener) === true;
  }

  remove(wd: number, listener: DirectoryListener): void {
    const listeners = this.#listeners.get(wd);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(wd);
    this.#removeWatch(this.#fd, wd);
  }

  /**
   * Many listeners may be told of many events, so this is done in slices, in the order of coming.
   */
  #received(bytes: Uint8Array): void {
    if (this.#queue.length >= MAX_QUEUED) {
      this.#queue.length = 1;
      this.#lost();
      return;
    }
    this.#queue.push(bytes);
    if (this.#queue.length === 1) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    const slice = new Slice();
    for (let bytes = this.#queue[0]; bytes !== undefined; bytes = this.#queue[0]) {
      for (const _ of this.#tell(bytes)) if (slice.isOver) await slice.next();
      this.#queue.shift();
    }
  }

  /** Tells the listeners of events. Stops behind each event and each few listeners. */
  *#tell(bytes: Uint8Array): Generator<void> {
    const events = parseEvents(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const done = new Map<DirectoryListener, InotifyEvent>();
    for (const [i, event] of events.entries()) {
      yield;
      if ((event.mask & In.Q_OVERFLOW) !== 0) {
        this.#lost();
        continue;
      }
      if ((event.mask & In.IGNORED) !== 0) {
        this.#listeners.delete(event.wd);
        this.#joined(event.wd);
        continue;
      }
      const listeners = [...(this.#listeners.get(event.wd) ?? [])];
      for (const [n, listener] of listeners.entries()) {
        if (n % LISTENERS_AT_ONCE === LISTENERS_AT_ONCE - 1) yield;
        if (done.get(listener) === event || this.#isJoining(event.wd, listener)) continue;
        const next = events[i + 1];
        if (listener.event(event.wd, event, next) && next !== undefined) done.set(listener, next);
      }
    }
  }

  #lost(): void {
    // The marks may be among the events that were lost.
    this.#marks.clear();
    this.#joining.clear();
    const all = new Set([...this.#listeners.values()].flatMap((listeners) => [...listeners]));
    for (const listener of all) listener.lost();
  }
}

let shared: Inotify | undefined;

/**
 * The Inotify of this process, made when it is first needed; undefined if the system permits none.
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

/** True for an errno that says that there are no more watches. */
export function isExhausted(errno: number): boolean {
  return errno === -ENOSPC || errno === -Errno.ENOMEM;
}

const ENOSPC = 28;
