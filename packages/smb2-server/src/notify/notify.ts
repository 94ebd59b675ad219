import { FileAction, NotifyFilter } from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsWatch, VfsWatchEvent } from '@tsmbd/vfs-adapter';
import { isVetoed } from '../access/index.ts';
import type { ServerEnvironment, Share } from '../config.ts';
import type { ChangeElsewhere, NotifyCall, NotifyChange, Place, Watch, Watches } from '../model/index.ts';
import { depthOf, isBelow, namesFrom, PlaceTree, placeKey, placeOf, type Spot } from '../names/index.ts';
import { afterOthers } from './after-others.ts';
import { OwnChanges } from './own-changes.ts';
import { Tellings, type Told } from './tellings.ts';

/**
 * How many changes are kept for a watch that no request reads. More of them become
 * STATUS_NOTIFY_ENUM_DIR.
 */
const MAX_QUEUED = 512;

/**
 * How many events of the back end a watch reports one by one in each FLOOD_MS. Any more are
 * reported together when that time is over, with STATUS_NOTIFY_ENUM_DIR; until then each of them
 * costs one comparison.
 */
const MAX_EVENTS = 512;
const FLOOD_MS = 200;

/**
 * A directory that is watched through one Open, [MS-SMB2] 3.3.5.19. The watch lives until the Open
 * closes.
 */
export class NotifyWatch implements Watch {
  readonly share: Share;
  readonly path: VfsPath;
  readonly filter: number;
  readonly recursive: boolean;
  /** Reports changes that were made outside this server, if the back end can. */
  external: VfsWatch | undefined;
  readonly #registry: NotifyRegistry;
  #queue: NotifyChange[] = [];
  #overflow = false;
  #queuedBytes = 0;
  /** In the order in which they came. */
  readonly #waiting = new Set<NotifyCall>();
  /**
   * How many events the back end had in this FLOOD_MS, and whether these are too many to look at.
   */
  #events = 0;
  #isFlooded = false;
  #isWaking = false;
  /**
   * Size of the first request's buffer, in bytes. What would not have fitted into it is not told to
   * a later request either.
   */
  readonly room: number;

  constructor(registry: NotifyRegistry, share: Share, path: VfsPath, filter: number, recursive: boolean, room: number) {
    this.room = room;
    this.#registry = registry;
    this.share = share;
    this.path = path;
    this.filter = filter;
    this.recursive = recursive;
  }

  /** Whether there is something to report. */
  get ready(): boolean {
    return this.#overflow || this.#queue.length > 0;
  }

  /**
   * Calls back once, when something has happened or when the directory is about to be deleted. The
   * returned function withdraws the call.
   */
  wait(call: NotifyCall): () => void {
    this.#waiting.add(call);
    return () => void this.#waiting.delete(call);
  }

  /** Too much has happened to list it. */
  overflow(): void {
    this.#overflow = true;
    this.#queue = [];
    this.#wakeOne();
  }

