/**
 * CommandSequenceWindow, [MS-SMB2] 3.3.1.1: the MessageIds that a connection may use now. Granting
 * credits extends the window at the top; using MessageIds closes it at the bottom.
 */
export class SequenceWindow {
  /** Every id below this one was used. */
  #low = 0;
  /** This id and all above it have not been granted. */
  #high = 1;
  /** Ids from `#low` on that were used. */
  readonly #used = new Set<number>();
  readonly #maxCredits: number;

  constructor(maxCredits: number) {
    this.#maxCredits = maxCredits;
  }

  /** How many ids were granted and have not been used. */
  get available(): number {
    return this.#high - this.#low - this.#used.size;
  }

  /**
   * Takes `count` ids, starting at `messageId`. Returns false when one of them was not granted or
   * was already used. [MS-SMB2] 3.3.5.2.3
   */
  consume(messageId: bigint, count: number): boolean {
    if (messageId > MAX_ID) return false;
    const id = Number(messageId);
    if (id < this.#low || id + count > this.#high) return false;
    if (id === this.#low && this.#used.size === 0) {
      this.#low += count;
      return true;
    }
    for (let i = id; i < id + count; i++) if (this.#used.has(i)) return false;
    for (let i = id; i < id + count; i++) this.#used.add(i);
    while (this.#used.delete(this.#low)) this.#low += 1;
    return true;
  }

  /**
   * Grants up to `requested` credits and returns how many were granted, [MS-SMB2] 3.3.1.2. Grants
   * at least one if the client would otherwise have none. Grants none while the window is too long
   * because the client has left out low ids.
   */
  grant(requested: number): number {
    const room = Math.min(this.#maxCredits - this.available, 2 * this.#maxCredits - (this.#high - this.#low));
    const count = Math.max(0, Math.min(Math.max(requested, this.available === 0 ? 1 : 0), room));
    this.#high += count;
    return count;
  }
}

const MAX_ID = BigInt(Number.MAX_SAFE_INTEGER) - 0x1_0000n;
