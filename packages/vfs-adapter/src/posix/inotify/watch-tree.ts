import { opendir } from 'node:fs/promises';
import type { VfsPath, VfsWatch, VfsWatchEvent } from '../../vfs.ts';
import { Errno } from '../constants.ts';
import { fromDiskName } from '../disk-names.ts';
import type { Share } from '../share.ts';
import { procPath } from '../xattrs.ts';
import { In, type InotifyEvent } from './events.ts';
import { type DirectoryListener, type Inotify, isExhausted } from './inotify.ts';

/**
 * While something below cannot be watched, the listener is told this often that it must look at the
 * whole tree again.
 */
const INCOMPLETE_MS = 10_000;

/**
 * Names as they are on the disk. Node's types lack this encoding, which opendir has like readdir.
 */
const AS_BYTES = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };

/**
 * Watches one directory, or one directory and all directories below it. Each of them has its own
 * inotify watch.
 */
export class WatchTree implements VfsWatch, DirectoryListener {
  readonly #inotify: Inotify;
  readonly #share: Share;
  readonly #root: VfsPath;
  readonly #tell: (event: VfsWatchEvent) => void;
  readonly #recursive: boolean;
  /** Paths relative to the root. */
  readonly #paths = new Map<number, VfsPath>();
  /**
   * New directories whose entries are told of by a listing, or have been. By path, because a
   * directory may be watched before the event says that it is new.
   */
  readonly #fresh = new Map<string, Fresh>();
  #closed = false;
  #complete = true;
  #incomplete: NodeJS.Timeout | undefined;

