import { type Codec, type Guid, guid, guidFromBytes, guidToBytes } from '@tsmbd/ms-dtyp';

/** p_syntax_id_t: an interface or a transfer syntax with its version, C706 12.6.3.1. */
export interface SyntaxId {
  readonly uuid: Guid;
  readonly major: number;
  readonly minor: number;
}

export const syntaxId: Codec<SyntaxId> = {
  name: 'p_syntax_id_t',
  decode(r) {
    return { uuid: guid.decode(r), major: r.u16('if_version_major'), minor: r.u16('if_version_minor') };
  },
  encode(w, value) {
    guid.encode(w, value.uuid);
    w.u16(value.major);
    w.u16(value.minor);
  },
};

/** NDR 2.0, the only transfer syntax that this package speaks, C706 14. */
export const NDR20: SyntaxId = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };

/** NDR64, [MS-RPCE] 2.2.5. It is refused, and clients then use NDR 2.0. */
export const NDR64: SyntaxId = { uuid: '71710533-beba-4937-8319-b5dbef9ccc36', major: 1, minor: 0 };

/** The value that means "no transfer syntax" in answers. */
export const NO_SYNTAX: SyntaxId = { uuid: '00000000-0000-0000-0000-000000000000', major: 0, minor: 0 };

/** Features of bind time feature negotiation, [MS-RPCE] 2.2.2.14. */
export const BindTimeFeatures = { SECURITY_CONTEXT_MULTIPLEXING: 0x1, KEEP_CONNECTION_ON_ORPHAN: 0x2 } as const;

/**
 * The features that a pseudo transfer syntax asks for, or undefined if it is a real transfer
 * syntax, [MS-RPCE] 3.3.1.5.3.
 */
export function bindTimeFeatures(syntax: SyntaxId): number | undefined {
  const bytes = guidToBytes(syntax.uuid);
  if (!FEATURE_PREFIX.every((byte, i) => bytes[i] === byte)) return undefined;
  return bytes[8]! | (bytes[9]! << 8);
}

/** The pseudo transfer syntax that asks for features. */
export function featureSyntax(features: number): SyntaxId {
  const bytes = new Uint8Array(16);
  bytes.set(FEATURE_PREFIX);
  bytes[8] = features & 0xff;
  bytes[9] = features >> 8;
  return { uuid: guidFromBytes(bytes), major: 1, minor: 0 };
}

/**
 * Whether a server with `offered` can serve a client that wants `wanted`: the major version must be
 * equal, and the wanted minor version must not be higher. C706 12.6.3.1.
 */
export function serves(offered: SyntaxId, wanted: SyntaxId): boolean {
  return offered.uuid === wanted.uuid && offered.major === wanted.major && offered.minor >= wanted.minor;
}

/** 6cb71c2c-9812-4540, on the wire. */
const FEATURE_PREFIX = [0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45];
