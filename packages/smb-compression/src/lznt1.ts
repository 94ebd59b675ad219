import { CompressionError } from './compression-error.ts';
import { copyMatch } from './copy-match.ts';
import { MatchFinder } from './match-finder.ts';
import { outputOf } from './output.ts';
import { finished, INFLATED_AT_ONCE, type Steps } from './steps.ts';

/** Bytes of a chunk after decompression, [MS-XCA] 2.5. */
const CHUNK = 4096;
const COMPRESSED = 0x8000;
/** Three bits that are always 3. */
const SIGNATURE = 0x3000;

/** LZNT1, [MS-XCA] 2.5: compressed bytes, or undefined if they would be `limit` bytes or more. */
export function lznt1Compress(input: Uint8Array, limit = input.length): Uint8Array | undefined {
  const out = new Uint8Array(Math.min(limit, input.length) + CHUNK + 16);
  let to = 0;
  for (let start = 0; start < input.length; start += CHUNK) {
    const chunk = input.subarray(start, start + CHUNK);
    to = compressChunk(chunk, out, to);
    if (to >= limit) return undefined;
  }
  return to >= limit ? undefined : out.subarray(0, to);
}

function compressChunk(chunk: Uint8Array, out: Uint8Array, start: number): number {
  const finder = new MatchFinder(chunk);
  const end = start + 2 + chunk.length;
  let to = start + 2;
  let at = 0;
  while (at < chunk.length) {
    const flagsAt = to++;
    let flags = 0;
    for (let bit = 0; bit < 8 && at < chunk.length; bit++) {
      // A chunk that does not get smaller is stored uncompressed.
      if (to + 2 > end) return storeChunk(chunk, out, start);
      const bits = lengthBits(at);
      const from = at === 0 ? -1 : finder.find(at, 1 << (16 - bits));
      if (from < 0) {
        if (at === 0) finder.find(at, 0);
        out[to++] = chunk[at++]!;
        continue;
      }
      const length = finder.length(from, at, Math.min(chunk.length - at, (1 << bits) + 2));
      const token = ((at - from - 1) << bits) | (length - 3);
      out[to++] = token & 0xff;
      out[to++] = token >> 8;
      flags |= 1 << bit;
      finder.pass(at + 1, at + length);
      at += length;
    }
    out[flagsAt] = flags;
  }
  writeHeader(out, start, COMPRESSED | SIGNATURE | (to - start - 3));
  return to;
}

function storeChunk(chunk: Uint8Array, out: Uint8Array, start: number): number {
  writeHeader(out, start, SIGNATURE | (chunk.length - 1));
  out.set(chunk, start + 2);
  return start + 2 + chunk.length;
}

function writeHeader(out: Uint8Array, at: number, header: number): void {
  out[at] = header & 0xff;
  out[at + 1] = header >> 8;
}

/** LZNT1, [MS-XCA] 2.5: decompresses to exactly `size` bytes. Throws CompressionError. */
export function lznt1Decompress(input: Uint8Array, size: number): Uint8Array {
  return finished(lznt1Inflate(input, size));
}

/** The same in steps, into `out` of that size. */
export function* lznt1Inflate(input: Uint8Array, size: number, out = outputOf(size)): Steps<Uint8Array> {
  let at = 0;
  let to = 0;
  let stop = INFLATED_AT_ONCE;
  while (to < size) {
    if (to >= stop) {
      stop = to + INFLATED_AT_ONCE;
      yield;
    }
    if (input.length - at < 2) throw new CompressionError('truncated', `LZNT1 ends after ${to} of ${size} bytes`);
    const header = input[at]! | (input[at + 1]! << 8);
    at += 2;
    if (header === 0) throw new CompressionError('truncated', `LZNT1 ends after ${to} of ${size} bytes`);
    const end = at + (header & 0xfff) + 1;
    if (end > input.length) throw new CompressionError('truncated', `LZNT1 chunk at ${at} goes beyond the end`);
    if ((header & COMPRESSED) === 0) {
      if (end - at > size - to) throw new CompressionError('too-long', `LZNT1 gives more than ${size} bytes`);
      out.set(input.subarray(at, end), to);
      to += end - at;
    } else {
      to = decompressChunk(input, at, end, out, to);
    }
    at = end;
  }
  return out;
}

function decompressChunk(input: Uint8Array, start: number, end: number, out: Uint8Array, chunkAt: number): number {
  const limit = Math.min(chunkAt + CHUNK, out.length);
  let at = start;
  let to = chunkAt;
  while (at < end) {
    const flags = input[at++]!;
    for (let bit = 0; bit < 8 && at < end; bit++) {
      if ((flags & (1 << bit)) === 0) {
        if (to >= limit) throw new CompressionError('too-long', 'LZNT1 chunk is longer than it may be');
        out[to++] = input[at++]!;
        continue;
      }
      if (end - at < 2) throw new CompressionError('truncated', `LZNT1 match at ${at} is cut off`);
      const token = input[at]! | (input[at + 1]! << 8);
      at += 2;
      // A match stays within its chunk.
      const bits = lengthBits(to - chunkAt);
      const distance = (token >> bits) + 1;
      if (distance > to - chunkAt) throw new CompressionError('bad-distance', `LZNT1 match goes back ${distance}`);
      to = copyMatch(out, to, distance, (token & ((1 << bits) - 1)) + 3, limit);
    }
  }
  return to;
}

/**
 * How many bits of a token belong to the length. The further into the chunk, the more bits the
 * distance needs.
 */
function lengthBits(position: number): number {
  let bits = 12;
  for (let i = position - 1; i >= 16; i >>= 1) bits--;
  return bits;
}
