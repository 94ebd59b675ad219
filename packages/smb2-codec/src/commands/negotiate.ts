import { type Codec, type Filetime, type Guid, guid } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import {
  decodeNegotiateContexts,
  encodeNegotiateContexts,
  type NegotiateContext,
} from '../negotiate-contexts/negotiate-context.ts';

/** Dialect revisions, [MS-SMB2] 2.2.3 and 2.2.4. */
export const Dialect = {
  SMB_2_0_2: 0x0202,
  SMB_2_1: 0x0210,
  SMB_3_0: 0x0300,
  SMB_3_0_2: 0x0302,
  SMB_3_1_1: 0x0311,
  /** The answer to a multi-protocol negotiate: the client negotiates again. */
  SMB_2_WILDCARD: 0x02ff,
} as const;

/** SMB2_NEGOTIATE_SIGNING_*, [MS-SMB2] 2.2.3; also in SESSION_SETUP. */
export const SecurityMode = { SIGNING_ENABLED: 0x0001, SIGNING_REQUIRED: 0x0002 } as const;

/** SMB2_GLOBAL_CAP_*, [MS-SMB2] 2.2.3 and 2.2.4. */
export const Capabilities = {
  DFS: 0x0000_0001,
  LEASING: 0x0000_0002,
  LARGE_MTU: 0x0000_0004,
  MULTI_CHANNEL: 0x0000_0008,
  PERSISTENT_HANDLES: 0x0000_0010,
  DIRECTORY_LEASING: 0x0000_0020,
  ENCRYPTION: 0x0000_0040,
  /** The client wants session-closed notifications, [MS-SMB2] 2.2.44.1. */
  NOTIFICATIONS: 0x0000_0080,
} as const;

/** SMB2 NEGOTIATE Request, [MS-SMB2] 2.2.3. */
export interface NegotiateRequest {
  /** Bits of SecurityMode. */
  readonly securityMode: number;
  /** Bits of Capabilities. */
  readonly capabilities: number;
  readonly clientGuid: Guid;
  /** Values of Dialect, or unknown ones. */
  readonly dialects: readonly number[];
  /** 0n if `dialects` contains SMB 3.1.1, because the context list then takes its place. */
  readonly clientStartTime: Filetime;
  /** Empty unless `dialects` has SMB 3.1.1. */
  readonly negotiateContexts: readonly NegotiateContext[];
}

/** SMB2 NEGOTIATE Request, [MS-SMB2] 2.2.3. */
export const negotiateRequest: Codec<NegotiateRequest> = {
  name: 'NEGOTIATE Request',
  section: '[MS-SMB2] 2.2.3',
  decode(r) {
    r.constant16(36, 'StructureSize');
    const dialectCount = r.u16('DialectCount');
    const securityMode = r.u16('SecurityMode');
    r.skip(2, 'Reserved');
    const capabilities = r.u32('Capabilities');
    const clientGuid = r.guid('ClientGuid');
    const contextOffset = r.u32('NegotiateContextOffset');
    const contextCount = r.u16('NegotiateContextCount');
    const reserved2 = r.u16('Reserved2');
    const dialects = r.u16s(dialectCount, 'Dialects');
    const hasContexts = dialects.includes(Dialect.SMB_3_1_1);
    return {
      securityMode,
      capabilities,
      clientGuid,
      dialects,
      clientStartTime: hasContexts
        ? 0n
        : (BigInt(reserved2) << 48n) | (BigInt(contextCount) << 32n) | BigInt(contextOffset),
      negotiateContexts: hasContexts ? decodeNegotiateContexts(r, contextOffset, contextCount) : [],
    };
  },
  encode(w, m) {
    w.u16(36);
    w.u16(m.dialects.length);
    w.u16(m.securityMode);
    w.zero(2);
    w.u32(m.capabilities);
    guid.encode(w, m.clientGuid);
    const listAt = w.position;
    w.u64(m.clientStartTime);
    for (const dialect of m.dialects) w.u16(dialect);
    if (m.negotiateContexts.length > 0) {
      w.align(8);
      w.patch32(listAt, w.offset);
      w.patch16(listAt + 4, m.negotiateContexts.length);
      w.patch16(listAt + 6, 0);
      encodeNegotiateContexts(w, m.negotiateContexts);
    }
  },
};

/** SMB2 NEGOTIATE Response, [MS-SMB2] 2.2.4. */
export interface NegotiateResponse {
  /** Bits of SecurityMode. */
  readonly securityMode: number;
  /** One of Dialect. */
  readonly dialectRevision: number;
  readonly serverGuid: Guid;
  /** Bits of Capabilities. */
  readonly capabilities: number;
  /** Bytes. */
  readonly maxTransactSize: number;
  /** Bytes. */
  readonly maxReadSize: number;
  /** Bytes. */
  readonly maxWriteSize: number;
  readonly systemTime: Filetime;
  readonly serverStartTime: Filetime;
  /** A SPNEGO token, or empty. */
  readonly securityBuffer: Uint8Array;
  /** Empty unless the dialect is SMB 3.1.1. */
  readonly negotiateContexts: readonly NegotiateContext[];
}

/** SMB2 NEGOTIATE Response, [MS-SMB2] 2.2.4. */
export const negotiateResponse: Codec<NegotiateResponse> = {
  name: 'NEGOTIATE Response',
  section: '[MS-SMB2] 2.2.4',
  decode(r) {
    r.constant16(65, 'StructureSize');
    const securityMode = r.u16('SecurityMode');
    const dialectRevision = r.u16('DialectRevision');
    const contextCount = r.u16('NegotiateContextCount');
    const serverGuid = r.guid('ServerGuid');
    const capabilities = r.u32('Capabilities');
    const maxTransactSize = r.u32('MaxTransactSize');
    const maxReadSize = r.u32('MaxReadSize');
    const maxWriteSize = r.u32('MaxWriteSize');
    const systemTime = r.u64('SystemTime');
    const serverStartTime = r.u64('ServerStartTime');
    const securityBufferOffset = r.u16('SecurityBufferOffset');
    const securityBufferLength = r.u16('SecurityBufferLength');
    const contextOffset = r.u32('NegotiateContextOffset');
    const securityBuffer = bufferAt(r, securityBufferOffset, securityBufferLength, 'SecurityBuffer');
    // In the older dialects both context fields are reserved and may hold anything.
    const hasContexts = dialectRevision === Dialect.SMB_3_1_1;
    return {
      securityMode,
      dialectRevision,
      serverGuid,
      capabilities,
      maxTransactSize,
      maxReadSize,
      maxWriteSize,
      systemTime,
      serverStartTime,
      securityBuffer,
      negotiateContexts: hasContexts ? decodeNegotiateContexts(r, contextOffset, contextCount) : [],
    };
  },
  encode(w, m) {
    w.u16(65);
    w.u16(m.securityMode);
    w.u16(m.dialectRevision);
    w.u16(m.negotiateContexts.length);
    guid.encode(w, m.serverGuid);
    w.u32(m.capabilities);
    w.u32(m.maxTransactSize);
    w.u32(m.maxReadSize);
    w.u32(m.maxWriteSize);
    w.u64(m.systemTime);
    w.u64(m.serverStartTime);
    w.u16(w.offset + 8);
    w.u16(m.securityBuffer.length);
    const listAt = w.position;
    w.u32(0);
    w.bytes(m.securityBuffer);
    if (m.negotiateContexts.length > 0) {
      w.align(8);
      w.patch32(listAt, w.offset);
      encodeNegotiateContexts(w, m.negotiateContexts);
    }
  },
};
