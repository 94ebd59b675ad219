import type { Libc } from './libc.ts';

/** The most directories that are remembered. */
const MAX = 10_000;

/** Directories that were read recently, so that a new reading finds them in the page cache. */
export class WarmDirectories {
  readonly #c: Libc;
  readonly #keys = new Set<string>();

  constructor(c: Libc) {
    this.#c = c;
  }

  /** Whether the open directory was seen before. It counts as seen from now on. Fills `stat`. */
  seen(fd: number): boolean {
    if (this.#c.statFd(fd) < 0) return false;
    const key = this.#c.stat.fileKey;
    if (this.#keys.has(key)) return true;
    this.#keys.add(key);
    if (this.#keys.size > MAX) this.#keys.delete(this.#keys.keys().next().value!);
    return false;
  }
}
