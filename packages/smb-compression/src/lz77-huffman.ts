import { CompressionError } from './compression-error.ts';
import { copyMatch } from './copy-match.ts';
import { canonicalCodes, codeLengths, MAX_CODE_LENGTH } from './huffman-lengths.ts';
import { MatchFinder } from './match-finder.ts';
import { outputOf } from './output.ts';
import { finished, INFLATED_AT_ONCE, type Steps } from './steps.ts';

/** Bytes of output that share one Huffman table. */
const BLOCK = 0x1_0000;
const SYMBOLS = 512;
/** A byte of the table holds two code lengths. */
const TABLE_SIZE = SYMBOLS / 2;
const WINDOW = 0xffff;
/** A longer match would need the 32-bit form of a length, which some decoders do not know. */
const MAX_MATCH = 0xffff;
/**
 * As a match, this symbol would have length 3 and distance 1. At the end it says that nothing
 * follows.
 */
const END_OF_STREAM = 256;

/**
 * LZ77+Huffman, [MS-XCA] 2.1: compressed bytes, or undefined if they would be `limit` bytes or
 * more.
 */
export function lz77HuffmanCompress(input: Uint8Array, limit = input.length): Uint8Array | undefined {
  const writer = new BitWriter(limit);
  const finder = new MatchFinder(input);
  const tokens = new Tokens();
  for (let start = 0; start < input.length || start === 0; start += BLOCK) {
    const end = Math.min(start + BLOCK, input.length);
    tokens.fill(input, finder, start, end);
    const isLast = end === input.length;
    if (isLast) tokens.counts[END_OF_STREAM]! += 1;
    const lengths = codeLengths(tokens.counts);
    const codes = canonicalCodes(lengths);
    // The rest of the input goes into the next block. An incompressible block is noticed here.
    if (!writer.begin(lengths)) return undefined;
    if (!tokens.write(writer, codes, lengths)) return undefined;
    if (isLast) writer.bits(codes[END_OF_STREAM]!, lengths[END_OF_STREAM]!);
    writer.flush();
    if (isLast) break;
  }
  return writer.to >= limit ? undefined : writer.out.subarray(0, writer.to);
}

/** The literals and matches of one block, and how often each symbol occurs. */
class Tokens {
  readonly counts = new Uint32Array(SYMBOLS);
  /** Symbol, length (counted from 3) and distance of each token; literals have only the symbol. */
  readonly #symbols = new Uint16Array(BLOCK);
  readonly #lengths = new Uint16Array(BLOCK);
  readonly #distances = new Uint16Array(BLOCK);
  #count = 0;

  fill(input: Uint8Array, finder: MatchFinder, start: number, end: number): void {
    this.counts.fill(0);
    let n = 0;
    for (let at = start; at < end; n++) {
      const from = finder.find(at, WINDOW);
      // Matches end with the block, so that each block makes exactly its own bytes.
      const length = from < 0 ? 0 : finder.length(from, at, Math.min(end - at, MAX_MATCH));
      let symbol = input[at]!;
      if (length < 3) {
        at++;
      } else {
        const distance = at - from;
        symbol = 256 + Math.min(length - 3, 15) + 16 * (31 - Math.clz32(distance));
        this.#lengths[n] = length - 3;
        this.#distances[n] = distance;
        finder.pass(at + 1, at + length);
        at += length;
      }
      this.#symbols[n] = symbol;
      this.counts[symbol]! += 1;
    }
    this.#count = n;
  }

  write(writer: BitWriter, codes: Uint16Array, lengths: Uint8Array): boolean {
    for (let i = 0; i < this.#count; i++) {
      if (writer.isFull) return false;
      const symbol = this.#symbols[i]!;
      writer.bits(codes[symbol]!, lengths[symbol]!);
      if (symbol < 256) continue;
      const length = this.#lengths[i]!;
      if (length >= 15) writer.length(length);
      const bits = (symbol - 256) >> 4;
      writer.bits(this.#distances[i]! & ((1 << bits) - 1), bits);
    }
    return true;
  }
}

/**
 * Writes bits in words of 16, most significant first, with the bytes of lengths between them. The
 * place of the next two words is reserved while bytes are written behind it, because a reader reads
 * that far ahead, [MS-XCA] 2.1.4.3.
 */
class BitWriter {
  readonly out: Uint8Array;
  to = 0;
  readonly #limit: number;
  #word = 0;
  #free = 16;
  #first = 0;
  #second = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.out = new Uint8Array(limit + TABLE_SIZE + 16);
  }

  get isFull(): boolean {
    return this.to >= this.#limit;
  }

  /** Writes the table of a block. Returns false if there is no room. */
  begin(lengths: Uint8Array): boolean {
    if (this.to >= this.#limit) return false;
    for (let i = 0; i < SYMBOLS; i += 2) this.out[this.to++] = lengths[i]! | (lengths[i + 1]! << 4);
    this.#first = this.to;
    this.#second = this.to + 2;
    this.to += 4;
    this.#free = 16;
    this.#word = 0;
    return this.to < this.#limit;
  }

  bits(value: number, count: number): void {
    if (this.#free >= count) {
      this.#free -= count;
      this.#word = (this.#word << count) | value;
      return;
    }
    const over = count - this.#free;
    this.#put(this.#first, (this.#word << this.#free) | (value >> over));
    this.#first = this.#second;
    this.#second = this.to;
    this.to += 2;
    this.#free = 16 - over;
    this.#word = value & ((1 << over) - 1);
  }

  /** Writes a length that does not fit into its symbol: one byte, or 255 and two bytes. */
  length(length: number): void {
    if (length - 15 < 255) {
      this.out[this.to++] = length - 15;
      return;
    }
    this.out[this.to++] = 255;
    this.out[this.to++] = length & 0xff;
    this.out[this.to++] = length >> 8;
  }

  flush(): void {
    this.#put(this.#first, this.#word << this.#free);
    this.#put(this.#second, 0);
  }

  #put(at: number, word: number): void {
    this.out[at] = word & 0xff;
    this.out[at + 1] = (word >> 8) & 0xff;
  }
}

