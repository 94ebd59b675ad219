import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';

/**
 * SMB2_SESSION_FLAG_BINDING: the request binds an existing session to this connection, [MS-SMB2]
 * 2.2.5.
 */
export const SessionSetupFlags = { BINDING: 0x01 } as const;

/** SMB2_SESSION_FLAG_* of the response, [MS-SMB2] 2.2.6. */
export const SessionFlags = { IS_GUEST: 0x0001, IS_NULL: 0x0002, ENCRYPT_DATA: 0x0004 } as const;

/** SMB2 SESSION_SETUP Request, [MS-SMB2] 2.2.5. */
export interface SessionSetupRequest {
  /** Bits of SessionSetupFlags. */
  readonly flags: number;
  /** Bits of SecurityMode. */
  readonly securityMode: number;
  /** Bits of Capabilities; only DFS has a meaning here. */
  readonly capabilities: number;
  /** Not used, 0. */
  readonly channel: number;
  /** The session that this session replaces, or 0n. */
  readonly previousSessionId: bigint;
  /** A SPNEGO (or raw NTLMSSP) token. */
  readonly securityBuffer: Uint8Array;
}

/** SMB2 SESSION_SETUP Request, [MS-SMB2] 2.2.5. */
export const sessionSetupRequest: Codec<SessionSetupRequest> = {
  name: 'SESSION_SETUP Request',
  section: '[MS-SMB2] 2.2.5',
  decode(r) {
    r.constant16(25, 'StructureSize');
    const flags = r.u8('Flags');
    const securityMode = r.u8('SecurityMode');
    const capabilities = r.u32('Capabilities');
    const channel = r.u32('Channel');
    const offset = r.u16('SecurityBufferOffset');
    const length = r.u16('SecurityBufferLength');
    const previousSessionId = r.u64('PreviousSessionId');
    const securityBuffer = bufferAt(r, offset, length, 'SecurityBuffer');
    return { flags, securityMode, capabilities, channel, previousSessionId, securityBuffer };
  },
  encode(w, m) {
    w.u16(25);
    w.u8(m.flags);
    w.u8(m.securityMode);
    w.u32(m.capabilities);
    w.u32(m.channel);
    w.u16(w.offset + 12);
    w.u16(m.securityBuffer.length);
    w.u64(m.previousSessionId);
    w.bytes(m.securityBuffer);
  },
};

/** SMB2 SESSION_SETUP Response, [MS-SMB2] 2.2.6. */
export interface SessionSetupResponse {
  /** Bits of SessionFlags. */
  readonly sessionFlags: number;
  /** A SPNEGO (or raw NTLMSSP) token, or empty. */
  readonly securityBuffer: Uint8Array;
}

/** SMB2 SESSION_SETUP Response, [MS-SMB2] 2.2.6. */
export const sessionSetupResponse: Codec<SessionSetupResponse> = {
  name: 'SESSION_SETUP Response',
  section: '[MS-SMB2] 2.2.6',
  decode(r) {
    r.constant16(9, 'StructureSize');
    const sessionFlags = r.u16('SessionFlags');
    const offset = r.u16('SecurityBufferOffset');
    const length = r.u16('SecurityBufferLength');
    return { sessionFlags, securityBuffer: bufferAt(r, offset, length, 'SecurityBuffer') };
  },
  encode(w, m) {
    w.u16(9);
    w.u16(m.sessionFlags);
    w.u16(w.offset + 4);
    w.u16(m.securityBuffer.length);
    w.bytes(m.securityBuffer);
  },
};
