import { CompressionError } from './compression-error.ts';
import { copyMatch } from './copy-match.ts';
import { MatchFinder } from './match-finder.ts';
import { outputOf } from './output.ts';
import { finished, INFLATED_AT_ONCE, type Steps } from './steps.ts';

const WINDOW = 0xffff;
const MIN_MATCH = 4;
/** The block ends with at least this many literals, and no match begins close to the end. */
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;

/**
 * An LZ4 block (the format's block description, without a frame): compressed bytes, or undefined if
 * they would be `limit` bytes or more.
 */
export function lz4Compress(input: Uint8Array, limit = input.length): Uint8Array | undefined {
  const out = new Uint8Array(limit + 16);
  const finder = new MatchFinder(input);
  const lastMatch = input.length - MATCH_LIMIT;
  let literalsAt = 0;
  let to = 0;
  // The longer no match is found, the fewer places are tried.
  let misses = 0;
  for (let at = 0; at <= lastMatch; ) {
    const from = finder.find(at, WINDOW);
    if (from < 0) {
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    const length = finder.length(from, at, input.length - LAST_LITERALS - at);
    // The room for the literals, and for the lengths of literals and match.
    if (to + (at - literalsAt) + Math.floor((at - literalsAt + length) / 255) + 6 >= limit) return undefined;
    to = writeSequence(out, to, input, literalsAt, at, length - MIN_MATCH);
    out[to++] = (at - from) & 0xff;
    out[to++] = (at - from) >> 8;
    if (length - MIN_MATCH >= 15) to = writeLength(out, to, length - MIN_MATCH - 15);
    finder.pass(at + 1, at + length);
    at += length;
    literalsAt = at;
  }
  const rest = input.length - literalsAt;
  if (to + rest + Math.floor(rest / 255) + 2 >= limit) return undefined;
  to = writeSequence(out, to, input, literalsAt, input.length, 0);
  return out.subarray(0, to);
}

/** Writes the token and the literals. */
function writeSequence(out: Uint8Array, start: number, input: Uint8Array, from: number, end: number, match: number) {
  const literals = end - from;
  let to = start;
  out[to++] = (Math.min(literals, 15) << 4) | Math.min(match, 15);
  if (literals >= 15) to = writeLength(out, to, literals - 15);
  out.set(input.subarray(from, end), to);
  return to + literals;
}

function writeLength(out: Uint8Array, start: number, length: number): number {
  let to = start;
  let rest = length;
  for (; rest >= 255; rest -= 255) out[to++] = 255;
  out[to++] = rest;
  return to;
}

/** Decompresses an LZ4 block to exactly `size` bytes. Throws CompressionError. */
export function lz4Decompress(input: Uint8Array, size: number): Uint8Array {
  return finished(lz4Inflate(input, size));
}

/** The same in steps, into `out` of that size. */
export function* lz4Inflate(input: Uint8Array, size: number, out = outputOf(size)): Steps<Uint8Array> {
  let at = 0;
  let to = 0;
  const truncated = (): never => {
    throw new CompressionError('truncated', `LZ4 ends after ${to} of ${size} bytes`);
  };
  const length = (start: number): number => {
    let value = start;
    if (start < 15) return value;
    for (;;) {
      if (at >= input.length) truncated();
      const byte = input[at++]!;
      value += byte;
      if (byte !== 255) return value;
    }
  };
  let stop = INFLATED_AT_ONCE;
  while (to < size) {
    if (to >= stop) {
      stop = to + INFLATED_AT_ONCE;
      yield;
    }
    if (at >= input.length) truncated();
    const token = input[at++]!;
    const literals = length(token >> 4);
    if (literals > input.length - at) truncated();
    if (literals > size - to) throw new CompressionError('too-long', `LZ4 gives more than ${size} bytes`);
    if (literals < 24) for (let i = 0; i < literals; i++) out[to + i] = input[at + i]!;
    else out.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has no match.
    if (to === size && at === input.length) break;
    if (input.length - at < 2) truncated();
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    if (distance === 0) throw new CompressionError('bad-distance', 'LZ4 match goes back 0');
    to = copyMatch(out, to, distance, length(token & 15) + MIN_MATCH);
  }
  return out;
}
