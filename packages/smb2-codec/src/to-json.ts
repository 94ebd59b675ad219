import type { DissectedPayload } from './dissect/pdu.ts';

/** A value that JSON can represent. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** How to write values. */
export interface ToJsonOptions {
  /**
   * The most bytes of one field that are written out. Of a longer field the rest is left out, but
   * `length` tells how long it is. Default: all.
   */
  readonly maxBytes?: number;
  /**
   * The `payloads` that `dissect` found. Bytes in which it found a structure become `{ structure,
   * value }`.
   */
  readonly payloads?: readonly DissectedPayload[];
}

/**
 * Converts a decoded value to one that `JSON.stringify` takes. 64-bit numbers become decimal
 * strings, because a double cannot hold all of them. Bytes become `{ length, hex }`. Everything
 * else stays as it is. Values that JSON does not know (a function, undefined) are left out.
 */
export function toJson(value: unknown, options: ToJsonOptions = {}): JsonValue | undefined {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'object':
      return value === null ? null : objectToJson(value, options);
    default:
      return undefined;
  }
}

function objectToJson(value: object, options: ToJsonOptions): JsonValue {
  if (value instanceof Uint8Array) return bytesToJson(value, options);
  if (Array.isArray(value)) return value.map((item) => toJson(item, options) ?? null);
  const made: Record<string, JsonValue | undefined> = {};
  for (const [key, item] of Object.entries(value)) {
    const json = toJson(item, options);
    if (json !== undefined) made[key] = json;
  }
  return made;
}

function bytesToJson(bytes: Uint8Array, { maxBytes = bytes.length, payloads = [] }: ToJsonOptions): JsonValue {
  const inner = payloads.find(({ bytes: part, value }) => value !== undefined && isSame(part, bytes));
  if (inner !== undefined) return { structure: inner.structure, value: toJson(inner.value, { maxBytes }) };
  return { length: bytes.length, hex: hexText(bytes.subarray(0, maxBytes)) };
}

/** Whether both are views of the same bytes. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length > 0 && a.length === b.length && a.byteOffset === b.byteOffset && a.buffer === b.buffer;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

function hexText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i]!];
  return text;
}
