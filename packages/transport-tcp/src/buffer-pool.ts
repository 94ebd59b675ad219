/**
 * Buffers for long messages, which are lent and taken back. One pool serves all connections of a
 * thread. Without it, a message of a megabyte would cost a page fault for every 4 KiB of fresh
 * memory, which takes longer than receiving the message.
 */
export class BufferPool {
  readonly #free = new Map<number, Uint8Array[]>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  /** @param maxIdleBytes how many bytes may be kept here at most to be lent again */
  constructor(maxIdleBytes = 64 * 1024 * 1024) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** How many bytes are kept here to be lent again. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least `length` bytes. Its content is whatever was in it before. */
  take(length: number): Uint8Array {
    const size = sizeClass(length);
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return allocate(size);
    this.#idleBytes -= size;
    return buffer;
  }

  /** Takes back a buffer that `take` lent. */
  give(buffer: Uint8Array): void {
    const size = buffer.length;
    if (this.#idleBytes + size > this.#maxIdleBytes) return;
    this.#idleBytes += size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
  }
}

/**
 * Memory that is not zeroed, for bytes that are received before anybody reads them. A plain
 * Uint8Array, because the `slice` of a Buffer is a view, and code that gets these bytes expects a
 * copy.
 */
export function allocate(size: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}

/** A power of two, plus room for headers, so that a WRITE of 1 MiB does not take 2 MiB. */
function sizeClass(length: number): number {
  let size = SMALLEST;
  while (size + HEADROOM < length) size *= 2;
  return size + HEADROOM;
}

const SMALLEST = 64 * 1024;
const HEADROOM = 4096;
