/** One element of DER, X.690; what it holds is read on demand. */
export interface Der {
  /** Class, form and number as the first byte has them. */
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Bytes that are not what RFC 4120 says. */
export class KerberosError extends Error {
  override readonly name = 'KerberosError';
}

/** The elements that lie one behind the other. Throws KerberosError. */
export function elementsOf(bytes: Uint8Array): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!;
    let length = bytes[at + 1] ?? 0x80;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3 || at + count > bytes.length) throw new KerberosError('a length that is none');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[at + i]!;
      at += count;
    }
    if (at + length > bytes.length) throw new KerberosError('an element that is cut');
    found.push({ tag, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

/**
 * What stands in a SEQUENCE under `[APPLICATION number]`, by the numbers of its fields. Throws
 * KerberosError.
 */
export function applicationFields(bytes: Uint8Array, number: number): Map<number, Uint8Array> {
  const [outer] = elementsOf(bytes);
  if (outer?.tag !== (0x60 | number)) throw new KerberosError(`not [APPLICATION ${number}]`);
  return sequenceFields(outer.bytes);
}

/** The fields `[0]`, `[1]`, … of a SEQUENCE; each is the element in it. Throws KerberosError. */
export function sequenceFields(bytes: Uint8Array): Map<number, Uint8Array> {
  const [sequence] = elementsOf(bytes);
  if (sequence?.tag !== 0x30) throw new KerberosError('not a SEQUENCE');
  return new Map(elementsOf(sequence.bytes).map(({ tag, bytes: inner }) => [tag & 0x1f, inner]));
}

/** The number of an INTEGER. */
export function integerOf(bytes: Uint8Array | undefined): number {
  const [element] = bytes === undefined ? [] : elementsOf(bytes);
  if (element?.tag !== 0x02) throw new KerberosError('not an INTEGER');
  let value = 0;
  for (const byte of element.bytes) value = value * 256 + byte;
  return value;
}

/** The bytes of an OCTET STRING or of a string. */
export function octetsOf(bytes: Uint8Array | undefined): Uint8Array {
  const [element] = bytes === undefined ? [] : elementsOf(bytes);
  if (element === undefined) throw new KerberosError('a field is missing');
  return element.bytes;
}
