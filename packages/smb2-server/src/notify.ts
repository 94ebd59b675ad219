import { FileAction } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from './config.ts';

/** One change as FILE_NOTIFY_INFORMATION tells it. */
export interface NotifyChange {
  readonly action: number;
  /** Relative to the watched directory, separated by `\`. */
  readonly name: string;
}

/** Changes kept for a watch that nobody reads; more than these become STATUS_NOTIFY_ENUM_DIR. */
const MAX_QUEUED = 512;

/** A directory being watched through one Open, [MS-SMB2] 3.3.5.19. It lives until the Open closes. */
export class NotifyWatch {
  readonly share: Share;
  readonly path: VfsPath;
  readonly filter: number;
  readonly recursive: boolean;
  readonly #registry: NotifyRegistry;
  #queue: NotifyChange[] = [];
  #overflow = false;
  #waiting: ((watch: NotifyWatch) => void)[] = [];

  constructor(registry: NotifyRegistry, share: Share, path: VfsPath, filter: number, recursive: boolean) {
    this.#registry = registry;
    this.share = share;
    this.path = path;
    this.filter = filter;
    this.recursive = recursive;
  }

  /** Whether something waits to be told. */
  get ready(): boolean {
    return this.#overflow || this.#queue.length > 0;
  }

  /** Calls back once when something happened; the result withdraws. */
  wait(call: (watch: NotifyWatch) => void): () => void {
    this.#waiting.push(call);
    return () => {
      this.#waiting = this.#waiting.filter((w) => w !== call);
    };
  }

  /** Takes what was queued; undefined when too much happened to list. */
  take(): readonly NotifyChange[] | undefined {
    const queue = this.#queue;
    const overflow = this.#overflow;
    this.#queue = [];
    this.#overflow = false;
    return overflow ? undefined : queue;
  }

  push(change: NotifyChange): void {
    if (this.#overflow) return;
    if (this.#queue.length >= MAX_QUEUED) {
      this.#overflow = true;
      this.#queue = [];
    } else {
      this.#queue.push(change);
    }
    // The two halves of a rename go out together.
    if (change.action !== FileAction.RENAMED_OLD_NAME) this.#waiting.shift()?.(this);
  }

  close(): void {
    this.#waiting = [];
    this.#registry.remove(this);
  }
}

/** Who watches what. Changes are those that this server makes. */
export class NotifyRegistry {
  /** By share name: a reload makes new shares of the same folders, and watches of the old ones go on. */
  readonly #watches = new Map<string, Set<NotifyWatch>>();

  add(share: Share, path: VfsPath, filter: number, recursive: boolean): NotifyWatch {
    const watch = new NotifyWatch(this, share, path, filter, recursive);
    let watches = this.#watches.get(shareKey(share));
    if (watches === undefined) {
      watches = new Set();
      this.#watches.set(shareKey(share), watches);
    }
    watches.add(watch);
    return watch;
  }

  remove(watch: NotifyWatch): void {
    const watches = this.#watches.get(shareKey(watch.share));
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(shareKey(watch.share));
  }

  /** Something happened to `path`; `filter` says which FILE_NOTIFY_CHANGE bits it touches. */
  changed(share: Share, path: VfsPath, action: number, filter: number): void {
    const watches = this.#watches.get(shareKey(share));
    if (watches === undefined || path.length === 0) return;
    for (const watch of watches) {
      if ((watch.filter & filter) === 0) continue;
      const depth = watch.path.length;
      if (path.length <= depth || (path.length > depth + 1 && !watch.recursive)) continue;
      if (!watch.path.every((name, i) => name.toUpperCase() === path[i]!.toUpperCase())) continue;
      watch.push({ action, name: path.slice(depth).join('\\') });
    }
  }
}
