import { CodecError, decode, encode, type Filetime, upcase } from '@tsmbd/ms-dtyp';
import { type AuthenticateMessage, authenticateMessage, MIC_RANGE } from './authenticate-message.ts';
import { AvFlags, AvId, type AvPair, avFlags, avText, findAv, findAvText } from './av-pairs.ts';
import { challengeMessage } from './challenge-message.ts';
import { NtlmError } from './error.ts';
import { hasFlag, NegotiateFlags } from './negotiate-flags.ts';
import { negotiateMessage } from './negotiate-message.ts';
import { equalInConstantTime, hmacMd5 } from './node-crypto.ts';
import { decodeNtlmV2Response, type NtlmV2Response, ntowfv2AsSpelled, ntProofStr, sessionBaseKey } from './ntlmv2.ts';
import { MessageType, messageType } from './payload.ts';
import { rc4 } from './rc4.ts';
import { createSecurity, type NtlmSecurity } from './security.ts';
import { spellingsOf } from './spellings.ts';
import { checkTargetInfo } from './target-info.ts';
import { DEFAULT_VERSION, type NtlmVersion } from './version.ts';

/** What a server says about itself, and what it allows. */
export interface NtlmAcceptorOptions {
  /**
   * NetBIOS name of the domain, or of the server if it is in no domain. It is also sent as
   * TargetName.
   */
  readonly netbiosDomain: string;
  readonly netbiosName: string;
  readonly dnsDomain?: string;
  readonly dnsName?: string;
  /** TargetName, if it differs from netbiosDomain. */
  readonly targetName?: string;
  /** The server is a member of a domain, not a stand-alone machine. */
  readonly domainMember?: boolean;
  /** 8 random bytes, new for every exchange. */
  readonly serverChallenge: Uint8Array;
  /** The time that the client is told. A client that is told the time answers with a MIC. */
  readonly now: Filetime;
  /** Accepts anonymous logons. Otherwise `authenticate` throws `anonymous`. */
  readonly allowAnonymous?: boolean;
  /**
   * MD5 of the channel's gss_channel_bindings_struct, 16 bytes. If it is set, the client must be
   * bound to this channel.
   */
  readonly channelBindings?: Uint8Array;
  readonly version?: NtlmVersion;
}

/**
 * One exchange, server side, [MS-NLMP] 3.2. It takes and returns bytes; the caller looks up the
 * credentials between the steps.
 */
export interface NtlmAcceptor {
  /** Answers a NEGOTIATE_MESSAGE with a CHALLENGE_MESSAGE. Throws NtlmError. */
  challenge(negotiate: Uint8Array): Uint8Array;
  /**
   * Reads an AUTHENTICATE_MESSAGE. Throws NtlmError. At this point nothing the client says is
   * proven.
   */
  authenticate(authenticate: Uint8Array): NtlmAuthentication;
}

/** What a client says about who it is. */
export interface NtlmAuthentication {
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  /** The message has neither user nor response. Call `acceptAnonymous` and not `verify`. */
  readonly anonymous: boolean;
  /**
   * The service that the client wants (`cifs/server`), if it says so. Not proven before `verify`.
   */
  readonly targetName: string | undefined;
  /**
   * Checks the client's response against the account's NT hash (16 bytes). Returns undefined if the
   * password is wrong. Throws NtlmError `mic` or `channel-bindings` if the password is right but
   * the exchange was tampered with.
   */
  verify(ntHash: Uint8Array): NtlmResult | undefined;
  /** The context of an anonymous client. Its key is known to everybody. */
  acceptAnonymous(): NtlmResult;
  /**
   * The context of a client that is accepted as guest whatever its response is. It has no key and
   * no security.
   */
  acceptGuest(): NtlmResult;
}

/** An established context. */
export interface NtlmResult {
  /** ExportedSessionKey, 16 bytes; zeros for a guest. */
  readonly sessionKey: Uint8Array;
  /** Bits of NegotiateFlags that both sides agreed on. */
  readonly flags: number;
  /**
   * undefined for guests and for clients without extended session security: then no MIC can be made
   * or checked.
   */
  readonly security: NtlmSecurity | undefined;
}

