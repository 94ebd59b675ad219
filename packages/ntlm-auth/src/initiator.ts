import { CodecError, decode, encode, type Filetime } from '@tsmbd/ms-dtyp';
import type { NtlmResult } from './acceptor.ts';
import { authenticateMessage, MIC_RANGE } from './authenticate-message.ts';
import { AvFlags, AvId, type AvPair, avFlags, avText, encodeAvPairs, findAv } from './av-pairs.ts';
import { type ChallengeMessage, challengeMessage } from './challenge-message.ts';
import { NtlmError } from './error.ts';
import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { negotiateMessage } from './negotiate-message.ts';
import { hmacMd5 } from './node-crypto.ts';
import { encodeClientChallenge, ntHash, ntowfv2, ntProofStr, sessionBaseKey } from './ntlmv2.ts';
import { rc4 } from './rc4.ts';
import { createSecurity } from './security.ts';
import { DEFAULT_VERSION, type NtlmVersion } from './version.ts';

/** Who the client is, and the random bytes and the time that it needs. */
export interface NtlmInitiatorOptions {
  readonly user: string;
  readonly domain: string;
  /** The password, or its NT hash (16 bytes). If both are absent, the logon is anonymous. */
  readonly password?: string;
  readonly ntHash?: Uint8Array;
  readonly workstation?: string;
  /** The service that the client wants, for example `cifs/server`. */
  readonly targetName?: string;
  /** 8 random bytes, new for every exchange. */
  readonly clientChallenge: Uint8Array;
  /**
   * 16 random bytes, new for every exchange. They become the session key if key exchange is agreed
   * on.
   */
  readonly randomSessionKey: Uint8Array;
  /** The time, used if the server does not tell its own. */
  readonly now: Filetime;
  /** MD5 of the channel's gss_channel_bindings_struct, 16 bytes. */
  readonly channelBindings?: Uint8Array;
  /** Bits of NegotiateFlags to ask for. Default: all that this package knows. */
  readonly flags?: number;
  readonly version?: NtlmVersion;
}

/** One exchange, client side, [MS-NLMP] 3.1. */
export interface NtlmInitiator {
  /** The NEGOTIATE_MESSAGE. */
  negotiate(): Uint8Array;
  /** Answers a CHALLENGE_MESSAGE. Throws NtlmError. */
  authenticate(challenge: Uint8Array): NtlmResult & { readonly token: Uint8Array };
}

export function createInitiator(options: NtlmInitiatorOptions): NtlmInitiator {
  const version = options.version ?? DEFAULT_VERSION;
  const asked = (options.flags ?? DEFAULT_FLAGS) >>> 0;
  const negotiate = encode(negotiateMessage, {
    flags: asked,
    domain: new Uint8Array(0),
    workstation: new Uint8Array(0),
    version,
  });
  return {
    negotiate: () => negotiate,
    authenticate(bytes) {
      const challenge = readChallenge(bytes);
      const flags = (asked & challenge.flags) >>> 0;
      const answer = respond(options, challenge);
      const exchange = hasFlag(flags, NegotiateFlags.KEY_EXCH);
      const sessionKey = exchange ? options.randomSessionKey.slice() : answer.keyExchangeKey;
      const token = encode(authenticateMessage, {
        flags: (flags | (answer.anonymous ? NegotiateFlags.ANONYMOUS : 0)) >>> 0,
        domain: options.domain,
        user: options.user,
        workstation: options.workstation ?? '',
        lmResponse: answer.lmResponse,
        ntResponse: answer.ntResponse,
        encryptedRandomSessionKey: exchange ? rc4(answer.keyExchangeKey, sessionKey) : new Uint8Array(0),
        version,
        mic: new Uint8Array(16),
      });
      if (answer.hasMic) token.set(hmacMd5(sessionKey, negotiate, bytes, token), MIC_RANGE.start);
      const extended = hasFlag(flags, NegotiateFlags.EXTENDED_SESSIONSECURITY);
      return { token, sessionKey, flags, security: extended ? createSecurity('client', sessionKey, flags) : undefined };
    },
  };
}

