import type { Codec } from '@tsmbd/ms-dtyp';
import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { MessageType, Payload, readField, readHeader, writeHeader } from './payload.ts';
import { type NtlmVersion, version } from './version.ts';

/** NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1. */
export interface NegotiateMessage {
  /** Bits of NegotiateFlags. */
  readonly flags: number;
  /** OEM characters; empty when not supplied. */
  readonly domain: Uint8Array;
  /** OEM characters; empty when not supplied. */
  readonly workstation: Uint8Array;
  readonly version?: NtlmVersion;
}

export const negotiateMessage: Codec<NegotiateMessage> = {
  name: 'NEGOTIATE_MESSAGE',
  decode(r) {
    readHeader(r, MessageType.NEGOTIATE);
    const flags = r.u32('NegotiateFlags');
    // Some clients end the message here, or leave out the version although they set its flag.
    const domain = r.remaining >= 8 ? readField(r, 'DomainName') : EMPTY;
    const workstation = r.remaining >= 8 ? readField(r, 'Workstation') : EMPTY;
    const hasVersion = hasFlag(flags, NegotiateFlags.VERSION) && r.remaining >= 8;
    return { flags, domain, workstation, ...(hasVersion && { version: version.decode(r) }) };
  },
  encode(w, m) {
    writeHeader(w, MessageType.NEGOTIATE);
    w.u32(m.flags);
    const payload = new Payload(m.version === undefined ? 32 : 40);
    payload.field(w, m.domain);
    payload.field(w, m.workstation);
    if (m.version !== undefined) version.encode(w, m.version);
    payload.finish(w);
  },
};

const EMPTY = new Uint8Array(0);