export function createAcceptor(options: NtlmAcceptorOptions): NtlmAcceptor {
  const told = targetInfo(options);
  let exchange: { negotiate: Uint8Array; challenge: Uint8Array; flags: number } | undefined;
  return {
    challenge(negotiate) {
      if (exchange !== undefined) throw new NtlmError('unexpected-message', 'a second NEGOTIATE_MESSAGE');
      expectType(negotiate, MessageType.NEGOTIATE);
      const { flags: asked } = clean(() => decode(negotiateMessage, negotiate));
      const flags = challengeFlags(asked, options);
      const challenge = encode(challengeMessage, {
        flags,
        targetName: options.targetName ?? options.netbiosDomain,
        serverChallenge: options.serverChallenge,
        targetInfo: told,
        ...(hasFlag(flags, NegotiateFlags.VERSION) && { version: options.version ?? DEFAULT_VERSION }),
      });
      exchange = { negotiate: negotiate.slice(), challenge: challenge.slice(), flags };
      return challenge;
    },
    authenticate(bytes) {
      if (exchange === undefined) throw new NtlmError('unexpected-message', 'AUTHENTICATE_MESSAGE before NEGOTIATE');
      expectType(bytes, MessageType.AUTHENTICATE);
      // The message is kept until `verify`, so it is copied: the receive buffer that it may lie in
      // does not stay valid that long.
      const copy = bytes.slice();
      const message = clean(() => decode(authenticateMessage, copy));
      const response = responseIn(message, options);
      if (response !== undefined) checkTargetInfo(told, response.avPairs);
      const raw: RawMessages = [exchange.negotiate, exchange.challenge, copy];
      return createAuthentication(options, message, response, raw, exchange.flags);
    },
  };
}

/**
 * CHALLENGE flags: those that the client asked for and that this server supports, [MS-NLMP]
 * 3.2.5.1.1.
 */
function challengeFlags(asked: number, options: NtlmAcceptorOptions): number {
  // A client that offers only OEM is answered in Unicode: the names in its NTLMv2 response are in
  // Unicode whatever it offers.
  if (!hasFlag(asked, NegotiateFlags.UNICODE | NegotiateFlags.OEM)) {
    throw new NtlmError('unsupported', 'client without a character set');
  }
  return (
    ((asked & TAKEN_AS_ASKED) |
      NegotiateFlags.UNICODE |
      NegotiateFlags.NTLM |
      NegotiateFlags.REQUEST_TARGET |
      NegotiateFlags.TARGET_INFO |
      (options.domainMember ? NegotiateFlags.TARGET_TYPE_DOMAIN : NegotiateFlags.TARGET_TYPE_SERVER)) >>>
    0
  );
}

function targetInfo(options: NtlmAcceptorOptions): AvPair[] {
  const timestamp = new Uint8Array(8);
  new DataView(timestamp.buffer).setBigUint64(0, options.now, true);
  return [
    avText(AvId.NB_DOMAIN_NAME, options.netbiosDomain),
    avText(AvId.NB_COMPUTER_NAME, options.netbiosName),
    avText(AvId.DNS_DOMAIN_NAME, options.dnsDomain ?? ''),
    avText(AvId.DNS_COMPUTER_NAME, options.dnsName ?? options.netbiosName),
    { id: AvId.TIMESTAMP, value: timestamp },
  ];
}

/**
 * NEGOTIATE, CHALLENGE and AUTHENTICATE as they were on the wire. The MIC is computed over them.
 */
type RawMessages = readonly [Uint8Array, Uint8Array, Uint8Array];

function createAuthentication(
  options: NtlmAcceptorOptions,
  message: AuthenticateMessage,
  response: NtlmV2Response | undefined,
  raw: RawMessages,
  offered: number,
): NtlmAuthentication {
  const { user, domain, workstation } = message;
  // A client can only drop flags that were offered, never add flags.
  const flags = (message.flags & offered) >>> 0;
  checkSessionKeyLength(message, flags);
  const anonymous = response === undefined;

  return {
    user,
    domain,
    workstation,
    anonymous,
    targetName: response && findAvText(response.avPairs, AvId.TARGET_NAME),
    verify(hash) {
      if (response === undefined) return undefined;
      const base = proveResponse(hash, user, domain, options.serverChallenge, response);
      if (base === undefined) return undefined;
      const sessionKey = exportedSessionKey(base, message, flags);
      checkMic(message, response, sessionKey, raw);
      checkChannelBindings(options, response);
      return establish(sessionKey, flags);
    },
    acceptAnonymous() {
      if (!anonymous) throw new NtlmError('anonymous', 'the client gave a name or a response');
      return establish(exportedSessionKey(new Uint8Array(16), message, flags), flags);
    },
    acceptGuest: () => ({ sessionKey: new Uint8Array(16), flags, security: undefined }),
  };
}

/**
 * The client's NTLMv2 response. Undefined if the client is anonymous and anonymous logons are
 * allowed.
 */
function responseIn(message: AuthenticateMessage, options: NtlmAcceptorOptions): NtlmV2Response | undefined {
  const { user, ntResponse, lmResponse } = message;
  const anonymous = user === '' && ntResponse.length === 0 && isAnonymousLm(lmResponse);
  if (!anonymous) return readResponse(ntResponse);
  if (!options.allowAnonymous) throw new NtlmError('anonymous', 'not allowed');
  return undefined;
}

/** Empty, or one zero byte, [MS-NLMP] 3.2.5.1.2. */
function isAnonymousLm(lmResponse: Uint8Array): boolean {
  return lmResponse.length === 0 || (lmResponse.length === 1 && lmResponse[0] === 0);
}

