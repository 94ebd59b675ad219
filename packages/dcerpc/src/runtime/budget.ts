/**
 * A number of bytes that several holders share. Each holder reports what it holds, and none gets
 * more than is left.
 */
export class Budget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * A holder reports that it holds `change` bytes more, or fewer. Returns false if that is more
   * than all holders together may hold.
   */
  add(change: number): boolean {
    this.#held += change;
    return this.#held <= this.#limit;
  }
}
