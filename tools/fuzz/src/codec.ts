import { pdu } from '@tsmbd/dcerpc';
import { CodecError } from '@tsmbd/ms-dtyp';
import { CompressionError, compressMessage, decompressMessage } from '@tsmbd/smb-compression';
import * as crypto from '@tsmbd/smb-crypto';
import {
  CompressionAlgorithmId,
  type CompressionTransform,
  type DissectOptions,
  dissect,
  encodeMessage,
  type MessageElement,
} from '@tsmbd/smb2-codec';
import { connectionsOfFixture, fixtures, messagesOf, plainMessages } from '@tsmbd/tool-fixtures';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

export interface CodecFuzzOptions {
  /** Mutated messages to dissect. */
  readonly pdus: number;
  readonly seed: number;
  /** Called now and then. */
  readonly onProgress?: (pdus: number) => void;
}

export interface CodecFuzzReport {
  readonly seed: number;
  /** Messages that were mutated, and how many different ones they were made from. */
  readonly pdus: number;
  readonly corpus: number;
  /**
   * By mode: messages that were read without a problem, and those that had problems (lenient) or
   * were refused with a CodecError (strict).
   */
  readonly strict: { readonly clean: number; readonly refused: number };
  readonly lenient: { readonly clean: number; readonly withProblems: number };
  /** How many of the messages that strict mode accepted were encoded again without an error. */
  readonly encoded: number;
  readonly fields: number;
  /** Most fields for each byte of a message. */
  readonly mostFieldsPerByte: number;
  readonly seconds: number;
  /**
   * The message that took longest, and how long it took. The garbage collector's pauses and other
   * processes are included.
   */
  readonly slowestSeed: number;
  readonly slowestMs: number;
  /** What must not happen, with the seed of the message. Empty is good. */
  readonly findings: readonly string[];
}

/**
 * The most fields that a message may have per byte, where its length counts as 64 bytes more. Names
 * that overlap are read more than once.
 */
const MAX_FIELDS_PER_BYTE = 16;
const MAX_MESSAGE = 8192;
const MAX_FINDINGS = 10;

/**
 * Every message of the captures once, decrypted if possible. Some of them are also included
 * compressed, because no capture has compressed messages.
 */
export function messagesOfFixtures(): readonly Uint8Array[] {
  const seen = new Set<string>();
  const messages: Uint8Array[] = [];
  const add = (bytes: Buffer): void => {
    const key = bytes.toString('latin1', 0, 16) + bytes.toString('latin1', 64);
    if (bytes.length > MAX_MESSAGE || seen.has(key)) return;
    seen.add(key);
    messages.push(new Uint8Array(bytes));
  };
  for (const fixture of fixtures()) {
    connectionsOfFixture(fixture).forEach((connection, i) => {
      const all = messagesOf(connection);
      for (const { bytes } of all) add(bytes);
      for (const { bytes } of plainMessages(all, fixture, i, crypto)) add(bytes);
    });
  }
  return [...messages, ...compressedOf(messages)];
}

/** Messages compressed with each algorithm, alone and in chains. */
function compressedOf(messages: readonly Uint8Array[]): Uint8Array[] {
  const { LZNT1, LZ77, LZ77_HUFFMAN, LZ4, PATTERN_V1 } = CompressionAlgorithmId;
  const kinds = [LZNT1, LZ77, LZ77_HUFFMAN, LZ4].flatMap((id) => [
    { algorithms: [id], chained: false, uncompressed: 0 },
    { algorithms: [PATTERN_V1, id], chained: true, uncompressed: 64 },
  ]);
  return messages.flatMap((message, i) => compressMessage(message, kinds[i % kinds.length]!) ?? []);
}

