/** A run of fewer equal bytes than this is not worth a payload of its own. */
const MIN_RUN = 64;

/**
 * How many bytes at the front and at the end of `bytes` are the same byte repeated; 0 if the run is
 * too short.
 */
export function findPatterns(bytes: Uint8Array): { readonly front: number; readonly back: number } {
  const first = bytes[0];
  let front = 0;
  while (front < bytes.length && bytes[front] === first) front++;
  if (front < MIN_RUN) front = 0;
  const last = bytes[bytes.length - 1];
  let back = 0;
  while (back < bytes.length - front && bytes[bytes.length - 1 - back] === last) back++;
  return { front, back: back < MIN_RUN ? 0 : back };
}