function readChallenge(bytes: Uint8Array): ChallengeMessage {
  let challenge: ChallengeMessage;
  try {
    challenge = decode(challengeMessage, bytes);
  } catch (error) {
    if (error instanceof CodecError) throw new NtlmError('malformed', error.message, { cause: error });
    throw error;
  }
  if (!hasFlag(challenge.flags, NegotiateFlags.UNICODE)) throw new NtlmError('unsupported', 'server without Unicode');
  return challenge;
}

/** The NTLMv2 response, [MS-NLMP] 3.1.5.1.2 and 3.3.2. */
function respond(options: NtlmInitiatorOptions, challenge: ChallengeMessage) {
  const hash = options.ntHash ?? (options.password === undefined ? undefined : ntHash(options.password));
  if (hash === undefined) {
    return {
      anonymous: true,
      hasMic: false,
      lmResponse: new Uint8Array(1),
      ntResponse: new Uint8Array(0),
      keyExchangeKey: new Uint8Array(16),
    };
  }
  const serverTime = findAv(challenge.targetInfo, AvId.TIMESTAMP);
  const hasMic = serverTime?.length === 8;
  const timestamp = hasMic ? new DataView(serverTime.buffer, serverTime.byteOffset).getBigUint64(0, true) : options.now;
  const pairs = encodeAvPairs(clientPairs(options, challenge.targetInfo, hasMic));
  const key = ntowfv2(hash, options.user, options.domain);
  const blob = encodeClientChallenge(timestamp, options.clientChallenge, pairs);
  const proof = ntProofStr(key, challenge.serverChallenge, blob);
  const ntResponse = new Uint8Array(16 + blob.length);
  ntResponse.set(proof);
  ntResponse.set(blob, 16);
  return {
    anonymous: false,
    hasMic,
    // A server that tells its time gets no LMv2 response, 3.1.5.1.2.
    lmResponse: hasMic ? new Uint8Array(24) : lmv2Response(key, challenge.serverChallenge, options.clientChallenge),
    ntResponse,
    keyExchangeKey: sessionBaseKey(key, proof),
  };
}

/**
 * The server's pairs, and the client's pairs: flags, channel bindings and target name, [MS-NLMP]
 * 3.1.5.1.2.
 */
function clientPairs(options: NtlmInitiatorOptions, pairs: readonly AvPair[], hasMic: boolean): AvPair[] {
  const own = new Set<number>([AvId.FLAGS, AvId.CHANNEL_BINDINGS, AvId.TARGET_NAME]);
  const result = pairs.filter((pair) => !own.has(pair.id));
  if (hasMic) {
    const flags = new Uint8Array(4);
    new DataView(flags.buffer).setUint32(0, avFlags(pairs) | AvFlags.MIC_PRESENT, true);
    result.push({ id: AvId.FLAGS, value: flags });
  }
  result.push({ id: AvId.CHANNEL_BINDINGS, value: options.channelBindings ?? new Uint8Array(16) });
  if (options.targetName !== undefined) result.push(avText(AvId.TARGET_NAME, options.targetName));
  return result;
}

function lmv2Response(key: Uint8Array, serverChallenge: Uint8Array, clientChallenge: Uint8Array): Uint8Array {
  const response = new Uint8Array(24);
  response.set(hmacMd5(key, serverChallenge, clientChallenge));
  response.set(clientChallenge, 16);
  return response;
}

const DEFAULT_FLAGS =
  NegotiateFlags.UNICODE |
  NegotiateFlags.REQUEST_TARGET |
  NegotiateFlags.SIGN |
  NegotiateFlags.SEAL |
  NegotiateFlags.NTLM |
  NegotiateFlags.ALWAYS_SIGN |
  NegotiateFlags.EXTENDED_SESSIONSECURITY |
  NegotiateFlags.TARGET_INFO |
  NegotiateFlags.VERSION |
  NegotiateFlags.N128 |
  NegotiateFlags.KEY_EXCH |
  NegotiateFlags.N56;
