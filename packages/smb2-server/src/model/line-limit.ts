const WINDOW_MS = 10_000;

/**
 * How many log lines one source, as a connection, may cause in ten seconds. What is beyond that is
 * only counted.
 */
export class LineLimit {
  readonly #most: number;
  #lines = 0;
  #windowEnds = Number.NEGATIVE_INFINITY;
  #left = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Whether a line may be logged now.
   *
   * @param now milliseconds of the monotonic clock
   */
  admits(now: number): boolean {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS;
      this.#lines = 0;
    }
    if (this.#lines >= this.#most) {
      this.#left += 1;
      return false;
    }
    this.#lines += 1;
    return true;
  }

  /**
   * The count of what was not logged. It is reported with the next line, or when the connection
   * ends.
   */
  takeLeft(): { readonly notLogged?: number } {
    const left = this.#left;
    this.#left = 0;
    return left === 0 ? {} : { notLogged: left };
  }
}
