import { type Codec, type Filetime, type Guid, guid, type Reader, type Writer } from '@tsmbd/ms-dtyp';
import { EMPTY_BYTES } from '../buffers.ts';
import { negotiateHeader, Smb1Flags2, type Smb1Header, smb1Header } from './header.ts';

/** The DialectIndex of a server that speaks none of the offered dialects, [MS-CIFS] 2.2.4.52.2. */
export const SMB1_NO_DIALECT = 0xffff;

/**
 * Capabilities of an NT LM 0.12 server on which the following fields depend, [MS-CIFS] 2.2.4.52.2
 * and [MS-SMB] 2.2.4.5.2.1.
 */
export const Smb1Capabilities = { UNICODE: 0x0000_0004, EXTENDED_SECURITY: 0x8000_0000 } as const;

/** The answer of an NT LM 0.12 server: WordCount 17, [MS-CIFS] 2.2.4.52.2. */
export interface NtLmNegotiation {
  readonly securityMode: number;
  readonly maxMpxCount: number;
  readonly maxNumberVcs: number;
  /** Bytes. */
  readonly maxBufferSize: number;
  /** Bytes. */
  readonly maxRawSize: number;
  readonly sessionKey: number;
  /** Bits of Smb1Capabilities, and others. */
  readonly capabilities: number;
  readonly systemTime: Filetime;
  /** Minutes west of UTC. */
  readonly serverTimeZone: number;
  /**
   * ChallengeLength: the number of bytes of `challenge`. It is meaningless with extended security.
   */
  readonly challengeLength: number;
  /** With Smb1Capabilities.EXTENDED_SECURITY, [MS-SMB] 2.2.4.5.2.1. */
  readonly extended?: { readonly serverGuid: Guid; readonly securityBlob: Uint8Array };
  /** Without Smb1Capabilities.EXTENDED_SECURITY, [MS-SMB] 2.2.4.5.2.2. */
  readonly plain?: {
    readonly challenge: Uint8Array;
    readonly domainName: string;
    /** Absent from older servers, whose message ends before it. */
    readonly serverName?: string;
  };
}

/** SMB_COM_NEGOTIATE response of a server that speaks SMB1, [MS-CIFS] 2.2.4.52.2. */
export interface Smb1NegotiateResponse extends Smb1Header {
  /**
   * The dialect as an index into the request's list, or SMB1_NO_DIALECT. Undefined in an error,
   * which has no words.
   */
  readonly dialectIndex?: number;
  readonly ntLm?: NtLmNegotiation;
  /**
   * The fields of older dialects behind the index, undecoded: [MS-CIFS] leaves their description to
   * other documents.
   */
  readonly words?: Uint8Array;
  readonly data?: Uint8Array;
}

/** SMB_COM_NEGOTIATE response, [MS-CIFS] 2.2.4.52.2, with the forms of [MS-SMB] 2.2.4.5.2. */
export const smb1NegotiateResponse: Codec<Smb1NegotiateResponse> = {
  name: 'SMB_COM_NEGOTIATE Response',
  section: '[MS-CIFS] 2.2.4.52.2',
  decode(r) {
    const head = negotiateHeader(r);
    const wordCount = r.u8('WordCount');
    if (wordCount === 0) {
      r.skip(r.u16('ByteCount'), 'Bytes');
      return head;
    }
    const dialectIndex = r.u16('DialectIndex');
    if (wordCount === NT_LM_WORDS) return { ...head, dialectIndex, ntLm: readNtLm(r, head.flags2) };
    const words = r.take(2 * (wordCount - 1), 'Words');
    const data = r.take(r.u16('ByteCount'), 'Bytes');
    return { ...head, dialectIndex, ...(words.length > 0 && { words }), ...(data.length > 0 && { data }) };
  },
  encode(w, m) {
    smb1Header.encode(w, m);
    const { dialectIndex, ntLm, words = EMPTY_BYTES, data = EMPTY_BYTES } = m;
    if (dialectIndex === undefined) {
      w.zero(3);
      return;
    }
    w.u8(ntLm === undefined ? 1 + words.length / 2 : NT_LM_WORDS);
    w.u16(dialectIndex);
    if (ntLm !== undefined) {
      writeNtLm(w, ntLm, m.flags2);
      return;
    }
    w.bytes(words);
    w.u16(data.length);
    w.bytes(data);
  },
};