  /** @param directory an open descriptor of the root; it may be closed afterwards */
  constructor(
    inotify: Inotify,
    share: Share,
    directory: number,
    root: VfsPath,
    recursive: boolean,
    tell: (event: VfsWatchEvent) => void,
  ) {
    this.#inotify = inotify;
    this.#share = share;
    this.#root = root;
    this.#tell = tell;
    this.#recursive = recursive;
    if (this.#add(directory, []) >= 0 && recursive) void this.#below([], undefined);
  }

  get complete(): boolean {
    return this.#complete;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#incomplete);
    for (const wd of this.#paths.keys()) this.#inotify.remove(wd, this);
    this.#paths.clear();
    this.#fresh.clear();
  }

  lost(): void {
    if (!this.#closed) this.#tell({ type: 'overflow', path: [], directory: false });
  }

  event(wd: number, event: InotifyEvent, next: InotifyEvent | undefined): boolean {
    const parent = this.#paths.get(wd);
    if (parent === undefined) return false;
    if ((event.mask & In.MOVE_SELF) !== 0 && parent.length === 0)
      this.#tell({ type: 'moved', path: [], directory: true });
    if (event.name === '') return false;
    const path = [...parent, event.name];
    const directory = (event.mask & In.ISDIR) !== 0;
    const is = (bit: number): boolean => (event.mask & bit) !== 0;
    const fresh = this.#fresh.size > 0 ? this.#fresh.get(keyOf(parent)) : undefined;
    if (is(In.MOVED_FROM) || is(In.DELETE)) fresh?.gone(event.name);
    if (is(In.MOVED_FROM)) return this.#movedFrom(event, next, path, fresh);
    if (is(In.CREATE) || is(In.MOVED_TO)) {
      if (fresh?.isKnown(event.name) === true) return false;
      this.#tell({ type: 'added', path, directory });
      // Entries of a new directory are new too, so they are reported. Entries of a directory that
      // was moved here existed before.
      if (directory && this.#recursive) void this.#enter(path, is(In.CREATE));
    } else if (is(In.DELETE)) {
      if (directory) this.#fresh.delete(keyOf(path));
      this.#tell({ type: 'removed', path, directory });
    } else if (is(In.MODIFY)) {
      this.#tell({ type: 'modified', path, directory });
    } else if (is(In.ATTRIB)) {
      this.#tell({ type: 'attributes', path, directory });
    }
    return false;
  }

  /** The two halves of a rename within one directory are reported together. */
  #movedFrom(event: InotifyEvent, next: InotifyEvent | undefined, path: VfsPath, fresh: Fresh | undefined): boolean {
    const directory = (event.mask & In.ISDIR) !== 0;
    if (directory) this.#leave(path);
    const paired = next !== undefined && (next.mask & In.MOVED_TO) !== 0 && next.cookie === event.cookie;
    if (!paired || next.wd !== event.wd) {
      this.#tell({ type: 'removed', path, directory });
      return false;
    }
    // The listing has told of the new name already.
    if (fresh?.isKnown(next.name) === true) {
      this.#tell({ type: 'removed', path, directory });
      return true;
    }
    const to = [...path.slice(0, -1), next.name];
    this.#tell({ type: 'renamed-from', path, directory });
    this.#tell({ type: 'renamed-to', path: to, directory });
    if (directory && this.#recursive) void this.#enter(to, false);
    return true;
  }

  /** Watches one directory. Returns the watch descriptor, or -1 if it cannot be watched. */
  #add(directory: number, path: VfsPath): number {
    // The kernel would let the process watch what the user may not list.
    const wd = this.#share.mayList(directory) ? this.#inotify.add(directory, this) : -Errno.EACCES;
    if (wd >= 0) {
      this.#paths.set(wd, path);
      return wd;
    }
    this.#complete = false;
    if (isExhausted(wd)) {
      this.lost();
      this.#incomplete ??= setInterval(() => this.lost(), INCOMPLETE_MS).unref();
    }
    return -1;
  }

  /** Watches a directory that has appeared, and the directories below it. */
  async #enter(path: VfsPath, isNew: boolean): Promise<void> {
    // If this watch was the last user of the share, the share may be closed by now.
    if (this.#share.closed) return;
    this.#share.hold();
    const key = keyOf(path);
    const fresh = isNew ? new Fresh() : undefined;
    if (fresh !== undefined) this.#fresh.set(key, fresh);
    // biome-ignore lint/plugin: nobody waits for it, so nobody could take what it throws
    try {
      const fd = await this.#share.openDirectory([...this.#root, ...path]);
      if (fd < 0) return;
      const wd = this.#closed ? -1 : this.#add(fd, path);
      this.#share.closeDirectory(fd);
      if (wd >= 0) await this.#below(path, fresh);
    } catch {
      // The directory has gone again.
    } finally {
      if (fresh?.listed() === true && this.#fresh.get(key) === fresh) this.#fresh.delete(key);
      this.#share.letGo();
    }
  }

  /** @param fresh set for a new directory, whose entries are told of */
  async #below(path: VfsPath, fresh: Fresh | undefined): Promise<void> {
    if (this.#share.closed) return;
    this.#share.hold();
    // biome-ignore lint/plugin: nobody waits for it, so nobody could take what it throws
    try {
      const fd = await this.#share.openDirectory([...this.#root, ...path]);
      if (fd < 0) return;
      if (!this.#share.mayList(fd)) {
        this.#share.closeDirectory(fd);
        return;
      }
      // The entries come in pieces, so that a large directory keeps the event loop from nobody.
      const entries = await opendir(procPath(fd), AS_BYTES).finally(() => this.#share.closeDirectory(fd));
      for await (const entry of entries) {
        if (this.#closed) return;
        const directory = entry.isDirectory();
        if (!directory && fresh === undefined) continue;
        const bytes = entry.name as unknown as Buffer;
        const name = fromDiskName(bytes, 0, bytes.length);
        if (fresh?.isTold(name) === true) continue;
        const child = [...path, name];
        if (fresh !== undefined) this.#tell({ type: 'added', path: child, directory });
        if (directory) await this.#enter(child, fresh !== undefined);
      }
    } catch {
      // The directory has gone again, or may not be read. Whatever can be watched is watched.
    } finally {
      this.#share.letGo();
    }
  }

  /** A directory has left: nothing in it or below it is watched any more. */
  #leave(path: VfsPath): void {
    for (const [wd, known] of this.#paths) {
      if (known.length < path.length || !path.every((name, i) => known[i] === name)) continue;
      this.#inotify.remove(wd, this);
      this.#paths.delete(wd);
      this.#fresh.delete(keyOf(known));
    }
  }
}

function keyOf(path: VfsPath): string {
  return path.join('/');
}

/**
 * A directory that was watched just after it was made. What is made in it then, or gets a name in
 * it, may be told of by an event and also stand in the listing, in either order. Each name is told
 * of once.
 */
class Fresh {
  /** Names that an event has told of; undefined once the listing is over. */
  #byEvent: Set<string> | undefined = new Set();
  /** Names that the listing has told of, whose event may still come. */
  readonly #byListing = new Set<string>();

  /** An event says that the name was made, or given. True if the listing has told of it. */
  isKnown(name: string): boolean {
    if (this.#byListing.delete(name)) return true;
    this.#byEvent?.add(name);
    return false;
  }

  /** The name stands in the listing. True if an event has told of it. */
  isTold(name: string): boolean {
    if (this.#byEvent?.delete(name) === true) return true;
    this.#byListing.add(name);
    return false;
  }

  /** The name was removed. The next event that says that it is there is about something new. */
  gone(name: string): void {
    this.#byEvent?.delete(name);
    this.#byListing.delete(name);
  }

  /** The listing is over. True if nothing has to be remembered any more. */
  listed(): boolean {
    this.#byEvent = undefined;
    return this.#byListing.size === 0;
  }
}