  /** The directory is about to be deleted: no request waits any longer. */
  deletePending(): void {
    const calls = [...this.#waiting];
    this.#waiting.clear();
    for (const call of calls) call('delete-pending');
  }

  /** Takes what was queued. Undefined when too much has happened to list it. */
  take(): readonly NotifyChange[] | undefined {
    const queue = this.#queue;
    const overflow = this.#overflow;
    this.#queue = [];
    this.#overflow = false;
    this.#queuedBytes = 0;
    return overflow ? undefined : queue;
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  push(change: NotifyChange): void {
    if (!this.#isTold(change)) return;
    this.#add(change);
    // The two halves of a rename are sent together.
    if (change.action !== FileAction.RENAMED_OLD_NAME) this.#wakeOne();
  }

  /**
   * Queues a change that the back end reports. Changes that the back end reports together are sent
   * together.
   */
  pushLater(change: NotifyChange): void {
    if (!this.#isTold(change)) return;
    this.#add(change);
    if (this.#isWaking) return;
    this.#isWaking = true;
    queueMicrotask(() => {
      this.#isWaking = false;
      if (this.ready) this.#wakeOne();
    });
  }

  /**
   * A client is not told of names that are hidden from it. The name of a stream follows the last of
   * these names.
   */
  #isTold({ name }: NotifyChange): boolean {
    if (this.#overflow) return false;
    return this.share.vetoes === undefined || !isVetoed(this.share, name.split(':')[0]!.split('\\'));
  }

  /** Counts one more event of the back end. Returns whether it is reported by itself. */
  takesEvent(timer: ServerEnvironment['timer']): boolean {
    if (this.#events === 0 && !this.#isFlooded) timer(FLOOD_MS, () => this.#endOfTime(timer));
    this.#events++;
    if (this.#events > MAX_EVENTS) this.#isFlooded = true;
    return !this.#isFlooded;
  }

  #endOfTime(timer: ServerEnvironment['timer']): void {
    const events = this.#events;
    this.#events = 0;
    if (!this.#isFlooded) return;
    this.#isFlooded = events > MAX_EVENTS;
    // If the flood goes on, events go on being reported together.
    if (this.#isFlooded) timer(FLOOD_MS, () => this.#endOfTime(timer));
    this.overflow();
  }

  #wakeOne(): void {
    for (const call of this.#waiting) {
      this.#waiting.delete(call);
      call('changed');
      return;
    }
  }

  #add(change: NotifyChange): void {
    // FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1; each one starts at a multiple of 4.
    this.#queuedBytes += (12 + 2 * change.name.length + 3) & ~3;
    if (this.#queuedBytes > this.room || this.#queue.length >= MAX_QUEUED) {
      this.#overflow = true;
      this.#queue = [];
    } else {
      this.#queue.push(change);
    }
  }

  close(): void {
    this.#waiting.clear();
    this.external?.close();
    this.external = undefined;
    this.#registry.remove(this);
  }
}

/**
 * All watches. They are told what this server changes, and what the back ends report of changes by
 * others. A change costs as many steps as it has watches that are told of it.
 */
export class NotifyRegistry implements Watches {
  readonly #own: OwnChanges;
  readonly #others: Others | undefined;
  /** Where each watch is in one of the trees. */
  readonly #spots = new Map<NotifyWatch, Spot<NotifyWatch>>();
  /** Watches of one directory, and those of all that is below their directory. */
  readonly #ofDirectories = new PlaceTree<NotifyWatch>();
  readonly #ofTrees = new PlaceTree<NotifyWatch>();
  readonly #timer: ServerEnvironment['timer'];
  readonly #tellings: Tellings;

  constructor({ now, timer }: Pick<ServerEnvironment, 'now' | 'timer'>, others?: Others) {
    this.#own = new OwnChanges(now);
    this.#timer = timer;
    this.#others = others;
    this.#tellings = new Tellings({ now, timer });
  }

  /** Has the watch told of changes by others too, as far as the back end has events. */
  watchOthers(watch: NotifyWatch, handle: VfsHandle): void {
    const told = (event: VfsWatchEvent): void => this.#external(watch, event);
    const others = this.#others;
    const toTell = others === undefined ? told : afterOthers(told, () => others.changesHeard(), this.#timer);
    watch.external = handle.watch?.(watch.recursive, toTell);
    if (watch.external !== undefined) this.#own.watched = true;
  }

  /**
   * Bytes, times or attributes changed through this server: the back end's event about that brings
   * no news.
   */
  #external(watch: NotifyWatch, event: VfsWatchEvent): void {
    if (event.type === 'overflow') {
      watch.overflow();
      return;
    }
    // A watch of a directory goes on when that directory is moved.
    if (event.type === 'moved' || !watch.takesEvent(this.#timer)) return;
    const path = [...watch.path, ...event.path];
    const { action, filter } = EXTERNAL[event.type];
    const isName = filter === NAMES;
    if (this.#own.isOwn(placeKey(placeOf(watch.share, path)), isName, watch)) return;
    const bits = isName ? (event.directory ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME) : filter;
    if ((watch.filter & bits) !== 0) watch.pushLater({ action, name: event.path.join('\\') });
  }

  /** @param room size of the first request's buffer, in bytes */
  add(share: Share, path: VfsPath, filter: number, recursive: boolean, room: number): NotifyWatch {
    const watch = new NotifyWatch(this, share, path, filter, recursive, room);
    const tree = recursive ? this.#ofTrees : this.#ofDirectories;
    this.#spots.set(watch, tree.add(placeOf(share, path), watch));
    this.#others?.watched(this.#filters());
    return watch;
  }

  /** Every FILE_NOTIFY_CHANGE bit that some watch asks for. */
  #filters(): number {
    let filters = 0;
    for (const { filter } of this.#spots.keys()) filters |= filter;
    return filters;
  }

  remove(watch: NotifyWatch): void {
    const spot = this.#spots.get(watch);
    if (spot === undefined) return;
    this.#spots.delete(watch);
    (watch.recursive ? this.#ofTrees : this.#ofDirectories).delete(spot, watch);
    this.#others?.watched(this.#filters());
  }

  /**
   * Something happened to `path`. `filter` has the FILE_NOTIFY_CHANGE bits that it concerns. A
   * watch for one of the bits in `unless` is told by another change.
   */
  changed(share: Share, path: VfsPath, action: number, filter: number, unless = 0): void {
    this.#tell(share, path, action !== FileAction.MODIFIED, { action, name: '' }, filter, unless);
  }

  /**
   * Something happened to a stream of `path`. The name in the change consists of the file's name
   * and the stream's.
   */
  streamChanged(share: Share, path: VfsPath, stream: string, action: number, filter: number): void {
    this.#tell(share, path, false, { action, name: `:${stream}` }, filter, 0);
  }

  /** @param change the change to report; its name is appended to the name of the path */
  #tell(
    share: Share,
    path: VfsPath,
    isName: boolean,
    { action, name: suffix }: NotifyChange,
    filter: number,
    unless: number,
  ): void {
    const place = placeOf(share, path);
    this.#others?.changed({ place, isName, action, suffix, filter, unless });
    if (this.#spots.size > 0) this.changedElsewhere({ place, isName, action, suffix, filter, unless });
  }

  /** Something happened to a place, through this worker or another one. */
  changedElsewhere({ place, isName, action, suffix, filter, unless }: ChangeElsewhere): void {
    if (this.#own.watched) this.#own.note(placeKey(place), isName);
    const told: Told[] = [];
    for (const watch of this.#over(place)) {
      if ((watch.filter & filter) === 0 || (watch.filter & unless) !== 0) continue;
      const directory = placeOf(watch.share, watch.path);
      if (!isBelow(place, directory)) continue;
      const name = namesFrom(place, depthOf(directory)).join('\\') + suffix;
      told.push({ watch, change: { action, name } });
    }
    if (told.length > 0) this.#tellings.tell(told);
  }

  /** The watches that see what happens at this place, by names alone. */
  *#over(place: Place): Iterable<NotifyWatch> {
    const { root, path } = place;
    if (path.length > 0) yield* this.#ofDirectories.at({ root, path: path.slice(0, -1) });
    // The root of a share may be an entry of a directory of another share.
    else if (root.length > 1) yield* this.#ofDirectories.at({ root: root.slice(0, -1), path: [] });
    yield* this.#ofTrees.above(place);
  }
}

/** What the workers tell one another of changes. */
export interface Others {
  changed(change: ChangeElsewhere): void;
  /** @param filters every FILE_NOTIFY_CHANGE bit that some watch of this worker asks for */
  watched(filters: number): void;
  /** Resolves when all has arrived that the others had to say by now. */
  changesHeard(): Promise<void>;
}

/** Stands for FILE_NAME or DIR_NAME, depending on what the entry is. */
const NAMES = NotifyFilter.FILE_NAME | NotifyFilter.DIR_NAME;
const ATTRIBUTES =
  NotifyFilter.ATTRIBUTES |
  NotifyFilter.LAST_WRITE |
  NotifyFilter.LAST_ACCESS |
  NotifyFilter.CREATION |
  NotifyFilter.EA |
  NotifyFilter.SECURITY;

/** How an event of the back end is reported to a client, [MS-FSCC] 2.7.1 and [MS-SMB2] 2.2.35. */
const EXTERNAL: Readonly<
  Record<Exclude<VfsWatchEvent['type'], 'moved' | 'overflow'>, { action: number; filter: number }>
> = {
  added: { action: FileAction.ADDED, filter: NAMES },
  removed: { action: FileAction.REMOVED, filter: NAMES },
  'renamed-from': { action: FileAction.RENAMED_OLD_NAME, filter: NAMES },
  'renamed-to': { action: FileAction.RENAMED_NEW_NAME, filter: NAMES },
  modified: { action: FileAction.MODIFIED, filter: NotifyFilter.SIZE | NotifyFilter.LAST_WRITE },
  attributes: { action: FileAction.MODIFIED, filter: ATTRIBUTES },
};
