import { CacheBits, type FileState } from '@tsmbd/oplock-lease';
import { FileAction } from '@tsmbd/smb2-codec';
import {
  foldName,
  type MaybePromise,
  VfsError,
  type VfsHandle,
  type VfsOpened,
  type VfsPath,
  type VfsWatch,
  type VfsWatchEvent,
} from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Engine, FileOpen, LeasedDirectories } from '../model/index.ts';
import { OwnChanges } from '../notify/index.ts';

/**
 * How long the back end may take to tell of bytes, times or attributes that the server has changed,
 * in ms. What comes later breaks a lease for nothing; what a local program changes sooner, in a
 * file that was just changed for somebody who keeps his lease, is not told.
 */
const MODIFIED_LATE_MS = 100;

/** A directory whose entries somebody caches, or is about to. */
interface Leased {
  /** CREATEs that asked for a lease and have no answer yet, by their handle. */
  readonly asking: Set<VfsHandle>;
  /** Tells of what local programs change; undefined where nobody does or nobody wants to know. */
  watch: VfsWatch | undefined;
}

/** Where an entry was when it was looked for. */
interface Entry {
  readonly path: VfsPath;
  /** Identity of its directory. */
  readonly directory: string;
}

/**
 * Leases of directories guard their entries, [MS-SMB2] 3.3.4.7: whatever comes, goes or changes in
 * one breaks them, through whatever share and by whatever name of the directory it happened, and
 * whoever did it, as far as the back end has events. A directory is what its handle's identity
 * says. As long as nobody has such a lease a change costs one look.
 */
export class DirectoryLeases implements LeasedDirectories {
  readonly #server: Engine;
  readonly #leased = new Map<string, Leased>();
  readonly #own: OwnChanges;
  /** Where what is open is: asked once an open and path, which is another array once it moved. */
  readonly #entries = new WeakMap<FileOpen, Entry>();

  constructor(server: Engine) {
    this.#server = server;
    this.#own = new OwnChanges(() => server.env.now(), MODIFIED_LATE_MS);
  }

  /** Local programs are watched in the directory. */
  isWatched(key: string): boolean {
    return this.#leased.get(key)?.watch !== undefined;
  }

  /**
   * A lease of the directory is about to be asked for; false when none can be had: its changes
   * would not be known.
   */
  prepare(share: Share, handle: VfsHandle): boolean {
    const key = handle.identity;
    const leased = this.#leased.get(key) ?? { asking: new Set(), watch: undefined };
    if (leased.watch === undefined && share.kernelChangeNotify && handle.watch !== undefined) {
      const watch = handle.watch(false, (event) => this.#external(key, event));
      if (watch?.complete !== true) {
        watch?.close();
        return false;
      }
      leased.watch = watch;
      this.#own.watched = true;
    }
    leased.asking.add(handle);
    this.#leased.set(key, leased);
    return true;
  }

  /** The CREATE that asked for a lease by this handle was granted, or not. */
  settle(handle: VfsHandle): void {
    if (this.#leased.get(handle.identity)?.asking.delete(handle) === true) this.fileChanged(handle.identity);
  }

  /** Once nobody caches the directory any more nobody needs to know what happens in it. */
  fileChanged(key: string): void {
    if (this.#leased.size === 0) return;
    const leased = this.#leased.get(key);
    if (leased === undefined || leased.asking.size > 0 || isCached(this.#server.authority.peek(key))) return;
    this.#leased.delete(key);
    leased.watch?.close();
  }

  /**
   * Something happened to the entry at `path` through `open`: leases of its directory break, but
   * the one that the open named as its client's own.
   *
   * @param action one of FileAction
   */
  entryChanged(open: FileOpen, path: VfsPath, action: number): void {
    if (this.#leased.size === 0 || path.length === 0) return;
    const isName = action !== FileAction.MODIFIED;
    // It moves from where it is: the back end says so of the directory too.
    if (isName && action !== FileAction.ADDED && path === open.path) this.#note(open.key, ITSELF, true);
    this.#inDirectory(open, path, (directory) => {
      // Which one it was is not known any more: none may show what was.
      if (directory === undefined) for (const key of [...this.#leased.keys()]) this.#break(key, open);
      else if (this.#leased.has(directory)) {
        this.#note(directory, path.at(-1)!, isName);
        this.#break(directory, open);
      }
    });
  }

  /**
   * Bytes were written through `open`: the back end's events of it are the server's own. Who caches
   * the directory is told when it closes.
   */
  wrote(open: FileOpen): void {
    if (this.#leased.size === 0 || open.path.length === 0) return;
    const { path } = open;
    this.#inDirectory(open, path, (directory) => {
      if (directory !== undefined) this.#note(directory, path.at(-1)!, false);
    });
  }

  /** The back end's event of this is no news. */
  #note(directory: string, name: string, isName: boolean): void {
    if (this.#leased.get(directory)?.watch !== undefined) this.#own.note(entryKey(directory, name), isName);
  }

  #break(key: string, by: FileOpen | undefined): void {
    this.#server.authority.apply(key, {
      type: 'change',
      what: 'entries',
      open: undefined,
      parentLease: by?.lease?.parent,
      waiter: undefined,
    });
  }

  /** A local program did something, or this server a moment ago. */
  #external(key: string, event: VfsWatchEvent): void {
    const leased = this.#leased.get(key);
    if (leased === undefined) return;
    if (event.type !== 'overflow') {
      const isName = event.type !== 'modified' && event.type !== 'attributes';
      if (this.#own.isOwn(entryKey(key, event.path[0] ?? ITSELF), isName, leased)) return;
    }
    this.#break(key, undefined);
  }

  /**
   * Goes on with the identity of the directory that `path` is in: at once where the back end
   * answers at once.
   */
  #inDirectory(open: FileOpen, path: VfsPath, next: (directory: string | undefined) => void): void {
    const known = this.#entries.get(open);
    if (known !== undefined && known.path === path) {
      next(known.directory);
      return;
    }
    const found = (directory: string | undefined): void => {
      if (directory !== undefined && path === open.path) this.#entries.set(open, { path, directory });
      next(directory);
    };
    const identity = this.#identityOf(open.tree.share, path.slice(0, -1));
    if (identity instanceof Promise) this.#server.track(identity.then(found));
    else found(identity);
  }

  #identityOf(share: Share, path: VfsPath): MaybePromise<string | undefined> {
    const identity = ({ handle }: VfsOpened): string => {
      const closed = handle.close();
      if (closed instanceof Promise) this.#server.track(closed);
      return handle.identity;
    };
    try {
      const opened = share.vfs!.open(path, { disposition: 'open', kind: 'directory', data: 'none' });
      return opened instanceof Promise ? opened.then(identity, unknown) : identity(opened);
    } catch (error) {
      return unknown(error);
    }
  }
}

/** No entry has this name. */
const ITSELF = '';

/** A directory that went, or that the server may not look at. */
function unknown(error: unknown): undefined {
  if (!(error instanceof VfsError)) throw error;
  return undefined;
}

function isCached(state: Readonly<FileState> | undefined): boolean {
  if (state === undefined) return false;
  for (const { cache } of state.leases.values()) if (cache !== CacheBits.NONE) return true;
  return false;
}

/** What an entry is known by, letter case ignored: no name has a NUL. */
function entryKey(directory: string, name: string): string {
  return `${directory}\0${foldName(name)}`;
}
