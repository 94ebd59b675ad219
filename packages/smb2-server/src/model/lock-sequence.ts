/** Open.LockSequenceArray has 64 entries, [MS-SMB2] 3.3.1.10. */
const ENTRIES = 64;
const EMPTY = 0xff;

/**
 * What LOCK requests an Open has carried out: a client that repeats one after a reconnect is told
 * the result and does not lock twice. [MS-SMB2] 3.3.5.14
 */
export class LockSequences {
  readonly #numbers: Uint8Array;

  /** @param numbers the bytes of another one's `bytes`, to go on with */
  constructor(numbers?: Uint8Array) {
    this.#numbers = numbers?.length === ENTRIES ? numbers : new Uint8Array(ENTRIES).fill(EMPTY);
  }

  /** Carried out already; else the entry is free for what comes now. */
  isRepeated(index: number, number: number): boolean {
    if (index < 1 || index > ENTRIES) return false;
    if (this.#numbers[index - 1] === number) return true;
    this.#numbers[index - 1] = EMPTY;
    return false;
  }

  /** The request succeeded. */
  done(index: number, number: number): void {
    if (index >= 1 && index <= ENTRIES) this.#numbers[index - 1] = number;
  }

  /** The request that was said to have succeeded did not. */
  forget(index: number): void {
    if (index >= 1 && index <= ENTRIES) this.#numbers[index - 1] = EMPTY;
  }

  /** One byte an entry, for keeping. */
  get bytes(): Uint8Array {
    return this.#numbers.slice();
  }
}
