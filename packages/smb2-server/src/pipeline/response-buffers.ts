import { Writer } from '@tsmbd/ms-dtyp';
import type { Buffers } from '../model/index.ts';
import { freeMemory } from './free-memory.ts';

const CLASSES = [72 << 10, 264 << 10, (1 << 20) + (8 << 10), (4 << 20) + (8 << 10), (8 << 20) + (8 << 10)] as const;
/** How many bytes of each size class are kept while nobody needs them, at all workers together. */
const KEEP_BYTES = 32 << 20;
/** What nobody has needed for so long, beyond that, is given back to the system. */
const PERIOD_MS = 1000;

/** Buffers of one size. */
interface SizeClass {
  readonly size: number;
  readonly free: Uint8Array[];
  /** The fewest that were free since the period began: nobody has needed these. */
  fewest: number;
}

/**
 * Large response buffers, which are reused when their bytes have been sent. Small responses come
 * from a slab and are left to the garbage collector.
 *
 * Memory that is new costs a page fault for every 4 KiB, and many large buffers that come and go
 * make V8 collect garbage again and again. So what is in use now and then is kept.
 */
export class ResponseBuffers implements Buffers {
  readonly #classes: readonly SizeClass[] = CLASSES.map((size) => ({ size, free: [], fewest: 0 }));
  #slab: Uint8Array = new Uint8Array(0);
  #slabAt = 0;
  readonly #keepBytes: number;
  readonly #later: (ms: number, call: () => void) => void;
  #isWaiting = false;
  /** One writer for all small responses: to make one takes longer than to write a response. */
  #writer = new Writer(this.#slab);

  /**
   * @param later calls back after so many milliseconds
   * @param workers how many of these there are in the process
   */
  constructor(later: (ms: number, call: () => void) => void, workers = 1) {
    this.#later = later;
    this.#keepBytes = KEEP_BYTES / workers;
  }

  /**
   * A pooled buffer of at least `length` bytes. It still has its old content, so every byte that is
   * sent must have been written.
   */
  acquire(length: number): Uint8Array {
    const of = this.#classes.find(({ size }) => size >= length);
    if (of === undefined) return new Uint8Array(length);
    const buffer = of.free.pop() ?? plainBuffer(of.size);
    if (of.free.length < of.fewest) of.fewest = of.free.length;
    return buffer;
  }

  /** Takes back a buffer that nobody reads any more. */
  release(buffer: Uint8Array): void {
    const of = this.#classes.find(({ size }) => size === buffer.length);
    if (of === undefined) return;
    of.free.push(buffer);
    if (of.free.length > this.#kept(of)) this.#trimLater();
  }

  /** How many buffers are kept in any case: one at least. */
  #kept({ size }: SizeClass): number {
    return Math.max(1, Math.floor(this.#keepBytes / size));
  }

  #trimLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    for (const of of this.#classes) of.fewest = of.free.length;
    this.#later(PERIOD_MS, () => this.#trim());
  }

  /** Gives back what nobody has needed in the period that ends now. */
  #trim(): void {
    this.#isWaiting = false;
    let isMore = false;
    for (const of of this.#classes) {
      const kept = this.#kept(of);
      for (let i = Math.min(of.fewest, of.free.length - kept); i > 0; i--) freeMemory(of.free.pop()!);
      if (of.free.length > kept) isMore = true;
    }
    if (isMore) this.#trimLater();
  }

  /**
   * A writer for a small response, behind `headroom` free bytes. It serves one response at a time:
   * `wrote` says that the response is complete, and without that its place is used again. A long
   * response moves to a buffer of its own.
   */
  small(headroom: number): Writer {
    if (this.#slabAt + SMALL > this.#slab.length) {
      this.#slab = plainBuffer(SLAB);
      this.#slabAt = 0;
    }
    if (this.#writer.buffer !== this.#slab) this.#writer = new Writer(this.#slab, 0, false);
    this.#writer.position = this.#slabAt + headroom;
    this.#writer.base = this.#writer.position;
    return this.#writer;
  }

  /** The response of the last `small()` ends at this index of the writer's buffer. */
  wrote(end: number): void {
    if (this.#writer.buffer === this.#slab) this.#slabAt = (end + 7) & ~7;
  }
}

const SLAB = 64 << 10;
/** How many bytes a small response has at least before its writer moves to a buffer of its own. */
const SMALL = 4096;

/**
 * Memory that is not zeroed first, as a plain Uint8Array: the `slice` of a Buffer would be a view
 * of it, not a copy.
 */
function plainBuffer(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