/** Dissects mutated messages, alternately strict and lenient, some with all their fields. */
export function fuzzCodec(options: CodecFuzzOptions): CodecFuzzReport {
  const corpus = messagesOfFixtures();
  const findings: string[] = [];
  const strict = { clean: 0, refused: 0 };
  const lenient = { clean: 0, withProblems: 0 };
  let [encoded, fields, mostFieldsPerByte, slowestMs, slowestSeed] = [0, 0, 0, 0, 0];
  const started = performance.now();
  for (let i = 0; i < options.pdus && findings.length < MAX_FINDINGS; i++) {
    // Every message has its own seed, so that it can be examined alone.
    const seed = options.seed + i;
    const random = new Random(seed);
    const original = random.pick(corpus);
    // Mostly the bytes after the header are mutated. The header of a compressed message is shorter.
    const start = random.oneIn(4) ? 0 : original[0] === 0xfc ? 8 : 64;
    const message = mutate(original, random.pick(corpus), random, start);
    const isStrict = i % 2 === 0;
    const how = optionsOf(random, isStrict, i % 8 < 2);
    const before = performance.now();
    try {
      const pdus = dissect(message, how);
      const problems = pdus.reduce((sum, one) => sum + one.problems.length, 0);
      const count = pdus.reduce((sum, one) => sum + (one.fields?.length ?? 0), 0);
      fields += count;
      mostFieldsPerByte = Math.max(mostFieldsPerByte, count / (message.length + 64));
      if (count > MAX_FIELDS_PER_BYTE * (message.length + 64)) findings.push(`seed ${seed}: ${count} fields`);
      for (const one of pdus) {
        for (const { offset, length, path } of one.fields ?? []) {
          if (offset < 0 || offset + length > message.length) findings.push(`seed ${seed}: ${path} lies outside`);
        }
      }
      if (isStrict) {
        if (problems > 0) findings.push(`seed ${seed}: strict, and has problems`);
        strict.clean++;
        encoded += encodes(pdus) ? 1 : 0;
      } else if (problems > 0) lenient.withProblems++;
      else lenient.clean++;
    } catch (error) {
      if (isStrict && error instanceof CodecError) strict.refused++;
      else findings.push(`seed ${seed}: ${(error as Error).stack}`);
    }
    const took = performance.now() - before;
    if (took > slowestMs) [slowestMs, slowestSeed] = [took, seed];
    if (i % 100_000 === 0) options.onProgress?.(i);
  }
  return {
    seed: options.seed,
    pdus: strict.clean + strict.refused + lenient.clean + lenient.withProblems,
    corpus: corpus.length,
    strict,
    lenient,
    encoded,
    fields,
    mostFieldsPerByte: Math.round(mostFieldsPerByte * 100) / 100,
    seconds: Math.round((performance.now() - started) / 1000),
    slowestSeed,
    slowestMs: Math.round(slowestMs),
    findings,
  };
}

const CLASSES = [1, 2, 3, 4, 5, 10, 15, 18, 22, 32, 33, 34, 35, 37, 38, 60, 63, 78, 81, 100];

function optionsOf(random: Random, strict: boolean, record: boolean): DissectOptions {
  return {
    strict,
    record,
    related: { infoType: 1 + random.below(4), infoClass: random.pick(CLASSES), isPipe: random.oneIn(2) },
    decoders: [({ kind }) => (kind === 'pipe' ? pdu : undefined)],
    decompress,
    // The bytes after the header take the place of a decrypted message: they are arbitrary.
    decrypt: (_, bytes) => bytes.subarray(52),
  };
}

function decompress(message: CompressionTransform): Uint8Array | undefined {
  try {
    return decompressMessage(message, { limit: 1 << 20 });
  } catch (error) {
    if (error instanceof CompressionError) return undefined;
    throw error;
  }
}

/**
 * Whether everything that was decoded can be encoded. A value that does not fit into its field may
 * be refused.
 */
function encodes(pdus: ReturnType<typeof dissect>): boolean {
  for (const { kind, header, command, body } of pdus) {
    if (kind !== 'request' && kind !== 'response' && kind !== 'error') return false;
    encodeMessage([{ header, body: { kind, command, value: body } } as MessageElement]);
  }
  return true;
}
