/** Less is left to the garbage collector. */
const WORTH_FREEING = 256 << 10;

/**
 * Gives the memory of a buffer back at once, which nobody uses any more. The garbage collector
 * would do so when it notices: with every worker, and buffers of 8 MiB, after some hundred MiB.
 */
export function freeMemory({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= WORTH_FREEING) buffer.transfer(0);
}
