import type { Buffers } from '../model/index.ts';

const CLASSES = [72 << 10, 264 << 10, (1 << 20) + (8 << 10), (4 << 20) + (8 << 10), (8 << 20) + (8 << 10)] as const;
/** Bytes kept for reuse in each class. */
const KEEP_BYTES = 32 << 20;

/**
 * Large response buffers, reused when their bytes have left. Small ones come from a slab and go to
 * the collector.
 */
export class ResponseBuffers implements Buffers {
  readonly #free: Uint8Array[][] = CLASSES.map(() => []);
  #slab: Uint8Array = new Uint8Array(0);
  #slabAt = 0;

  /**
   * At least `length` bytes of a pooled buffer. Its content is old: every byte sent must have been
   * written.
   */
  acquire(length: number): Uint8Array {
    const index = CLASSES.findIndex((size) => size >= length);
    if (index < 0) return new Uint8Array(length);
    return this.#free[index]!.pop() ?? plainBuffer(CLASSES[index]!);
  }

  /** Gives a buffer back that nobody reads any more. */
  release(buffer: Uint8Array): void {
    const index = CLASSES.indexOf(buffer.length as (typeof CLASSES)[number]);
    if (index < 0) return;
    const free = this.#free[index]!;
    if ((free.length + 1) * buffer.length <= KEEP_BYTES) free.push(buffer);
  }

  /** Room of `SMALL` bytes to write a small response into; `used` says how much of it was kept. */
  small(): Uint8Array {
    if (this.#slabAt + SMALL > this.#slab.length) {
      this.#slab = plainBuffer(SLAB);
      this.#slabAt = 0;
    }
    return this.#slab.subarray(this.#slabAt, this.#slabAt + SMALL);
  }

  /** Keeps the first `length` bytes of the last `small()`. */
  used(length: number): void {
    this.#slabAt += (length + 7) & ~7;
  }
}

const SLAB = 64 << 10;
/** Bytes that a small response can have before its writer moves to a buffer of its own. */
export const SMALL = 1024;

/** Memory that is not zeroed first, as a plain array: a Buffer's `slice` would be a view of it. */
function plainBuffer(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