/** Entries of a decoding table: one for each value of 15 bits. */
const TABLE_ENTRIES = 1 << MAX_CODE_LENGTH;

/** LZ77+Huffman, [MS-XCA] 2.2: decompresses to exactly `size` bytes. Throws CompressionError. */
export function lz77HuffmanDecompress(input: Uint8Array, size: number): Uint8Array {
  return finished(lz77HuffmanInflate(input, size));
}

/** The same in steps, into `out` of that size. */
export function* lz77HuffmanInflate(input: Uint8Array, size: number, out = outputOf(size)): Steps<Uint8Array> {
  const table = new Uint16Array(TABLE_ENTRIES);
  const end = input.length;
  let at = 0;
  let to = 0;
  const truncated = (): never => {
    throw new CompressionError('truncated', `LZ77+Huffman ends after ${to} of ${size} bytes`);
  };
  let stop = INFLATED_AT_ONCE;
  while (to < size) {
    if (to >= stop) {
      stop = to + INFLATED_AT_ONCE;
      yield;
    }
    if (end - at < TABLE_SIZE + 4) truncated();
    fillTable(table, input, at);
    at += TABLE_SIZE;
    let bits = (input[at]! << 16) | (input[at + 1]! << 24) | input[at + 2]! | (input[at + 3]! << 8);
    at += 4;
    let extra = 16;
    const blockEnd = Math.min(to + BLOCK, size);
    while (to < blockEnd) {
      const entry = table[bits >>> 17]!;
      const codeLength = entry & 15;
      const symbol = entry >> 4;
      bits <<= codeLength;
      extra -= codeLength;
      if (extra < 0) {
        // If the data ends with zeros of padding, the last words are absent.
        if (at > end + 2) truncated();
        bits |= ((at < end ? input[at]! : 0) | (at + 1 < end ? input[at + 1]! << 8 : 0)) << -extra;
        at += 2;
        extra += 16;
      }
      if (symbol < 256) {
        out[to++] = symbol;
        continue;
      }
      let length = symbol & 15;
      const offsetBits = (symbol - 256) >> 4;
      if (length === 15) {
        const long = longLength(input, at, truncated);
        at = long.end;
        length = long.length;
      }
      const distance = offsetBits === 0 ? 1 : (1 << offsetBits) + (bits >>> (32 - offsetBits));
      bits <<= offsetBits;
      extra -= offsetBits;
      if (extra < 0) {
        if (at > end + 2) truncated();
        bits |= ((at < end ? input[at]! : 0) | (at + 1 < end ? input[at + 1]! << 8 : 0)) << -extra;
        at += 2;
        extra += 16;
      }
      to = copyMatch(out, to, distance, length + 3);
    }
  }
  return out;
}

/**
 * Reads a length that does not fit into its symbol, from `at` on: one byte, or two, or four. `end`
 * is the index behind it.
 */
function longLength(input: Uint8Array, at: number, truncated: () => never): { length: number; end: number } {
  const { length: end } = input;
  if (at >= end) truncated();
  if (input[at]! !== 255) return { length: input[at]! + 15, end: at + 1 };
  if (end - at < 3) truncated();
  let length = input[at + 1]! | (input[at + 2]! << 8);
  let behind = at + 3;
  if (length === 0) {
    if (end - at < 7) truncated();
    length = (input[at + 3]! | (input[at + 4]! << 8) | (input[at + 5]! << 16) | (input[at + 6]! << 24)) >>> 0;
    behind = at + 7;
  }
  if (length < 15) throw new CompressionError('malformed', `LZ77+Huffman length ${length} in the longest form`);
  return { length, end: behind };
}

/**
 * Fills the decoding table from the code lengths at `at`: symbol and length for each value of 15
 * bits. The code must be complete.
 */
function fillTable(table: Uint16Array, input: Uint8Array, at: number): void {
  let entry = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    const count = 1 << (MAX_CODE_LENGTH - length);
    for (let i = 0; i < TABLE_SIZE; i++) {
      const pair = input[at + i]!;
      if ((pair & 15) === length) entry = fillEntries(table, entry, count, (i << 5) | length);
      if (pair >> 4 === length) entry = fillEntries(table, entry, count, (i << 5) | 16 | length);
    }
  }
  if (entry !== TABLE_ENTRIES) throw new CompressionError('malformed', 'LZ77+Huffman table is not a complete code');
}

function fillEntries(table: Uint16Array, from: number, count: number, value: number): number {
  if (from + count > TABLE_ENTRIES) throw new CompressionError('malformed', 'LZ77+Huffman table has too many codes');
  table.fill(value, from, from + count);
  return from + count;
}