/**
 * Reads an NTLMv2 response. NTLMv1 and LM alone are refused, whether or not their proof is right.
 */
function readResponse(ntResponse: Uint8Array): NtlmV2Response {
  if (ntResponse.length === 0) throw new NtlmError('unsupported', 'LM response only');
  if (ntResponse.length === NTLMV1_LENGTH) throw new NtlmError('unsupported', 'NTLMv1 response');
  return clean(() => decodeNtlmV2Response(ntResponse));
}

/**
 * The SessionBaseKey if the hash is right. Clients differ in the domain that they put into NTOWFv2
 * (as sent, in upper case, or none) and in how they capitalize the user's name. All spellings are
 * tried whatever the result of the first ones, so that the time tells nothing.
 */
export function proveResponse(
  hash: Uint8Array,
  user: string,
  domain: string,
  serverChallenge: Uint8Array,
  response: NtlmV2Response,
): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  const names = spellingsOf(user);
  for (const candidate of new Set([domain, upcase(domain), ''])) {
    for (const name of names) {
      const key = ntowfv2AsSpelled(hash, name, candidate);
      const proof = ntProofStr(key, serverChallenge, response.blob);
      if (equalInConstantTime(proof, response.proof)) found = sessionBaseKey(key, proof);
    }
  }
  return found;
}

/** With key exchange the client sends exactly 16 bytes, [MS-NLMP] 3.2.5.1.2. */
function checkSessionKeyLength(message: AuthenticateMessage, flags: number): void {
  const { length } = message.encryptedRandomSessionKey;
  if (hasFlag(flags, NegotiateFlags.KEY_EXCH) && length !== 16) {
    throw new NtlmError('malformed', `EncryptedRandomSessionKey of ${length} bytes`);
  }
}

/**
 * ExportedSessionKey: the key that the client has chosen, if key exchange was agreed on, [MS-NLMP]
 * 3.1.5.1.2.
 */
export function exportedSessionKey(
  keyExchangeKey: Uint8Array,
  message: AuthenticateMessage,
  flags: number,
): Uint8Array {
  return hasFlag(flags, NegotiateFlags.KEY_EXCH)
    ? rc4(keyExchangeKey, message.encryptedRandomSessionKey)
    : keyExchangeKey;
}

/**
 * Checks the MIC over the three messages if the client's (proven) AV pairs say that there is one,
 * [MS-NLMP] 3.2.5.1.2.
 */
function checkMic(
  message: AuthenticateMessage,
  response: NtlmV2Response,
  sessionKey: Uint8Array,
  [negotiate, challenge, authenticate]: RawMessages,
): void {
  if (!hasFlag(avFlags(response.avPairs), AvFlags.MIC_PRESENT)) return;
  if (message.mic === undefined) throw new NtlmError('mic', 'announced but not there');
  const zeroed = authenticate.slice();
  zeroed.fill(0, MIC_RANGE.start, MIC_RANGE.end);
  const mic = hmacMd5(sessionKey, negotiate, challenge, zeroed);
  if (!equalInConstantTime(mic, message.mic)) throw new NtlmError('mic', 'does not match the messages');
}

/**
 * Checks MsvAvChannelBindings. All zeros mean that the client is bound to no channel, [MS-NLMP]
 * 2.2.2.1 and 3.2.5.1.2.
 */
function checkChannelBindings(options: NtlmAcceptorOptions, response: NtlmV2Response): void {
  if (options.channelBindings === undefined) return;
  const seen = findAv(response.avPairs, AvId.CHANNEL_BINDINGS);
  if (seen === undefined || !equalInConstantTime(seen, options.channelBindings)) {
    throw new NtlmError('channel-bindings', seen === undefined ? 'missing' : 'of another channel');
  }
}

function establish(sessionKey: Uint8Array, flags: number): NtlmResult {
  const extended = hasFlag(flags, NegotiateFlags.EXTENDED_SESSIONSECURITY);
  return { sessionKey, flags, security: extended ? createSecurity('server', sessionKey, flags) : undefined };
}

function expectType(token: Uint8Array, wanted: number): void {
  const type = messageType(token);
  if (type === undefined) throw new NtlmError('malformed', 'not an NTLM message');
  if (type !== wanted) throw new NtlmError('unexpected-message', `type ${type}, must be ${wanted}`);
}

/** Runs a decoder. An error that the decoder throws becomes `malformed`. */
function clean<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CodecError) throw new NtlmError('malformed', error.message, { cause: error });
    throw error;
  }
}

const NTLMV1_LENGTH = 24;

const TAKEN_AS_ASKED =
  NegotiateFlags.SIGN |
  NegotiateFlags.SEAL |
  NegotiateFlags.ALWAYS_SIGN |
  NegotiateFlags.EXTENDED_SESSIONSECURITY |
  NegotiateFlags.VERSION |
  NegotiateFlags.N128 |
  NegotiateFlags.KEY_EXCH |
  NegotiateFlags.N56;
