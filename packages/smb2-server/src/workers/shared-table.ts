import type { KeyHash } from '../model/index.ts';

/** Returned by `claim` when there is no room for another entry. */
export const FULL = -2;
/** Returned by `ownerOf` when no worker owns the key. */
export const NOBODY = -1;

/*
 * The memory is an array of 32-bit words. Each bucket has a lock (the number of the worker that
 * holds it, plus 1) and SLOTS slots. A slot is free while its owner is 0.
 */
const SLOTS = 16;
const SLOT_WORDS = 5;
const BUCKET_WORDS = 1 + SLOTS * SLOT_WORDS;
/** Words of a slot. The owner is the number of a worker, plus 1. */
const HIGH = 0;
const LOW = 1;
const OWNER = 2;
const COUNT = 3;
const FLAGS = 4;
/** How often a lock is tried before this thread lets others run. */
const SPINS = 2_000;

/**
 * A table in shared memory that says which worker owns a key. Every worker reads and writes it
 * without asking another. A key belongs to one bucket, and each bucket has a lock that is held for
 * less than a microsecond. The size is fixed: when a bucket is full, a claim fails with FULL.
 */
export class SharedTable {
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  readonly #own: number;
  /** Found by the last `#enter`: the slot of the key, or 0; and a free slot, or 0. */
  #slot = 0;
  #free = 0;

  /**
   * @param memory zeroed
   * @param buckets a power of two
   * @param seed the same for all workers, and unknown to clients, so that no client can choose keys
   *   that fill one bucket
   * @param own the number of the worker that uses this object
   */
  constructor(memory: SharedArrayBuffer, byteOffset: number, buckets: number, seed: number, own: number) {
    this.#words = new Int32Array(memory, byteOffset, buckets * BUCKET_WORDS);
    this.#mask = buckets - 1;
    this.#seed = seed;
    this.#own = own;
  }

  /** Bytes of memory for this many buckets. */
  static sizeOf(buckets: number): number {
    return buckets * BUCKET_WORDS * 4;
  }

  /** Keys of one hash share an entry, which every user of a table allows. */
  hash(key: string): KeyHash {
    let high = this.#seed | 0;
    let low = ~this.#seed;
    for (let i = 0; i < key.length; i++) {
      const c = key.charCodeAt(i);
      high = Math.imul(high ^ c, 0x9e37_79b1);
      low = Math.imul(low ^ c, 0x85eb_ca6b);
      high ^= low >>> 15;
      low ^= high >>> 13;
    }
    high = Math.imul(high ^ (low >>> 16), 0xc2b2_ae35);
    low = Math.imul(low ^ (high >>> 15), 0x27d4_eb2f);
    return { high, low: low ^ (low >>> 14) };
  }

