import type { OwnCount, Together } from '../model/index.ts';

/** Numbers that all workers change together. */
const TOGETHER: readonly Together[] = ['byteChanges', 'renames', 'removals'];

/**
 * Numbers that each worker has of its own and that the others read:
 *
 * - `users`: sessions that have a user
 * - `leasedDirectories`: directories whose entries a client caches
 * - `watched`: FILE_NOTIFY_CHANGE bits that some watch asks for
 * - `strictDirectories`: opens of directories that forbid the rename of a file inside
 * - `unopened`: persistent opens whose files could not be opened yet
 * - `persistent`: opens that can be found by their CreateGuid alone
 * - `descriptors`: descriptors of the system that opens use
 */
const OWN: readonly OwnCount[] = [
  'users',
  'leasedDirectories',
  'watched',
  'strictDirectories',
  'unopened',
  'persistent',
  'descriptors',
];

/** Words between the numbers of two workers, so that two cores do not share a cache line. */
const STRIDE = 32;

/** Numbers in shared memory that tell a worker whether others must hear of something at all. */
export class SharedCounts {
  readonly #words: Int32Array;
  readonly #own: number;
  readonly #count: number;

  /** @param memory zeroed */
  constructor(memory: SharedArrayBuffer, byteOffset: number, own: number, count: number) {
    this.#words = new Int32Array(memory, byteOffset, (count + 1) * STRIDE);
    this.#own = own;
    this.#count = count;
  }

  /** Bytes of memory for this many workers. */
  static sizeOf(count: number): number {
    return (count + 1) * STRIDE * 4;
  }

  together(which: Together): number {
    return Atomics.load(this.#words, TOGETHER.indexOf(which));
  }

  addTogether(which: Together): void {
    Atomics.add(this.#words, TOGETHER.indexOf(which), 1);
  }

  of(worker: number, which: OwnCount): number {
    return Atomics.load(this.#words, (worker + 1) * STRIDE + OWN.indexOf(which));
  }

  set(which: OwnCount, value: number): void {
    Atomics.store(this.#words, (this.#own + 1) * STRIDE + OWN.indexOf(which), value);
  }

  sum(which: OwnCount): number {
    let sum = 0;
    for (let worker = 0; worker < this.#count; worker++) sum += this.of(worker, which);
    return sum;
  }

  /** The other workers for which the number is not 0. */
  *others(which: OwnCount): Iterable<number> {
    for (let worker = 0; worker < this.#count; worker++) {
      if (worker !== this.#own && this.of(worker, which) !== 0) yield worker;
    }
  }

  /**
   * A worker has died: its numbers begin again. But its persistent opens are there until it has
   * looked which of them it can restore.
   */
  forget(worker: number): void {
    for (const which of OWN) {
      if (which !== 'persistent') Atomics.store(this.#words, (worker + 1) * STRIDE + OWN.indexOf(which), 0);
    }
  }
}
