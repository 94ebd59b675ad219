import type { DosInfo } from './dos-attrib.ts';
import type { StatBuffer } from './stat-buffer.ts';

/** Files in one of the two generations. */
const MAX = 50_000;

/** What a file's extended attributes said at one change time. */
export interface XattrFacts {
  /** What DOSATTRIB said; undefined when there was none. */
  readonly dos: DosInfo | undefined;
  /** The names of all of them; undefined when they were not asked for. */
  readonly names: readonly string[] | undefined;
}

interface Entry {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly facts: XattrFacts;
}

/**
 * What files' extended attributes said by inode and change time: a statx tells whether it still
 * holds, which saves the second system call of every stat, and those of an open that looks for
 * descriptors. Bounded: the older generation goes when the younger one is full.
 */
export class DosCache {
  #young = new Map<number, Entry>();
  #old = new Map<number, Entry>();

  /**
   * What is known of the file that `stat` tells of; undefined when it changed or was never seen.
   */
  get(stat: StatBuffer): XattrFacts | undefined {
    const key = stat.inodeNumber;
    const entry = this.#young.get(key) ?? this.#old.get(key);
    if (entry === undefined || entry.seconds !== stat.changeSeconds || entry.nanoseconds !== stat.changeNanoseconds) {
      return undefined;
    }
    return entry.facts;
  }

  /** Notes what was read after `stat` was filled. */
  put(stat: StatBuffer, facts: XattrFacts): void {
    if (this.#young.size >= MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(stat.inodeNumber, {
      seconds: stat.changeSeconds,
      nanoseconds: stat.changeNanoseconds,
      facts,
    });
  }
}
