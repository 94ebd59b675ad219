import type { DosInfo } from './dos-attrib.ts';
import type { StatBuffer } from './stat-buffer.ts';

/** The most files in each of the two generations. */
const MAX = 50_000;

/** What a file's extended attributes said at one change time. */
export interface XattrFacts {
  /** What DOSATTRIB said; undefined if there was none. */
  readonly dos: DosInfo | undefined;
  /** The names of all extended attributes; undefined if they were not asked for. */
  readonly names: readonly string[] | undefined;
}

interface Entry {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly facts: XattrFacts;
}

/**
 * What files' extended attributes said, by inode and change time. A statx tells whether an entry is
 * still valid. That saves the second system call of every stat, and the calls of an open that looks
 * for descriptors. Bounded: when the younger generation is full, the older one is dropped.
 */
export class DosCache {
  #young = new Map<number, Entry>();
  #old = new Map<number, Entry>();

  /**
   * What is known of the file that `stat` describes; undefined if the file changed or was never
   * seen.
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