  /**
   * Makes the key this worker's if nobody has it, and counts one more use if this worker has it. A
   * key that was kept for this worker when it died has its word still: it is kept once more if the
   * worker dies before it is done.
   *
   * Returns the number of the worker that has the key now, or FULL.
   */
  claim(key: KeyHash): number {
    const words = this.#words;
    const bucket = this.#enter(key);
    let owner = this.#own;
    if (this.#slot !== 0) {
      owner = words[this.#slot + OWNER]! - 1;
      if (owner === this.#own) words[this.#slot + COUNT]! += 1;
    } else if (this.#free === 0) {
      owner = FULL;
    } else {
      words[this.#free + HIGH] = key.high;
      words[this.#free + LOW] = key.low;
      words[this.#free + COUNT] = 1;
      words[this.#free + FLAGS] = 0;
      Atomics.store(words, this.#free + OWNER, owner + 1);
    }
    Atomics.store(words, bucket, 0);
    return owner;
  }

  /** Takes one use by this worker back. The key is nobody's after the last. */
  release(key: KeyHash): void {
    const words = this.#words;
    const bucket = this.#enter(key);
    if (this.#slot !== 0 && words[this.#slot + OWNER] === this.#own + 1) {
      words[this.#slot + COUNT]! -= 1;
      if (words[this.#slot + COUNT]! <= 0) Atomics.store(words, this.#slot + OWNER, 0);
    }
    Atomics.store(words, bucket, 0);
  }

  /** The worker that has the key now, or NOBODY. */
  ownerOf(key: KeyHash): number {
    const bucket = this.#enter(key);
    const owner = this.#slot === 0 ? NOBODY : this.#words[this.#slot + OWNER]! - 1;
    Atomics.store(this.#words, bucket, 0);
    return owner;
  }

  /** Sets the word that belongs to a key of this worker. */
  setFlags(key: KeyHash, flags: number): void {
    const bucket = this.#enter(key);
    if (this.#slot !== 0 && this.#words[this.#slot + OWNER] === this.#own + 1) {
      Atomics.store(this.#words, this.#slot + FLAGS, flags);
    }
    Atomics.store(this.#words, bucket, 0);
  }

  /** The word of a key, if `owner` has the key. Undefined if it has not. Takes no lock. */
  flagsOf(key: KeyHash, owner: number): number | undefined {
    const words = this.#words;
    const slot = this.#find(this.#bucketOf(key), key);
    if (slot === 0) return undefined;
    const flags = Atomics.load(words, slot + FLAGS);
    // The slot may have gone to another key between the two looks.
    const isStill =
      Atomics.load(words, slot + OWNER) === owner + 1 &&
      words[slot + HIGH] === key.high &&
      words[slot + LOW] === key.low;
    return isStill ? flags : undefined;
  }

  /** How many entries a worker has. Looks at the whole table: for tests. */
  entriesOf(owner: number): number {
    let count = 0;
    for (const slot of this.#slots()) if (this.#words[slot + OWNER] === owner + 1) count += 1;
    return count;
  }

  /**
   * A worker has died: its keys are nobody's, and locks that it held are free. No slot is half
   * written, because a slot counts from the moment its owner is stored.
   *
   * @param kept bits of the word: a key that has one of them stays the worker's, unused, with its
   *   word
   */
  forget(owner: number, kept = 0): void {
    const words = this.#words;
    for (let bucket = 0; bucket < words.length; bucket += BUCKET_WORDS) {
      Atomics.compareExchange(words, bucket, owner + 1, 0);
    }
    for (const slot of this.#slots()) {
      if (words[slot + OWNER] !== owner + 1) continue;
      words[slot + COUNT] = 0;
      if ((words[slot + FLAGS]! & kept) === 0) Atomics.store(words, slot + OWNER, 0);
    }
  }

  /** Frees the keys of this worker that it has not claimed since `forget`. */
  settle(): void {
    const words = this.#words;
    for (const slot of this.#slots()) {
      if (words[slot + OWNER] !== this.#own + 1 || words[slot + COUNT] !== 0) continue;
      Atomics.store(words, slot + OWNER, 0);
    }
  }

  *#slots(): Iterable<number> {
    for (let bucket = 0; bucket < this.#words.length; bucket += BUCKET_WORDS) {
      for (let i = 0; i < SLOTS; i++) yield bucket + 1 + i * SLOT_WORDS;
    }
  }

  #bucketOf(key: KeyHash): number {
    return (key.low & this.#mask) * BUCKET_WORDS;
  }

  /** The slot of the key, or 0. */
  #find(bucket: number, { high, low }: KeyHash): number {
    const words = this.#words;
    for (let i = 0, slot = bucket + 1; i < SLOTS; i++, slot += SLOT_WORDS) {
      if (words[slot + HIGH] === high && words[slot + LOW] === low && words[slot + OWNER] !== 0) return slot;
    }
    return 0;
  }

  /** Locks the bucket of the key and finds its slot. The first word of the bucket is the lock. */
  #enter(key: KeyHash): number {
    const words = this.#words;
    const bucket = this.#bucketOf(key);
    for (let tries = 0; Atomics.compareExchange(words, bucket, 0, this.#own + 1) !== 0; tries++) {
      // The system may have interrupted the thread that holds the lock.
      if (tries >= SPINS) Atomics.wait(words, bucket, Atomics.load(words, bucket), 1);
    }
    this.#slot = this.#find(bucket, key);
    this.#free = 0;
    for (let i = 0, slot = bucket + 1; this.#slot === 0 && this.#free === 0 && i < SLOTS; i++, slot += SLOT_WORDS) {
      if (words[slot + OWNER] === 0) this.#free = slot;
    }
    return bucket;
  }
}
