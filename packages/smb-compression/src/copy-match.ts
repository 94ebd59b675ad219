import { CompressionError } from './compression-error.ts';

/**
 * Copies `length` bytes from `distance` bytes before `at`. They may overlap the bytes being
 * written: a distance of 1 repeats one byte. Checks both ends. Returns the index behind the copy.
 */
export function copyMatch(out: Uint8Array, at: number, distance: number, length: number, end = out.length): number {
  const from = at - distance;
  if (from < 0) throw new CompressionError('bad-distance', `match at ${at} goes back ${distance}`);
  const to = at + length;
  if (to > end) throw new CompressionError('too-long', `match of ${length} at ${at}, there is room for ${end - at}`);
  if (length >= 32 && (distance === 1 || distance >= length)) {
    if (distance === 1) out.fill(out[from]!, at, to);
    else out.copyWithin(at, from, from + length);
  } else if (length >= 64) {
    // Each copied piece serves as the source of the next, which is twice as long.
    let done = distance;
    out.copyWithin(at, from, at);
    while (done < length) {
      const part = Math.min(done, length - done);
      out.copyWithin(at + done, at, at + part);
      done += part;
    }
  } else {
    for (let i = at, k = from; i < to; i++, k++) out[i] = out[k]!;
  }
  return to;
}