/** WordCount of NT LM 0.12. */
const NT_LM_WORDS = 17;

function readNtLm(r: Reader, flags2: number): NtLmNegotiation {
  const said = {
    securityMode: r.u8('SecurityMode'),
    maxMpxCount: r.u16('MaxMpxCount'),
    maxNumberVcs: r.u16('MaxNumberVcs'),
    maxBufferSize: r.u32('MaxBufferSize'),
    maxRawSize: r.u32('MaxRawSize'),
    sessionKey: r.u32('SessionKey'),
    capabilities: r.u32('Capabilities'),
    systemTime: r.u64('SystemTime'),
    // A signed SHORT: minutes west of UTC are positive.
    serverTimeZone: (r.u16('ServerTimeZone') << 16) >> 16,
    challengeLength: r.u8('ChallengeLength'),
  };
  const byteCount = r.u16('ByteCount');
  const bytes = r.sub(smb1NegotiateResponse, r.offset, byteCount, 'Bytes');
  if ((said.capabilities & Smb1Capabilities.EXTENDED_SECURITY) !== 0) {
    return { ...said, extended: { serverGuid: bytes.guid('ServerGUID'), securityBlob: bytes.rest('SecurityBlob') } };
  }
  const challenge = bytes.take(said.challengeLength, 'Challenge');
  const domainName = readString(bytes, flags2, 'DomainName');
  const serverName = bytes.remaining === 0 ? undefined : readString(bytes, flags2, 'ServerName');
  return { ...said, plain: { challenge, domainName, ...(serverName !== undefined && { serverName }) } };
}

function writeNtLm(w: Writer, m: NtLmNegotiation, flags2: number): void {
  w.u8(m.securityMode);
  w.u16(m.maxMpxCount);
  w.u16(m.maxNumberVcs);
  w.u32(m.maxBufferSize);
  w.u32(m.maxRawSize);
  w.u32(m.sessionKey);
  w.u32(m.capabilities);
  w.u64(m.systemTime);
  w.u16(m.serverTimeZone & 0xffff);
  w.u8(m.challengeLength);
  const at = w.position;
  w.u16(0);
  if (m.extended !== undefined) {
    guid.encode(w, m.extended.serverGuid);
    w.bytes(m.extended.securityBlob);
  }
  if (m.plain !== undefined) {
    w.bytes(m.plain.challenge);
    writeString(w, m.plain.domainName, flags2);
    if (m.plain.serverName !== undefined) writeString(w, m.plain.serverName, flags2);
  }
  w.patch16(at, w.position - at - 2);
}

/**
 * Reads a terminated string that is not aligned, [MS-SMB] 2.2.4.5.2.2: UTF-16LE, or latin1 in place
 * of the OEM code page.
 */
function readString(r: Reader, flags2: number, field: string): string {
  const width = (flags2 & Smb1Flags2.UNICODE) !== 0 ? 2 : 1;
  let end = r.position;
  while (end + width <= r.end && (r.bytes[end] !== 0 || (width === 2 && r.bytes[end + 1] !== 0))) end += width;
  if (end + width > r.end) r.fail(field, 'no terminating zero');
  const length = end - r.position;
  const text = width === 2 ? r.utf16(length, field) : latin1(r.take(length, field));
  r.skip(width, field);
  return text;
}

function writeString(w: Writer, text: string, flags2: number): void {
  if ((flags2 & Smb1Flags2.UNICODE) !== 0) w.utf16(`${text}\0`);
  else for (const character of `${text}\0`) w.u8(character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
