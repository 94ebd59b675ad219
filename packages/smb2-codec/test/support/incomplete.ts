import { type Codec, EncodeError, encodeInto, Writer } from '@tsmbd/ms-dtyp';

/** What an encoder says of a value without one of its properties. */
export interface Incomplete {
  /** `locks[1].offset` */
  readonly path: string;
  /** The error, or the bytes where the property may be absent. */
  readonly outcome: unknown;
}

/**
 * Encodes a value once for each of its properties, without it. `offset` is where the structure
 * stands.
 */
export function* incompleteValues<T>(codec: Codec<T>, value: T, offset: number): Generator<Incomplete> {
  for (const keys of pathsOf(value)) {
    const w = new Writer(offset + 64, offset);
    w.base = 0;
    let outcome: unknown;
    try {
      encodeInto(w, codec, without(value, keys) as T);
      outcome = w.result(offset);
    } catch (error) {
      outcome = error;
    }
    yield { path: textOf(keys), outcome };
  }
}

/**
 * What says which other properties there are: without it one of those may be the one that is
 * missing.
 */
const DISCRIMINANT = /(^|\.)(kind|family)$/;

/** What is wrong with an outcome, or nothing: an EncodeError that names the property, or bytes. */
export function complaintOf({ path, outcome }: Incomplete): string | undefined {
  if (outcome instanceof Uint8Array) return undefined;
  if (!(outcome instanceof EncodeError)) return `without ${path}: ${String(outcome)}`;
  const isNamed = outcome.field === path || DISCRIMINANT.test(path);
  return isNamed && outcome.message.endsWith('is missing') ? undefined : `without ${path}: ${outcome.message}`;
}

type Keys = readonly (string | number)[];

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function* pathsOf(value: unknown, before: Keys = []): Generator<Keys> {
  if (!isNested(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const keys = [...before, Array.isArray(value) ? Number(key) : key];
    if (inner !== undefined) yield keys;
    yield* pathsOf(inner, keys);
  }
}

function without(value: unknown, [key, ...rest]: Keys): unknown {
  if (key === undefined) return undefined;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as unknown as Record<number, unknown>)
    : { ...(value as object) };
  copy[key] = without(copy[key], rest);
  return copy;
}

function textOf(keys: Keys): string {
  return keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');
}
