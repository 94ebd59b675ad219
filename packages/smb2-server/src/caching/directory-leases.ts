import { CacheBits, type FileState, type LeaseId } from '@tsmbd/oplock-lease';
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
import type { Engine, EntryElsewhere, FileOpen, LeasedDirectories } from '../model/index.ts';
import { afterOthers, OwnChanges } from '../notify/index.ts';

/**
 * How long, in ms, the back end may take to report changes of bytes, times or attributes that the
 * server itself has made. A report that comes later breaks a lease for nothing. If a local program
 * changes a file within this time after the server changed it for a client that keeps its lease,
 * that client is not told.
 */
const MODIFIED_LATE_MS = 100;

/** A directory whose entries some client caches, or is about to cache. */
interface Leased {
  /** The handles of CREATEs that asked for a lease and have not been answered yet. */
  readonly asking: Set<VfsHandle>;
  /**
   * Reports what local programs change. Undefined if the back end cannot report it, or if nobody
   * needs to know.
   */
  watch: VfsWatch | undefined;
}

/** The place of an entry at the time when it was looked up. */
interface Entry {
  readonly path: VfsPath;
  /** Identity of the entry's directory. */
  readonly directory: string;
}

/**
 * A lease of a directory guards the directory's entries, [MS-SMB2] 3.3.4.7: it breaks when an entry
 * is added, removed or changed. It does not matter through which share and under which name of the
 * directory this happened, nor who did it, as far as the back end has events. The identity of a
 * handle says which directory it is. While nobody holds such a lease, a change costs only one
 * look-up.
 */
export class DirectoryLeases implements LeasedDirectories {
  readonly #server: Engine;
  readonly #leased = new Map<string, Leased>();
  readonly #own: OwnChanges;
  /**
   * The place of each open's file. It is looked up once for each open and path. After a move the
   * path is a new array, and the place is looked up again.
   */
  readonly #entries = new WeakMap<FileOpen, Entry>();

  /** Whether a client caches a directory, at any worker. */
  get #isIdle(): boolean {
    return this.#leased.size === 0 && this.#server.workers?.leasesDirectories !== true;
  }

  constructor(server: Engine) {
    this.#server = server;
    this.#own = new OwnChanges(() => server.env.now(), MODIFIED_LATE_MS);
  }

  /** Whether changes by local programs in this directory are being watched. */
  isWatched(key: string): boolean {
    return this.#leased.get(key)?.watch !== undefined;
  }

  /**
   * A lease of the directory is about to be requested. Returns false when none can be granted,
   * because changes in the directory would not be known.
   */
  prepare(share: Share, handle: VfsHandle): boolean {
    const key = handle.identity;
    const leased = this.#leased.get(key) ?? { asking: new Set(), watch: undefined };
    if (leased.watch === undefined && share.kernelChangeNotify && handle.watch !== undefined) {
      const told = (event: VfsWatchEvent): void => this.#external(key, event);
      const { env, workers } = this.#server;
      const watch = handle.watch(
        false,
        workers === undefined ? told : afterOthers(told, () => workers.changesHeard(), env.timer),
      );
      if (watch?.complete !== true) {
        watch?.close();
        return false;
      }
      leased.watch = watch;
      this.#own.watched = true;
    }
    leased.asking.add(handle);
    this.#leased.set(key, leased);
    this.#counted();
    return true;
  }

  /** The CREATE that asked for a lease through this handle has been granted or refused. */
  settle(handle: VfsHandle): void {
    if (this.#leased.get(handle.identity)?.asking.delete(handle) === true) this.fileChanged(handle.identity);
  }

  /** Once nobody caches the directory any more, its changes need not be watched. */
  fileChanged(key: string): void {
    if (this.#leased.size === 0) return;
    const leased = this.#leased.get(key);
    if (leased === undefined || leased.asking.size > 0 || isCached(this.#server.authority.peek(key))) return;
    this.#leased.delete(key);
    this.#counted();
    leased.watch?.close();
  }

  #counted(): void {
    this.#server.workers?.set('leasedDirectories', this.#leased.size);
  }

  /**
   * Something happened to the entry at `path` through `open`. Leases of its directory break, except
   * the lease that the open named as its own client's.
   *
   * @param action one of FileAction
   */
  entryChanged(open: FileOpen, path: VfsPath, action: number): void {
    if (this.#isIdle || path.length === 0) return;
    const isName = action !== FileAction.MODIFIED;
    // The entry leaves its place. If it is a watched directory, the back end reports the move for
    // that directory too.
    if (isName && action !== FileAction.ADDED && path === open.path) this.#note(open.key, ITSELF, true);
    const parentLease = open.lease?.parent;
    this.#inDirectory(open, path, (directory) => {
      const change = { name: path.at(-1)!, isName, breaks: true, parentLease };
      this.#server.workers?.entryChanged(change, directory);
      this.#entry(directory, change);
    });
  }

  changedElsewhere({ directory, ...change }: EntryElsewhere & { readonly directory: string | undefined }): void {
    this.#entry(directory, change);
  }

  /** Something happened to an entry of the directory, through this worker or another one. */
  #entry(directory: string | undefined, { name, isName, breaks, parentLease }: EntryElsewhere): void {
    if (directory !== undefined && !this.#leased.has(directory)) return;
    if (directory !== undefined) this.#note(directory, name, isName);
    if (!breaks) return;
    // If it is no longer known which directory this was, the leases of all directories break: none
    // may show old entries.
    for (const key of directory === undefined ? [...this.#leased.keys()] : [directory]) this.#break(key, parentLease);
  }

  /**
   * Bytes were written through `open`: the back end's events about this are caused by the server
   * itself. Clients that cache the directory are told when the open closes.
   */
  wrote(open: FileOpen): void {
    if (this.#isIdle || open.path.length === 0) return;
    const { path } = open;
    this.#inDirectory(open, path, (directory) => {
      if (directory === undefined) return;
      const change = { name: path.at(-1)!, isName: false, breaks: false, parentLease: undefined };
      this.#server.workers?.entryChanged(change, directory);
      this.#entry(directory, change);
    });
  }

  /** The back end's event about this change will bring no news. */
  #note(directory: string, name: string, isName: boolean): void {
    if (this.#leased.get(directory)?.watch !== undefined) this.#own.note(entryKey(directory, name), isName);
  }

  #break(key: string, parentLease: LeaseId | undefined): void {
    this.#server.authority.apply(key, {
      type: 'change',
      what: 'entries',
      open: undefined,
      parentLease,
      waiter: undefined,
    });
  }

  /** A local program changed something, or this server did a moment ago. */
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
   * Calls `next` with the identity of the directory that `path` is in; at once if the back end
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

/** Stands for the directory itself: no entry has this name. */
const ITSELF = '';

/** For a directory that is gone, or that the server may not look at. */
function unknown(error: unknown): undefined {
  if (!(error instanceof VfsError)) throw error;
  return undefined;
}

function isCached(state: Readonly<FileState> | undefined): boolean {
  if (state === undefined) return false;
  for (const { cache } of state.leases.values()) if (cache !== CacheBits.NONE) return true;
  return false;
}

/**
 * The key of an entry, letter case ignored. A NUL can separate the parts because no name contains
 * one.
 */
function entryKey(directory: string, name: string): string {
  return `${directory}\0${foldName(name)}`;
}
