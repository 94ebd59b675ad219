/**
 * CommandSequenceWindow, [MS-SMB2] 3.3.1.1: which MessageIds a connection may use now. Granting
 * credits opens it at the top, using MessageIds closes it at the bottom.
 */
export class SequenceWindow {
  /** Every id below was used. */
  #low = 0;
  /** No id from here on was granted. */
  #high = 1;
  /** Used ids from `#low` on. */
  readonly #used = new Set<number>();
  readonly #maxCredits: number;

  constructor(maxCredits: number) {
    this.#maxCredits = maxCredits;
  }

  /** Ids that were granted and not used. */
  get available(): number {
    return this.#high - this.#low - this.#used.size;
  }

  /**
   * Takes `count` ids from `messageId` on; false when one was not granted or was used. [MS-SMB2]
   * 3.3.5.2.3
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
   * Grants up to `requested` credits and returns how many, [MS-SMB2] 3.3.1.2. At least one as long
   * as the client would otherwise have none; none while the window reaches too far because low ids
   * were left out.
   */
  grant(requested: number): number {
    const room = Math.min(this.#maxCredits - this.available, 2 * this.#maxCredits - (this.#high - this.#low));
    const count = Math.max(0, Math.min(Math.max(requested, this.available === 0 ? 1 : 0), room));
    this.#high += count;
    return count;
  }
}

const MAX_ID = BigInt(Number.MAX_SAFE_INTEGER) - 0x1_0000n;
