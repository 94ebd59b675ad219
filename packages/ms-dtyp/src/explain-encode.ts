import type { Codec } from './codec.ts';
import { EncodeError } from './encode-error.ts';
import { NULL_GUID } from './guid.ts';
import { Writer } from './writer.ts';

/**
 * Encodes a value into a writer. What `codec.encode` throws for a value that is incomplete comes as
 * an EncodeError that names the property; to find it the value is encoded again, watched, so that
 * it costs nothing until it is needed.
 */
export function encodeInto<T>(w: Writer, codec: Codec<T>, value: T): void {
  const { position, base } = w;
  try {
    codec.encode(w, value);
  } catch (error) {
    throw explained(codec, value, error, position, base);
  }
}

/**
 * Encodes one structure into bytes of its own. Throws EncodeError for a value that is incomplete.
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const w = new Writer();
  encodeInto(w, codec, value);
  return w.result();
}

/** A property that the encoder looked at. */
interface Access {
  readonly path: string;
  readonly value: unknown;
}

/**
 * One encoding of a watched value: what was looked at, in the order of the first time, and how much
 * was written before it was done, or failed.
 */
interface Attempt {
  readonly seen: readonly Access[];
  readonly position: number;
  /** Why it failed; undefined when it was done. */
  readonly failure: string | undefined;
}

/** Properties that are suspected, those looked at last. Each costs a few encodings. */
const MAX_SUSPECTS = 32;

/** Values that some writer takes. */
const STAND_INS: readonly unknown[] = [0, 0n, '', NULL_GUID, new Uint8Array(0), [], {}];

function explained<T>(codec: Codec<T>, value: T, error: unknown, position: number, base: number): unknown {
  // A buffer that is too small, or a value that an encoder refuses in words, is told as it is.
  if (!(error instanceof TypeError)) return error;
  const attempt = (path?: string, standIn?: unknown): Attempt => tryAgain(codec, value, position, base, path, standIn);
  const first = attempt();
  if (first.failure === undefined) return error;
  // Nothing in it was looked at: it is something else altogether.
  if (first.seen.length === 0) return new EncodeError(codec.name, '', `cannot be ${shown(value)}`, error);
  const found = culpritOf(first, attempt);
  if (found === undefined) return error;
  const detail = found.value === undefined ? 'is missing' : `does not fit: ${shown(found.value)}`;
  return new EncodeError(codec.name, found.path, detail, error);
}

/**
 * The property with which the encoder gets furthest when it has something else; of several the one
 * looked at last.
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
 * Which of two came further: done, or looked at more, or wrote more, or failed there for another
 * reason than at first.
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

/** The value again, which tells of each property that is looked at. Bytes stay as they are. */
function watched(value: unknown, path: string, note: (access: Access) => unknown): unknown {
  if (!isNested(value)) return value;
  const isList = Array.isArray(value);
  const at = (key: string): string =>
    isList && /^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
  // The target is empty, so that no property of a frozen value has to be given as it is.
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

/** Whether there are properties inside that an encoder looks at. */
function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

/** A value in a message: its type, and what it is where that is short. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `the ${typeof value} ${String(value).slice(0, 40)}`;
}
