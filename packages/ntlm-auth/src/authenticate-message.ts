import type { Codec } from '@tsmbd/ms-dtyp';
import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { MessageType, Payload, readField, readHeader, writeHeader } from './payload.ts';
import { textOf, utf16Bytes } from './text.ts';
import { type NtlmVersion, version } from './version.ts';

/**
 * The place of the MIC in an AUTHENTICATE_MESSAGE that has one: [start, end) in bytes, [MS-NLMP]
 * 2.2.1.3.
 */
export const MIC_RANGE = { start: 72, end: 88 } as const;

/** AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3. */
export interface AuthenticateMessage {
  /** Bits of NegotiateFlags. */
  readonly flags: number;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly encryptedRandomSessionKey: Uint8Array;
  readonly version?: NtlmVersion;
  /**
   * 16 bytes, if there is room for them before the payload. Only MsvAvFlags in the NTLMv2 response
   * says whether they are a MIC.
   */
  readonly mic?: Uint8Array;
}

export const authenticateMessage: Codec<AuthenticateMessage> = {
  name: 'AUTHENTICATE_MESSAGE',
  decode(r) {
    readHeader(r, MessageType.AUTHENTICATE);
    const lmResponse = readField(r, 'LmChallengeResponse');
    const ntResponse = readField(r, 'NtChallengeResponse');
    const domain = readField(r, 'DomainName');
    const user = readField(r, 'UserName');
    const workstation = readField(r, 'Workstation');
    const encryptedRandomSessionKey = readField(r, 'EncryptedRandomSessionKey');
    const flags = r.u32('NegotiateFlags');
    const unicode = hasFlag(flags, NegotiateFlags.UNICODE);
    const fields = [lmResponse, ntResponse, domain, user, workstation, encryptedRandomSessionKey];
    const start = r.bytes.byteOffset + r.base;
    const payload = Math.min(...fields.filter((f) => f.length > 0).map((f) => f.byteOffset - start), r.end - r.base);
    const hasVersion = payload >= MIC_RANGE.start;
    const hasMic = payload >= MIC_RANGE.end;
    return {
      flags,
      domain: textOf(domain, unicode),
      user: textOf(user, unicode),
      workstation: textOf(workstation, unicode),
      lmResponse,
      ntResponse,
      encryptedRandomSessionKey,
      ...(hasVersion && { version: version.decode(r) }),
      ...(hasMic && { mic: r.take(16, 'MIC') }),
    };
  },
  encode(w, m) {
    writeHeader(w, MessageType.AUTHENTICATE);
    const fixedLength = m.mic !== undefined ? MIC_RANGE.end : m.version !== undefined ? MIC_RANGE.start : 64;
    const payload = new Payload(fixedLength);
    payload.field(w, m.lmResponse);
    payload.field(w, m.ntResponse);
    payload.field(w, utf16Bytes(m.domain));
    payload.field(w, utf16Bytes(m.user));
    payload.field(w, utf16Bytes(m.workstation));
    payload.field(w, m.encryptedRandomSessionKey);
    w.u32(m.flags);
    if (fixedLength >= MIC_RANGE.start) version.encode(w, m.version ?? NO_VERSION);
    if (m.mic !== undefined) w.bytes(m.mic);
    payload.finish(w);
  },
};

const NO_VERSION: NtlmVersion = { major: 0, minor: 0, build: 0, revision: 0 };
