import { NtStatus } from '@tsmbd/smb2-codec';
import { HomedElsewhere, StatusError } from '../errors.ts';
import type { KeyHash } from '../model/index.ts';
import { FULL, NOBODY, type SharedTable } from './shared-table.ts';

/** A file that this worker is the home of, or a name that it has. */
interface Held {
  readonly hash: KeyHash;
  uses: number;
  /** Bits of FileMarks. */
  marks: number;
}

/**
 * Which files, leases and CreateGuids belong to this worker and which to others. A file's home is
 * the worker that opened it first, for as long as anybody has it open: all its state is there. A
 * look costs less than a microsecond and no message.
 */
export class Homes {
  readonly #table: SharedTable;
  readonly #own: number;
  readonly #held = new Map<string, Held>();

  constructor(table: SharedTable, own: number) {
    this.#table = table;
    this.#own = own;
  }

  /** The other worker that has the key; undefined if this worker has it, or nobody. */
  elsewhere(key: string): number | undefined {
    if (this.#held.has(key)) return undefined;
    const owner = this.#table.ownerOf(this.#table.hash(key));
    return owner === NOBODY || owner === this.#own ? undefined : owner;
  }

  /**
   * Makes the key this worker's; false when another worker has it. Throws
   * STATUS_INSUFFICIENT_RESOURCES when the table is full.
   */
  tryTake(key: string): boolean {
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.uses += 1;
      return true;
    }
    const hash = this.#table.hash(key);
    const owner = this.#table.claim(hash);
    if (owner === FULL) {
      throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many files are open in all workers');
    }
    if (owner !== this.#own) return false;
    // An earlier life of this worker may have left marks.
    this.#held.set(key, { hash, uses: 1, marks: this.#table.flagsOf(hash, owner) ?? 0 });
    return true;
  }

  /** Makes the key this worker's. Throws HomedElsewhere when another worker has it. */
  take(key: string): void {
    while (!this.tryTake(key)) {
      const owner = this.elsewhere(key);
      if (owner !== undefined) throw new HomedElsewhere(owner);
    }
  }

  /** Ends one use of a key that this worker took. */
  drop(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.uses -= 1;
    if (held.uses > 0) return;
    this.#held.delete(key);
    this.#table.release(held.hash);
  }

  /** Sets or clears one of FileMarks of a file of this worker. */
  mark(key: string, mark: number, on: boolean): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    const marks = on ? held.marks | mark : held.marks & ~mark;
    if (marks === held.marks) return;
    held.marks = marks;
    this.#table.setFlags(held.hash, marks);
  }

  /** Gives up what an earlier life of this worker had and this one has not taken. */
  settle(): void {
    this.#table.settle();
  }

  hashOf(key: string): KeyHash {
    return this.#table.hash(key);
  }

  /** FileMarks of a file whose home is `worker`; undefined if its home is another by now. */
  marksOf(hash: KeyHash, worker: number): number | undefined {
    return this.#table.flagsOf(hash, worker);
  }
}
