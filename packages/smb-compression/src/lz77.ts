import { CompressionError } from './compression-error.ts';
import { copyMatch } from './copy-match.ts';
import { MatchFinder } from './match-finder.ts';
import { outputOf } from './output.ts';
import { finished, INFLATED_AT_ONCE, type Steps } from './steps.ts';

/** How far back a match can reach: 13 bits. */
const WINDOW = 8192;

/**
 * Plain LZ77, [MS-XCA] 2.3: compressed bytes, or undefined if they would be `limit` bytes or more.
 * Default of `limit`: the input's length.
 */
export function lz77Compress(input: Uint8Array, limit = input.length): Uint8Array | undefined {
  // One step writes at most 4 bytes of flags, 2 bytes of a match and 7 bytes of its length.
  const out = new Uint8Array(limit + 16);
  const finder = new MatchFinder(input);
  let at = 0;
  let flags = 0;
  let flagCount = 0;
  let flagsAt = 0;
  let to = 4;
  let halfAt = 0;
  while (at < input.length) {
    if (to >= limit) return undefined;
    const from = finder.find(at, WINDOW);
    flags = (flags << 1) | (from < 0 ? 0 : 1);
    if (from < 0) {
      out[to++] = input[at++]!;
    } else {
      const matched = finder.length(from, at, Math.min(input.length - at, 0x7fff_ffff));
      let length = matched - 3;
      const word = ((at - from - 1) << 3) | Math.min(length, 7);
      out[to++] = word & 0xff;
      out[to++] = word >> 8;
      if (length >= 7) {
        length -= 7;
        const half = Math.min(length, 15);
        if (halfAt === 0) {
          halfAt = to;
          out[to++] = half;
        } else {
          out[halfAt]! |= half << 4;
          halfAt = 0;
        }
        if (length >= 15) to = writeLength(out, to, length - 15);
      }
      finder.pass(at + 1, at + matched);
      at += matched;
    }
    if (++flagCount === 32) {
      write32(out, flagsAt, flags);
      flagsAt = to;
      to += 4;
      flags = 0;
      flagCount = 0;
    }
  }
  // Unused flags are ones: a flag for a match without bytes means the end.
  const unused = 32 - flagCount;
  write32(out, flagsAt, unused === 32 ? -1 : (flags << unused) | ((1 << unused) - 1));
  return to >= limit ? undefined : out.subarray(0, to);
}

/**
 * Writes the part of a length that fits neither into three nor into four bits: 8, 16 or 32 bits.
 * The longer forms count from 3.
 */
function writeLength(out: Uint8Array, to: number, rest: number): number {
  if (rest < 255) {
    out[to] = rest;
    return to + 1;
  }
  const whole = rest + 15 + 7;
  out[to] = 255;
  if (whole < 0x1_0000) {
    out[to + 1] = whole & 0xff;
    out[to + 2] = whole >> 8;
    return to + 3;
  }
  out[to + 1] = 0;
  out[to + 2] = 0;
  write32(out, to + 3, whole);
  return to + 7;
}

/** Plain LZ77, [MS-XCA] 2.4: decompresses to exactly `size` bytes. Throws CompressionError. */
export function lz77Decompress(input: Uint8Array, size: number): Uint8Array {
  return finished(lz77Inflate(input, size));
}

/** The same in steps, into `out` of that size. */
export function* lz77Inflate(input: Uint8Array, size: number, out = outputOf(size)): Steps<Uint8Array> {
  const end = input.length;
  let at = 0;
  let to = 0;
  let flags = 0;
  let flagCount = 0;
  let halfAt = -1;
  const need = (count: number): void => {
    if (end - at < count) throw new CompressionError('truncated', `LZ77 ends after ${to} of ${size} bytes`);
  };
  let stop = INFLATED_AT_ONCE;
  while (to < size) {
    if (to >= stop) {
      stop = to + INFLATED_AT_ONCE;
      yield;
    }
    if (flagCount === 0) {
      need(4);
      flags = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24);
      at += 4;
      flagCount = 32;
    }
    flagCount--;
    if (((flags >>> flagCount) & 1) === 0) {
      need(1);
      out[to++] = input[at++]!;
      continue;
    }
    need(2);
    const word = input[at]! | (input[at + 1]! << 8);
    at += 2;
    let length = word & 7;
    if (length === 7) {
      if (halfAt < 0) {
        need(1);
        halfAt = at;
        length = input[at++]! & 15;
      } else {
        length = input[halfAt]! >> 4;
        halfAt = -1;
      }
      if (length === 15) {
        need(1);
        length = input[at++]!;
        if (length === 255) {
          need(2);
          length = input[at]! | (input[at + 1]! << 8);
          at += 2;
          if (length === 0) {
            need(4);
            length = (input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24)) >>> 0;
            at += 4;
          }
          if (length < 15 + 7) throw new CompressionError('malformed', `LZ77 length ${length} in the longest form`);
          length -= 15 + 7;
        }
        length += 15;
      }
      length += 7;
    }
    to = copyMatch(out, to, (word >> 3) + 1, length + 3);
  }
  return out;
}

function write32(out: Uint8Array, at: number, value: number): void {
  out[at] = value;
  out[at + 1] = value >> 8;
  out[at + 2] = value >> 16;
  out[at + 3] = value >> 24;
}
