/** Bytes that several holders share: each says what it holds, and none gets more than is left. */
export class Budget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** One holder has `change` bytes more, or fewer; false when that is more than all may have. */
  add(change: number): boolean {
    this.#held += change;
    return this.#held <= this.#limit;
  }
}
