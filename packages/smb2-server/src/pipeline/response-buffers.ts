import { Writer } from '@tsmbd/ms-dtyp';
import type { Buffers } from '../model/index.ts';
import { freeMemory } from './free-memory.ts';

const CLASSES = [72 << 10, 264 << 10, (1 << 20) + (8 << 10), (4 << 20) + (8 << 10), (8 << 20) + (8 << 10)] as const;
/** How many bytes of each size class are kept for reuse, at all workers together. */
const KEEP_BYTES = 32 << 20;

/**
 * Large response buffers, which are reused when their bytes have been sent. Small responses come
 * from a slab and are left to the garbage collector.
 */
export class ResponseBuffers implements Buffers {
  readonly #free: Uint8Array[][] = CLASSES.map(() => []);
  #slab: Uint8Array = new Uint8Array(0);
  #slabAt = 0;
  readonly #keepBytes: number;
  /** One writer for all small responses: to make one takes longer than to write a response. */
  #writer = new Writer(this.#slab);

  /** @param workers how many of these there are in the process */
  constructor(workers = 1) {
    this.#keepBytes = KEEP_BYTES / workers;
  }

  /**
   * A pooled buffer of at least `length` bytes. It still has its old content, so every byte that is
   * sent must have been written.
   */
  acquire(length: number): Uint8Array {
    const index = CLASSES.findIndex((size) => size >= length);
    if (index < 0) return new Uint8Array(length);
    return this.#free[index]!.pop() ?? plainBuffer(CLASSES[index]!);
  }

  /** Takes back a buffer that nobody reads any more. */
  release(buffer: Uint8Array): void {
    const index = CLASSES.indexOf(buffer.length as (typeof CLASSES)[number]);
    if (index < 0) return;
    const free = this.#free[index]!;
    // One of each is kept in any case.
    if (free.length === 0 || (free.length + 1) * buffer.length <= this.#keepBytes) free.push(buffer);
    else freeMemory(buffer);
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
