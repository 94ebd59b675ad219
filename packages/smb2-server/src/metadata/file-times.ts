import { type MaybePromise, VfsError, type VfsHandle, type VfsStat } from '@tsmbd/vfs-adapter';
import type { FileOpen, Times } from '../model/index.ts';

/**
 * How long after a write the file still shows the time before it; what Windows does. [MS-FSA]
 * 2.1.4.17
 */
const DELAY_MS = 2_000;
/** Change times remembered: the oldest go. */
const MAX_CHANGE_TIMES = 10_000;

/** The write time that a file shows while it is open. */
interface Shown {
  /** ns since 1970. */
  writeTime: bigint;
  /**
   * When the real one shows; undefined: when the file is closed. Milliseconds of the monotonic
   * clock.
   */
  dueAt: number | undefined;
  /** A client set or froze it: the file keeps it when it is closed. */
  readonly explicit: boolean;
  /** Something was written since. */
  written: boolean;
  /** When, the last time. */
  writtenAt: number;
}

/** The change time that a file shows. */
interface ShownChange {
  /** ns since 1970. */
  readonly set: bigint;
  /**
   * What the back end said then; undefined: what it says next. The file shows `set` as long as it
   * says that.
   */
  real: bigint | undefined;
}

/**
 * Times as clients see them, where that is not what the back end says: a write shows its time late
 * and then once, a time that a client set is not moved by what is written after it, and a change
 * time that was set shows until the file changes again, though a POSIX file keeps none. [MS-FSA]
 * 2.1.5.15.2, [MS-FSCC] 2.4.7
 */
export class FileTimes implements Times {
  readonly #shown = new Map<string, Shown>();
  /** What was set, and what the back end said then. */
  readonly #change = new Map<string, ShownChange>();
  readonly #now: () => number;
  readonly #wallTime: () => bigint;

  /**
   * @param now milliseconds of a monotonic clock
   * @param wallTime ns since 1970
   */
  constructor(now: () => number, wallTime: () => bigint) {
    this.#now = now;
    this.#wallTime = wallTime;
  }

  /** What clients are told of the open's file. */
  seen(open: { readonly handle: Pick<VfsHandle, 'identity' | 'file'> }, stat: VfsStat): VfsStat {
    const shown = this.#shown.get(keyOf(open));
    if (shown === undefined) return this.seenEntry(stat);
    if (shown?.dueAt !== undefined && this.#now() >= shown.dueAt) {
      shown.writeTime = stat.writeTime;
      shown.written = shown.writtenAt > shown.dueAt;
      shown.dueAt = undefined;
    }
    return { ...this.seenEntry(stat), writeTime: shown.writeTime };
  }

  /** What clients are told of a directory's entry. */
  seenEntry(stat: VfsStat): VfsStat {
    if (this.#change.size === 0) return stat;
    const change = this.#change.get(changeKey(stat));
    if (change === undefined) return stat;
    change.real ??= stat.changeTime;
    return change.real === stat.changeTime ? { ...stat, changeTime: change.set } : stat;
  }

  /** Right before bytes are written through `open`. */
  beforeWrite(open: FileOpen): void {
    const shown = this.#shown.get(keyOf(open));
    if (shown !== undefined) {
      shown.written = true;
      shown.writtenAt = this.#now();
      return;
    }
    const stat = open.handle.stat();
    // A back end that has to wait for its times shows them as they are.
    if (stat instanceof Promise) {
      // The open may be closed before it answers, and nobody waits for it.
      stat.catch(() => {});
      return;
    }
    const now = this.#now();
    const { writeTime } = stat;
    // Whether or not the write succeeds: what is shown ends with this open.
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: now + DELAY_MS, explicit: false, written: true, writtenAt: now });
  }

  /**
   * The length was set, or the bytes flushed: the time of that shows at once, and what is written
   * later moves it no more.
   */
  async update(open: FileOpen): Promise<void> {
    const shown = this.#shown.get(keyOf(open));
    if (shown?.explicit === true) return;
    const { writeTime } = await open.handle.stat();
    if (open.closed) return;
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: undefined, explicit: false, written: false, writtenAt: 0 });
  }

  /** Something else was set: what a write has put off shows now. */
  async updateIfDelayed(open: FileOpen): Promise<void> {
    if (this.#shown.get(keyOf(open))?.dueAt !== undefined) await this.update(open);
  }

  /** A client set the write time, or stopped its updates at what it is now. */
  setWriteTime(open: FileOpen, writeTime: bigint): void {
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: undefined, explicit: true, written: false, writtenAt: 0 });
  }

  /** Updates go on. */
  thaw(open: FileOpen): void {
    this.#shown.delete(keyOf(open));
  }

  /** A client set the change time, and the back end has none to set. */
  async setChangeTime(open: FileOpen, set: bigint): Promise<void> {
    const stat = await open.handle.stat();
    const key = changeKey(stat);
    this.#change.delete(key);
    this.#change.set(key, { set, real: stat.changeTime });
    open.changeTimeOf = key;
    if (this.#change.size > MAX_CHANGE_TIMES) this.#change.delete(this.#change.keys().next().value!);
  }

  /**
   * Something changed through `open`: who set the change time himself keeps it. [MS-FSA] 2.1.1.6
   * Open.UserSetChangeTime
   */
  changedThrough({ changeTimeOf }: FileOpen): void {
    if (changeTimeOf === undefined) return;
    const change = this.#change.get(changeTimeOf);
    if (change !== undefined) change.real = undefined;
  }

  /**
   * The open ends: the file shows its own times again. They are what a client set, or the end of
   * what was written.
   */
  async closed(open: FileOpen): Promise<void> {
    // What comes after it is the system's to tell again.
    if (open.changeTimeOf !== undefined) await settled(open.handle, (stat) => this.seenEntry(stat));
    if (!open.modified && !open.stickyWriteTime) return;
    const shown = this.#shown.get(keyOf(open));
    this.#shown.delete(keyOf(open));
    if (shown?.written !== true) return;
    // Its time has shown already, and nothing came after it.
    if (shown.dueAt !== undefined && this.#now() >= shown.dueAt && shown.writtenAt <= shown.dueAt) return;
    await restore(open.handle, shown.explicit ? shown.writeTime : this.#wallTime());
  }
}

/** Times are the file's, whichever of its streams is open. [MS-FSA] 2.1.1.3 */
function keyOf({ handle }: { readonly handle: Pick<VfsHandle, 'identity' | 'file'> }): string {
  return handle.file?.identity ?? handle.identity;
}

async function settled(handle: VfsHandle, look: (stat: VfsStat) => void): Promise<void> {
  try {
    look(await handle.stat());
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  }
}

function changeKey({ device, inode }: VfsStat): string {
  return `${device}:${inode}`;
}

async function restore(handle: VfsHandle, writeTime: bigint): Promise<void> {
  try {
    await handle.set({ writeTime });
  } catch (error) {
    // Whoever may not set times any more leaves them.
    if (!(error instanceof VfsError)) throw error;
  }
}

/** The same as `seen`, of a stat that may come later. */
export function seenLater(times: Times, open: FileOpen, stat: MaybePromise<VfsStat>): MaybePromise<VfsStat> {
  return stat instanceof Promise ? stat.then((s) => times.seen(open, s)) : times.seen(open, stat);
}
