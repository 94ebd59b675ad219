import type { Codec } from './codec.ts';
import { EncodeError } from './encode-error.ts';
import { NULL_GUID } from './guid.ts';
import { Writer } from './writer.ts';

/**
 * Encodes a value into a writer. If `codec.encode` throws because the value is incomplete, this
 * function throws an EncodeError that names the property. To find the property, the value is
 * encoded again while its properties are observed, so that this costs nothing until it is needed.
 */
export function encodeInto<T>(w: Writer, codec: Codec<T>, value: T): void {
  const { position, base } = w;
  try {
    codec.encode(w, value);
  } catch (error) {
    throw explained(codec, value, error, position, base);
  }
}

/** Encodes one structure into new bytes. Throws EncodeError for a value that is incomplete. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const w = spare ?? new Writer(SPARE_BYTES);
  // An encoder may encode a part by itself, which then has a writer of its own.
  spare = undefined;
  w.position = 0;
  w.base = 0;
  try {
    encodeInto(w, codec, value);
    // A long result has the writer's bytes for itself.
    return w.position > SHORT_BYTES ? w.result() : w.result().slice();
  } finally {
    if (w.position <= SHORT_BYTES && w.buffer.length === SPARE_BYTES) spare = w;
  }
}

/** A writer that is used again: to make one takes longer than to copy a short result. */
let spare: Writer | undefined;
const SPARE_BYTES = 1024;
const SHORT_BYTES = 512;

/** A property that the encoder read. */
interface Access {
  readonly path: string;
  readonly value: unknown;
}

/**
 * One encoding of an observed value: the properties that were read, in the order of the first
 * reading, and how many bytes were written before it succeeded or failed.
 */
interface Attempt {
  readonly seen: readonly Access[];
  readonly position: number;
  /** The reason for the failure; undefined if the encoding succeeded. */
  readonly failure: string | undefined;
}

/** The most properties that are tried: those that were read last. Each costs a few encodings. */
const MAX_SUSPECTS = 32;

/** Values that at least one writer accepts. */
const STAND_INS: readonly unknown[] = [0, 0n, '', NULL_GUID, new Uint8Array(0), [], {}];

function explained<T>(codec: Codec<T>, value: T, error: unknown, position: number, base: number): unknown {
  // If the buffer is too small, or if an encoder refuses a value with a message of its own, that
  // error is passed on unchanged.
  if (!(error instanceof TypeError)) return error;
  const attempt = (path?: string, standIn?: unknown): Attempt => tryAgain(codec, value, position, base, path, standIn);
  const first = attempt();
  if (first.failure === undefined) return error;
  // No property was read: the value is something else altogether.
  if (first.seen.length === 0) return new EncodeError(codec.name, '', `cannot be ${shown(value)}`, error);
  const found = culpritOf(first, attempt);
  if (found === undefined) return error;
  const detail = found.value === undefined ? 'is missing' : `does not fit: ${shown(found.value)}`;
  return new EncodeError(codec.name, found.path, detail, error);
}

/**
 * Finds the property for which the encoder gets furthest when the property has another value. If
 * there are several, the one that was read last.
 */
function culpritOf(first: Attempt, attempt: (path: string, standIn: unknown) => Attempt): Access | undefined {
  const absent = first.seen.filter(({ value }) => value === undefined || value === null);
  const present = first.seen.filter(({ value }) => value !== undefined && value !== null && !isNested(value));
  const helps = (suspects: readonly Access[]): Access | undefined => {
    let best: Access | undefined;
    let furthest = first;
    for (const access of suspects.slice(-MAX_SUSPECTS)) {
      for (const standIn of STAND_INS) {
        const reached = attempt(access.path, standIn);
        const further = compare(reached, furthest, first);
        if (further > 0 || (further === 0 && best !== undefined)) [best, furthest] = [access, reached];
      }
    }
    return best;
  };
  return helps(absent) ?? helps(present) ?? absent.at(-1);
}

/**
 * Which of two attempts got further: it succeeded, or read more, or wrote more, or failed at that
 * place for another reason than the first attempt.
 */
function compare(a: Attempt, b: Attempt, first: Attempt): number {
  const done = Number(a.failure === undefined) - Number(b.failure === undefined);
  const other = Number(a.failure !== first.failure) - Number(b.failure !== first.failure);
  return done || a.seen.length - b.seen.length || a.position - b.position || other;
}

function tryAgain<T>(
  codec: Codec<T>,
  value: T,
  position: number,
  base: number,
  path: string | undefined,
  standIn: unknown,
): Attempt {
  const seen: Access[] = [];
  const paths = new Set<string>();
  const w = new Writer(position + 256, position);
  w.base = base;
  const note = (access: Access): unknown => {
    if (!paths.has(access.path)) seen.push(access);
    paths.add(access.path);
    return access.path === path ? standIn : access.value;
  };
  try {
    codec.encode(w, watched(value, '', note) as T);
    return { seen, position: w.position, failure: undefined };
  } catch (error) {
    return { seen, position: w.position, failure: String(error) };
  }
}

/** A copy of the value that reports each property that is read. Byte arrays are used unchanged. */
function watched(value: unknown, path: string, note: (access: Access) => unknown): unknown {
  if (!isNested(value)) return value;
  const isList = Array.isArray(value);
  const at = (key: string): string =>
    isList && /^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
  // The target of the proxy is empty. With a frozen target, the proxy would have to return each
  // property unchanged.
  return new Proxy(isList ? [] : {}, {
    get(_, key) {
      const there = Reflect.get(value, key) as unknown;
      if (typeof key === 'symbol' || key in (isList ? Array.prototype : Object.prototype)) return there;
      return watched(note({ path: at(key), value: there }), at(key), note);
    },
    has: (_, key) => Reflect.has(value, key),
    ownKeys: () => Reflect.ownKeys(value),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      return descriptor && { ...descriptor, configurable: !(isList && key === 'length'), writable: true };
    },
  });
}

/** Whether the value has properties that an encoder reads. */
function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

/** A value as text for a message: its type, and the value itself if it is short. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `the ${typeof value} ${String(value).slice(0, 40)}`;
}
