/**
 * The few forms of DER that SPNEGO uses, built on node-forge. Forge's byte strings are used only in
 * this file.
 */
import forge from 'node-forge';
import { SpnegoError } from './error.ts';

const { asn1 } = forge;
const { Class, Type } = asn1;

/** forge accepts options here that its types do not declare. */
const fromDer = asn1.fromDer as unknown as (bytes: string, options: Record<string, boolean>) => Der;

/** One DER value. */
export type Der = forge.asn1.Asn1;

/** Decodes bytes that are exactly one DER value. Throws SpnegoError `malformed`. */
export function parse(bytes: Uint8Array): Der {
  try {
    return fromDer(binary(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false });
  } catch (error) {
    throw new SpnegoError('malformed', 'not DER', { cause: error });
  }
}

/** Encodes a value. */
export function bytesOf(value: Der): Uint8Array {
  return Uint8Array.from(asn1.toDer(value).getBytes(), (c) => c.charCodeAt(0));
}

/** [APPLICATION tag]. */
export function application(tag: number, ...values: Der[]): Der {
  return asn1.create(Class.APPLICATION, tag as forge.asn1.Type, true, values);
}

/** [tag] EXPLICIT. */
export function context(tag: number, value: Der): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, [value]);
}

export function sequence(values: Der[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values);
}

export function objectIdentifier(oid: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(oid).getBytes());
}

export function octetString(bytes: Uint8Array): Der {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(bytes));
}

export function enumerated(value: number): Der {
  return asn1.create(Class.UNIVERSAL, Type.ENUMERATED, false, String.fromCharCode(value));
}

/** GeneralString, tag 27, for which forge has no name. */
export function generalString(text: string): Der {
  return asn1.create(Class.UNIVERSAL, GENERAL_STRING, false, text);
}

/** The values of a constructed value with this class and tag. */
export function childrenOf(value: Der, kind: 'application' | 'context' | 'sequence', tag: number, what: string): Der[] {
  const tagClass = CLASSES[kind];
  if (value.tagClass !== tagClass || value.type !== tag || !Array.isArray(value.value)) {
    throw new SpnegoError('malformed', `${what}: tag ${value.tagClass | value.type}`);
  }
  return value.value;
}

/** The fields of a SEQUENCE of [n] EXPLICIT values, by n. */
export function fieldsOf(value: Der, what: string): Map<number, Der> {
  const fields = new Map<number, Der>();
  for (const child of childrenOf(value, 'sequence', Type.SEQUENCE, what)) {
    const [inner, ...more] = childrenOf(child, 'context', child.type, what);
    if (inner === undefined || more.length > 0) throw new SpnegoError('malformed', `${what}: [${child.type}]`);
    fields.set(child.type, inner);
  }
  return fields;
}

/** The elements of a SEQUENCE OF. */
export function elementsOf(value: Der, what: string): Der[] {
  return childrenOf(value, 'sequence', Type.SEQUENCE, what);
}

export function isSequence(value: Der): boolean {
  return value.tagClass === Class.UNIVERSAL && value.type === Type.SEQUENCE;
}

export function toOid(value: Der, what: string): string {
  const content = primitive(value, Type.OID, what);
  // If the last byte has its continuation bit set, the number has no end.
  if (content.length === 0 || content.charCodeAt(content.length - 1) >= 0x80) {
    throw new SpnegoError('malformed', `${what}: OBJECT IDENTIFIER`);
  }
  return asn1.derToOid(content);
}

export function toOctets(value: Der, what: string): Uint8Array {
  return Uint8Array.from(primitive(value, Type.OCTETSTRING, what), (c) => c.charCodeAt(0));
}

export function toEnumerated(value: Der, what: string): number {
  const content = primitive(value, Type.ENUMERATED, what);
  if (content.length !== 1) throw new SpnegoError('malformed', `${what}: ENUMERATED of ${content.length} bytes`);
  return content.charCodeAt(0);
}

export function toGeneralString(value: Der, what: string): string {
  return primitive(value, GENERAL_STRING, what);
}

/** The content of a primitive value, one character per byte. */
function primitive(value: Der, type: number, what: string): string {
  if (value.tagClass !== Class.UNIVERSAL || value.type !== type || typeof value.value !== 'string') {
    throw new SpnegoError('malformed', `${what}: tag ${value.tagClass | value.type}, must be ${type}`);
  }
  return value.value;
}

/** A string with one character per byte, as forge needs it. */
function binary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const GENERAL_STRING = 27 as forge.asn1.Type;
const CLASSES = { application: Class.APPLICATION, context: Class.CONTEXT_SPECIFIC, sequence: Class.UNIVERSAL };
