import { type MaybePromise, VfsError, type VfsHandle, type VfsStat } from '@tsmbd/vfs-adapter';
import type { FileOpen, Times } from '../model/index.ts';

/**
 * How long after a write the file still shows its earlier write time, as on Windows. [MS-FSA]
 * 2.1.4.17
 */
const DELAY_MS = 2_000;
/** How many change times are remembered; the oldest are forgotten first. */
const MAX_CHANGE_TIMES = 10_000;

/** The write time that a file shows while it is open. */
interface Shown {
  /** ns since 1970. */
  writeTime: bigint;
  /**
   * When the real write time shows again, in milliseconds of the monotonic clock. Undefined: when
   * the file is closed.
   */
  dueAt: number | undefined;
  /** A client set or froze this time: the file keeps it when it is closed. */
  readonly explicit: boolean;
  /** Something was written since then. */
  written: boolean;
  /** When something was last written. */
  writtenAt: number;
}

/** The change time that a file shows. */
interface ShownChange {
  /** ns since 1970. */
  readonly set: bigint;
  /**
   * What the back end reported at that time; undefined: what it reports next. The file shows `set`
   * as long as the back end reports this.
   */
  real: bigint | undefined;
}

/**
 * The times that clients see, when they differ from what the back end reports. A write shows its
 * time late, and then only once. Later writes do not move a time that a client has set. A change
 * time that was set shows until the file changes again, although a POSIX file cannot store one.
 * [MS-FSA] 2.1.5.15.2, [MS-FSCC] 2.4.7
 */
export class FileTimes implements Times {
  readonly #shown = new Map<string, Shown>();
  /** The change times that were set, and what the back end reported when they were set. */
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

  /** The stat that clients are shown for the open's file. */
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

  /** The stat that clients are shown for a directory's entry. */
  seenEntry(stat: VfsStat): VfsStat {
    if (this.#change.size === 0) return stat;
    const change = this.#change.get(changeKey(stat));
    if (change === undefined) return stat;
    change.real ??= stat.changeTime;
    return change.real === stat.changeTime ? { ...stat, changeTime: change.set } : stat;
  }

  /** Called just before bytes are written through `open`. */
  beforeWrite(open: FileOpen): void {
    const shown = this.#shown.get(keyOf(open));
    if (shown !== undefined) {
      shown.written = true;
      shown.writtenAt = this.#now();
      return;
    }
    const stat = open.handle.stat();
    // If the back end has to wait for its times, they are shown as they are.
    if (stat instanceof Promise) {
      // The open may be closed before the back end answers, and nobody waits for the answer.
      stat.catch(() => {});
      return;
    }
    const now = this.#now();
    const { writeTime } = stat;
    // Whether or not the write succeeds, the time that is shown lasts only as long as this open.
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: now + DELAY_MS, explicit: false, written: true, writtenAt: now });
  }

  /**
   * The length was set, or the bytes were flushed. The time of that shows at once, and later writes
   * no longer move it.
   */
  async update(open: FileOpen): Promise<void> {
    const shown = this.#shown.get(keyOf(open));
    if (shown?.explicit === true) return;
    const { writeTime } = await open.handle.stat();
    if (open.closed) return;
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: undefined, explicit: false, written: false, writtenAt: 0 });
  }

  /** Something else was set: a write time that was held back shows now. */
  async updateIfDelayed(open: FileOpen): Promise<void> {
    if (this.#shown.get(keyOf(open))?.dueAt !== undefined) await this.update(open);
  }

  /** A client set the write time, or froze it at its present value. */
  setWriteTime(open: FileOpen, writeTime: bigint): void {
    open.stickyWriteTime = true;
    this.#shown.set(keyOf(open), { writeTime, dueAt: undefined, explicit: true, written: false, writtenAt: 0 });
  }

  /** The write time is updated again. */
  thaw(open: FileOpen): void {
    this.#shown.delete(keyOf(open));
  }

  /** A client set the change time, and the back end cannot store one. */
  async setChangeTime(open: FileOpen, set: bigint): Promise<void> {
    const stat = await open.handle.stat();
    const key = changeKey(stat);
    this.#change.delete(key);
    this.#change.set(key, { set, real: stat.changeTime });
    open.changeTimeOf = key;
    if (this.#change.size > MAX_CHANGE_TIMES) this.#change.delete(this.#change.keys().next().value!);
  }

  /**
   * Something changed through `open`. If a client set the change time through this open, that time
   * stays. [MS-FSA] 2.1.1.6 Open.UserSetChangeTime
   */
  changedThrough({ changeTimeOf }: FileOpen): void {
    if (changeTimeOf === undefined) return;
    const change = this.#change.get(changeTimeOf);
    if (change !== undefined) change.real = undefined;
  }

  /**
   * The open ends, and the file shows its own times again: what a client has set, or the end of
   * what was written.
   */
  closed(open: FileOpen): MaybePromise<void> {
    if (open.changeTimeOf !== undefined || open.modified || open.stickyWriteTime) return this.#ownAgain(open);
    return undefined;
  }

  async #ownAgain(open: FileOpen): Promise<void> {
    // For changes after this, the back end's change time shows again.
    if (open.changeTimeOf !== undefined) await settled(open.handle, (stat) => this.seenEntry(stat));
    if (!open.modified && !open.stickyWriteTime) return;
    const shown = this.#shown.get(keyOf(open));
    this.#shown.delete(keyOf(open));
    if (shown?.written !== true) return;
    // The time of the write has shown already, and nothing was written after it.
    if (shown.dueAt !== undefined && this.#now() >= shown.dueAt && shown.writtenAt <= shown.dueAt) return;
    await restore(open.handle, shown.explicit ? shown.writeTime : this.#wallTime());
  }
}

/** Times belong to the file, no matter which of its streams is open. [MS-FSA] 2.1.1.3 */
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
    // If the times may not be set any more, they stay as they are.
    if (!(error instanceof VfsError)) throw error;
  }
}

/** Like `seen`, for a stat that may come later. */
export function seenLater(times: Times, open: FileOpen, stat: MaybePromise<VfsStat>): MaybePromise<VfsStat> {
  return stat instanceof Promise ? stat.then((s) => times.seen(open, s)) : times.seen(open, stat);
}
