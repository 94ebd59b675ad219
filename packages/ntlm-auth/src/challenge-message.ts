import type { Codec } from '@tsmbd/ms-dtyp';
import { type AvPair, decodeAvPairs, encodeAvPairs } from './av-pairs.ts';
import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { MessageType, Payload, readField, readHeader, writeHeader } from './payload.ts';
import { textOf, utf16Bytes } from './text.ts';
import { type NtlmVersion, version } from './version.ts';

/** CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2. */
export interface ChallengeMessage {
  /** Bits of NegotiateFlags. */
  readonly flags: number;
  readonly targetName: string;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  readonly targetInfo: readonly AvPair[];
  readonly version?: NtlmVersion;
}

export const challengeMessage: Codec<ChallengeMessage> = {
  name: 'CHALLENGE_MESSAGE',
  decode(r) {
    readHeader(r, MessageType.CHALLENGE);
    const targetName = readField(r, 'TargetName');
    const flags = r.u32('NegotiateFlags');
    const serverChallenge = r.take(8, 'ServerChallenge');
    r.skip(8, 'Reserved');
    const targetInfo = readField(r, 'TargetInfo');
    const hasVersion = hasFlag(flags, NegotiateFlags.VERSION) && r.remaining >= 8;
    return {
      flags,
      targetName: textOf(targetName, hasFlag(flags, NegotiateFlags.UNICODE)),
      serverChallenge,
      targetInfo: decodeAvPairs(targetInfo),
      ...(hasVersion && { version: version.decode(r) }),
    };
  },
  encode(w, m) {
    writeHeader(w, MessageType.CHALLENGE);
    const payload = new Payload(m.version === undefined ? 48 : 56);
    payload.field(w, utf16Bytes(m.targetName));
    w.u32(m.flags);
    w.bytes(m.serverChallenge);
    w.zero(8);
    payload.field(w, encodeAvPairs(m.targetInfo));
    if (m.version !== undefined) version.encode(w, m.version);
    payload.finish(w);
  },
};
