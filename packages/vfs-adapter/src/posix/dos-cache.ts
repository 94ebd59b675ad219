import type { DosInfo } from './dos-attrib.ts';
import type { StatBuffer } from './stat-buffer.ts';

/** Files in one of the two generations. */
const MAX = 50_000;

interface Entry {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly info: DosInfo | undefined;
}

/**
 * What files' DOSATTRIB said, or that there was none, by inode and change time: a statx tells whether it still holds,
 * which saves the second system call of every stat. Bounded: the older generation goes when the younger one is full.
 */
export class DosCache {
  #young = new Map<number, Entry>();
  #old = new Map<number, Entry>();

  /** What is known of the file that `stat` tells of; 'unknown' when it changed or was never seen. */
  get(stat: StatBuffer): DosInfo | undefined | 'unknown' {
    const key = stat.inodeNumber;
    const entry = this.#young.get(key) ?? this.#old.get(key);
    if (entry === undefined || entry.seconds !== stat.changeSeconds || entry.nanoseconds !== stat.changeNanoseconds) {
      return 'unknown';
    }
    return entry.info;
  }

  /** Notes what was read after `stat` was filled. */
  put(stat: StatBuffer, info: DosInfo | undefined): void {
    if (this.#young.size >= MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(stat.inodeNumber, {
      seconds: stat.changeSeconds,
      nanoseconds: stat.changeNanoseconds,
      info,
    });
  }
}
