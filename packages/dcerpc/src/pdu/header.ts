import type { Reader, Writer } from '@tsmbd/ms-dtyp';

/** PTYPE of the connection-oriented PDUs, C706 12.6.4 and [MS-RPCE] 2.2.2.1. */
export const PduType = {
  REQUEST: 0,
  RESPONSE: 2,
  FAULT: 3,
  BIND: 11,
  BIND_ACK: 12,
  BIND_NAK: 13,
  ALTER_CONTEXT: 14,
  ALTER_CONTEXT_RESP: 15,
  AUTH3: 16,
  SHUTDOWN: 17,
  CO_CANCEL: 18,
  ORPHANED: 19,
} as const;

/**
 * pfc_flags, C706 12.6.3.1. In binds, SUPPORT_HEADER_SIGN has the bit of PENDING_CANCEL, [MS-RPCE]
 * 2.2.2.3.
 */
export const PduFlags = {
  FIRST_FRAG: 0x01,
  LAST_FRAG: 0x02,
  PENDING_CANCEL: 0x04,
  SUPPORT_HEADER_SIGN: 0x04,
  CONC_MPX: 0x10,
  DID_NOT_EXECUTE: 0x20,
  MAYBE: 0x40,
  OBJECT_UUID: 0x80,
} as const;

/** Length of the common header in bytes. */
export const HEADER_LENGTH = 16;

/** sec_trailer and auth_value, [MS-RPCE] 2.2.2.11. */
export interface AuthVerifier {
  readonly type: number;
  readonly level: number;
  readonly contextId: number;
  readonly value: Uint8Array;
}

/** The fields that every PDU has, C706 12.6.3.1. */
export interface PduCommon {
  /** Bits of PduFlags. */
  readonly flags: number;
  readonly callId: number;
  readonly auth?: AuthVerifier;
}

export interface PduHeader extends PduCommon {
  readonly type: number;
  /** The index behind the body. Padding and the verifier begin there, if there are any. */
  readonly bodyEnd: number;
}

/**
 * Length of the PDU that `bytes` begin with; undefined if there are too few bytes to tell. Throws
 * CodecError.
 */
export function fragmentLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 10) return undefined;
  return bytes[8]! | (bytes[9]! << 8);
}

/** Reads the common header and the verifier of a PDU. The reader must contain the whole PDU. */
export function readHeader(r: Reader): PduHeader {
  const start = r.offset;
  const version = r.u8('rpc_vers');
  if (version !== 5) r.fail('rpc_vers', `${version}, must be 5`, r.position - 1);
  const minor = r.u8('rpc_vers_minor');
  if (minor > 1) r.fail('rpc_vers_minor', `${minor}, must be 0 or 1`, r.position - 1);
  const type = r.u8('PTYPE');
  const flags = r.u8('pfc_flags');
  // Little-endian integers and ASCII. The floating-point format does not matter here.
  const representation = r.u8('drep');
  if (representation !== 0x10) r.fail('drep', 'not little-endian', r.position - 1);
  r.skip(3, 'drep');
  const length = r.u16('frag_length');
  if (length < HEADER_LENGTH || length > r.end - r.base - start) r.fail('frag_length', `${length}`, r.position - 2);
  const authLength = r.u16('auth_length');
  const callId = r.u32('call_id');
  const end = r.base + start + length;
  if (authLength === 0) return { type, flags, callId, bodyEnd: end };
  const trailer = r.sub('sec_trailer', start + length - authLength - 8, authLength + 8, 'auth_length');
  const auth = {
    type: trailer.u8('auth_type'),
    level: trailer.u8('auth_level'),
    padding: trailer.u8('auth_pad_length'),
    reserved: trailer.u8('auth_reserved'),
    contextId: trailer.u32('auth_context_id'),
    value: trailer.rest('auth_value'),
  };
  const bodyEnd = end - authLength - 8 - auth.padding;
  if (bodyEnd < r.position) r.fail('auth_pad_length', `${auth.padding}`);
  return {
    type,
    flags,
    callId,
    bodyEnd,
    auth: { type: auth.type, level: auth.level, contextId: auth.contextId, value: auth.value },
  };
}

/** Writes the common header. `finish` fills in the lengths after the body has been written. */
export function writeHeader(w: Writer, type: number, pdu: PduCommon): { finish(): void } {
  const start = w.position;
  w.u8(5);
  w.u8(0);
  w.u8(type);
  w.u8(pdu.flags);
  w.u32(0x10);
  w.u16(0);
  w.u16(pdu.auth?.value.length ?? 0);
  w.u32(pdu.callId);
  return {
    finish() {
      if (pdu.auth !== undefined) {
        const padding = (4 - ((w.position - start) % 4)) % 4;
        w.zero(padding);
        w.u8(pdu.auth.type);
        w.u8(pdu.auth.level);
        w.u8(padding);
        w.u8(0);
        w.u32(pdu.auth.contextId);
        w.bytes(pdu.auth.value);
      }
      w.patch16(start + 8, w.position - start);
    },
  };
}
