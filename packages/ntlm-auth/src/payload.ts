import type { Reader, Writer } from '@tsmbd/ms-dtyp';

/** `NTLMSSP\0`, the Signature of every message, [MS-NLMP] 2.2. */
const SIGNATURE = new Uint8Array([0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00]);

/** MessageType, [MS-NLMP] 2.2. */
export const MessageType = { NEGOTIATE: 1, CHALLENGE: 2, AUTHENTICATE: 3 } as const;

/** Whether a token is an NTLM message without SPNEGO around it. */
export function isNtlmMessage(token: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => token[i] === byte);
}

/** The MessageType of an NTLM message, or undefined if the bytes are not an NTLM message. */
export function messageType(token: Uint8Array): number | undefined {
  if (token.length < 12 || !isNtlmMessage(token)) return undefined;
  return new DataView(token.buffer, token.byteOffset).getUint32(8, true);
}

export function readHeader(r: Reader, type: number): void {
  const signature = r.take(8, 'Signature');
  if (!isNtlmMessage(signature)) r.fail('Signature', 'not NTLMSSP', r.position - 8);
  r.constant32(type, 'MessageType');
}

export function writeHeader(w: Writer, type: number): void {
  w.bytes(SIGNATURE);
  w.u32(type);
}

/** Reads Len, MaxLen and BufferOffset; returns the field's bytes, a view. */
export function readField(r: Reader, name: string): Uint8Array {
  const length = r.u16(`${name}Len`);
  r.skip(2, `${name}MaxLen`);
  const offset = r.u32(`${name}BufferOffset`);
  return r.slice(offset, length, name);
}

/**
 * Collects the payload of a message. Each field's descriptor is written at once; its bytes are
 * written after the fixed part.
 */
export class Payload {
  readonly #parts: Uint8Array[] = [];
  #offset: number;

  /** @param fixedLength bytes before the payload */
  constructor(fixedLength: number) {
    this.#offset = fixedLength;
  }

  /** Writes Len, MaxLen and BufferOffset of `bytes`. */
  field(w: Writer, bytes: Uint8Array): void {
    w.u16(bytes.length);
    w.u16(bytes.length);
    w.u32(this.#offset);
    this.#parts.push(bytes);
    this.#offset += bytes.length;
  }

  /** Writes the bytes that the descriptors point to. */
  finish(w: Writer): void {
    for (const part of this.#parts) w.bytes(part);
  }
}
