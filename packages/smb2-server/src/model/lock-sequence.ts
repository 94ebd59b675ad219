/** Open.LockSequenceArray has 64 entries, [MS-SMB2] 3.3.1.10. */
const ENTRIES = 64;
const EMPTY = 0xff;

/**
 * The LOCK requests that an Open has carried out. When a client repeats one after a reconnect, it
 * is told the result and the lock is not taken twice. [MS-SMB2] 3.3.5.14
 */
export class LockSequences {
  readonly #numbers: Uint8Array;

  /** @param numbers the `bytes` of another LockSequences, to continue from */
  constructor(numbers?: Uint8Array) {
    this.#numbers = numbers?.length === ENTRIES ? numbers : new Uint8Array(ENTRIES).fill(EMPTY);
  }

  /**
   * Whether this request has been carried out already. If not, the entry is cleared for the request
   * that comes now.
   */
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

  /** The request was recorded as successful, but it did not succeed. */
  forget(index: number): void {
    if (index >= 1 && index <= ENTRIES) this.#numbers[index - 1] = EMPTY;
  }

  /** One byte for each entry, for storage. */
  get bytes(): Uint8Array {
    return this.#numbers.slice();
  }
}
