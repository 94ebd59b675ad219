/** Bytes of the shortest match that is looked for. A hash covers this many bytes. */
export const HASHED = 4;

const HASH_BITS = 14;
const NONE = -1;

/**
 * Finds an earlier place with the same bytes. It keeps one candidate for each hash of four bytes:
 * the last place that had this hash. That finds most of what a search through chains finds, in a
 * fraction of the time. Table and work are bounded by the input.
 */
export class MatchFinder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #last = new Int32Array(1 << HASH_BITS).fill(NONE);

  constructor(bytes: Uint8Array, end = bytes.length) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /**
   * The last place before `at` whose bytes begin like those at `at`, at most `window` back; -1 if
   * there is none. Notes `at` for later searches.
   */
  find(at: number, window: number): number {
    const bytes = this.#bytes;
    if (at + HASHED > this.#end) return NONE;
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const from = this.#last[slot]!;
    this.#last[slot] = at;
    if (from === NONE || at - from > window) return NONE;
    const isSame =
      bytes[from] === bytes[at] &&
      bytes[from + 1] === bytes[at + 1] &&
      bytes[from + 2] === bytes[at + 2] &&
      bytes[from + 3] === bytes[at + 3];
    return isSame ? from : NONE;
  }

  /**
   * How many bytes from `from` and from `at` on are the same, at most `limit`. The first HASHED
   * bytes are known to be the same.
   */
  length(from: number, at: number, limit: number): number {
    const bytes = this.#bytes;
    let n = Math.min(HASHED, limit);
    while (n < limit && bytes[from + n] === bytes[at + n]) n++;
    return n;
  }

  /**
   * Notes some of the places within a match, so that later searches find them. A few are enough.
   */
  pass(from: number, to: number): void {
    const step = to - from > 64 ? 16 : 2;
    for (let at = from; at < to; at += step) this.find(at, 0);
  }
}
