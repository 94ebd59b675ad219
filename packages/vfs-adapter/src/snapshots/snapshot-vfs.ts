import { orElse } from '../maybe.ts';
import {
  type MaybePromise,
  type Vfs,
  VfsError,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
  type VfsSnapshots,
} from '../vfs.ts';
import { SnapshotHandle } from './snapshot-handle.ts';
import { snapshotName, snapshotTime } from './snapshot-names.ts';

/** Where the snapshots of a back end come from. Times are seconds since 1970. */
export interface SnapshotSource {
  /** All snapshots, in the order in which clients are shown them. */
  times(): Promise<readonly number[]>;
  /** Makes a back end of one snapshot. Throws `not-found` if there is none of that time. */
  open(seconds: number): Promise<Vfs>;
}

/** How many snapshots of one share are open at once. */
const MAX_OPEN = 64;
/** A snapshot that nobody uses is closed after this time. */
const IDLE_MS = 60_000;

interface OpenSnapshot {
  readonly vfs: Promise<Vfs>;
  /** Opens that are under way, and open handles. */
  uses: number;
  /** On the monotonic clock. */
  usedAt: number;
}

/**
 * A back end with earlier states of itself. The state of a time is below a folder with the
 * snapshot's name, `@GMT-…`, which is not listed. Each snapshot has a back end of its own, which is
 * made when somebody opens something in it: nothing in a snapshot leads out of it.
 */
class SnapshotVfs implements Vfs {
  readonly features: VfsFeatures;
  readonly place?: VfsPath;
  readonly snapshots: VfsSnapshots;
  readonly #inner: Vfs;
  readonly #source: SnapshotSource;
  readonly #open = new Map<number, OpenSnapshot>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(inner: Vfs, source: SnapshotSource) {
    this.features = inner.features;
    if (inner.place !== undefined) this.place = inner.place;
    this.#inner = inner;
    this.#source = source;
    this.snapshots = { names: async () => (await source.times()).map(snapshotName) };
  }

  open(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    const seconds = path.length === 0 ? undefined : snapshotTime(path[0]!);
    return seconds === undefined ? this.#inner.open(path, options) : this.#openIn(seconds, path.slice(1), options);
  }

  statFs(): MaybePromise<VfsFsInfo> {
    return this.#inner.statFs();
  }

  async dispose(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const seconds of [...this.#open.keys()]) await this.#close(seconds);
    await this.#inner.dispose();
  }

  async #openIn(seconds: number, path: VfsPath, options: VfsOpenOptions): Promise<VfsOpened> {
    if (options.data === 'write' || options.data === 'read-write') throw new VfsError('read-only', 'a snapshot');
    const snapshot = this.#use(seconds);
    const ended = (): void => {
      snapshot.uses -= 1;
      snapshot.usedAt = performance.now();
    };
    try {
      const vfs = await snapshot.vfs;
      const opened = await orElse(
        () => vfs.open(path, { ...options, disposition: 'open' }),
        (error) => {
          // A name that is missing cannot be made.
          const isMissing = error instanceof VfsError && error.code === 'not-found';
          if (isMissing && options.disposition !== 'open') throw new VfsError('read-only', 'a snapshot');
          throw error;
        },
      );
      if (options.disposition !== 'create') {
        return { ...opened, handle: new SnapshotHandle(opened.handle, snapshotName(seconds), ended) };
      }
      await opened.handle.close();
      throw new VfsError('exists', path.at(-1) ?? '');
    } catch (error) {
      ended();
      throw error;
    }
  }

  #use(seconds: number): OpenSnapshot {
    let snapshot = this.#open.get(seconds);
    if (snapshot === undefined) {
      if (this.#open.size >= MAX_OPEN) this.#makeRoom();
      snapshot = { vfs: this.#source.open(seconds), uses: 0, usedAt: performance.now() };
      this.#open.set(seconds, snapshot);
      // What could not be opened is tried again by the next who asks.
      snapshot.vfs.catch(() => this.#open.delete(seconds));
      this.#sweeper ??= setInterval(() => this.#sweep(), IDLE_MS).unref();
    }
    snapshot.uses += 1;
    return snapshot;
  }

  #makeRoom(): void {
    const unused = [...this.#open].filter(([, { uses }]) => uses === 0);
    const oldest = unused.toSorted(([, a], [, b]) => a.usedAt - b.usedAt)[0];
    if (oldest === undefined) throw new VfsError('too-many-open', `${MAX_OPEN} snapshots`);
    void this.#close(oldest[0]);
  }

  #sweep(): void {
    const before = performance.now() - IDLE_MS;
    for (const [seconds, { uses, usedAt }] of this.#open) if (uses === 0 && usedAt < before) void this.#close(seconds);
    if (this.#open.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  async #close(seconds: number): Promise<void> {
    const snapshot = this.#open.get(seconds);
    this.#open.delete(seconds);
    const vfs = await snapshot?.vfs.catch(() => undefined);
    await vfs?.dispose();
  }
}

/** A back end that shows earlier states of itself, in addition to what it is. */
export function withSnapshots(inner: Vfs, source: SnapshotSource): Vfs {
  return new SnapshotVfs(inner, source);
}
