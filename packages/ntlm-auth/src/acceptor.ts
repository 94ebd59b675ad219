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

/** What a server says of itself and allows. */
export interface NtlmAcceptorOptions {
  /**
   * NetBIOS name of the domain, or of the server when it is in none. Sent as TargetName as well.
   */
  readonly netbiosDomain: string;
  readonly netbiosName: string;
  readonly dnsDomain?: string;
  readonly dnsName?: string;
  /** TargetName, where it is not netbiosDomain. */
  readonly targetName?: string;
  /** The server is a member of a domain, not a machine by itself. */
  readonly domainMember?: boolean;
  /** 8 random bytes, new for every exchange. */
  readonly serverChallenge: Uint8Array;
  /** The time that the client is told; it answers with a MIC then. */
  readonly now: Filetime;
  /** Lets anonymous logons through; else `authenticate` throws `anonymous`. */
  readonly allowAnonymous?: boolean;
  /** MD5 of the channel's gss_channel_bindings_struct, 16 bytes: the client must be bound to it. */
  readonly channelBindings?: Uint8Array;
  readonly version?: NtlmVersion;
}

/**
 * One exchange, server side, [MS-NLMP] 3.2. Bytes in, bytes out; the caller looks up credentials in
 * between.
 */
export interface NtlmAcceptor {
  /** Answers a NEGOTIATE_MESSAGE with a CHALLENGE_MESSAGE. Throws NtlmError. */
  challenge(negotiate: Uint8Array): Uint8Array;
  /** Reads an AUTHENTICATE_MESSAGE. Throws NtlmError. Nothing is proven yet. */
  authenticate(authenticate: Uint8Array): NtlmAuthentication;
}

/** Who a client says it is. */
export interface NtlmAuthentication {
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  /** No user and no response: `acceptAnonymous`, not `verify`. */
  readonly anonymous: boolean;
  /**
   * The service that the client wanted (`cifs/server`), where it says so. Unproven until `verify`.
   */
  readonly targetName: string | undefined;
  /**
   * Proves the client's response with the account's NT hash (16 bytes). undefined: wrong password.
   * Throws NtlmError `mic` or `channel-bindings` when the password is right but the exchange was
   * tampered with.
   */
  verify(ntHash: Uint8Array): NtlmResult | undefined;
  /** The context of an anonymous client; its key is known to everybody. */
  acceptAnonymous(): NtlmResult;
  /**
   * The context of a client that is let in as guest whatever its response: no key and no security.
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
   * undefined for guests and for clients without extended session security: no MIC can be made or
   * checked.
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
      // The message is kept until verify, longer than the receive buffer that it may lie in.
      const copy = bytes.slice();
      const message = clean(() => decode(authenticateMessage, copy));
      const response = responseIn(message, options);
      if (response !== undefined) checkTargetInfo(told, response.avPairs);
      const raw: RawMessages = [exchange.negotiate, exchange.challenge, copy];
      return createAuthentication(options, message, response, raw, exchange.flags);
    },
  };
}

/** CHALLENGE flags: what the client asked for and this server does, [MS-NLMP] 3.2.5.1.1. */
function challengeFlags(asked: number, options: NtlmAcceptorOptions): number {
  // Clients that say OEM alone are answered in Unicode: the names in their NTLMv2 response are in
  // it whatever they say.
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

/** NEGOTIATE, CHALLENGE and AUTHENTICATE as they were on the wire: the MIC is made over them. */
type RawMessages = readonly [Uint8Array, Uint8Array, Uint8Array];

function createAuthentication(
  options: NtlmAcceptorOptions,
  message: AuthenticateMessage,
  response: NtlmV2Response | undefined,
  raw: RawMessages,
  offered: number,
): NtlmAuthentication {
  const { user, domain, workstation } = message;
  // A client can only drop what was offered, never add to it.
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

/** The client's NTLMv2 response; undefined when it is anonymous and may be. */
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

/** An NTLMv2 response; NTLMv1 and LM alone are refused whatever their proof is worth. */
function readResponse(ntResponse: Uint8Array): NtlmV2Response {
  if (ntResponse.length === 0) throw new NtlmError('unsupported', 'LM response only');
  if (ntResponse.length === NTLMV1_LENGTH) throw new NtlmError('unsupported', 'NTLMv1 response');
  return clean(() => decodeNtlmV2Response(ntResponse));
}

/**
 * The SessionBaseKey when the hash is right. Clients differ in the domain that they put into
 * NTOWFv2 (as sent, in upper case, or none) and in the capitals that they give the user's name. All
 * are tried whatever the first ones give, so that the time tells nothing.
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

/** With key exchange the client sends 16 bytes, never more or less, [MS-NLMP] 3.2.5.1.2. */
function checkSessionKeyLength(message: AuthenticateMessage, flags: number): void {
  const { length } = message.encryptedRandomSessionKey;
  if (hasFlag(flags, NegotiateFlags.KEY_EXCH) && length !== 16) {
    throw new NtlmError('malformed', `EncryptedRandomSessionKey of ${length} bytes`);
  }
}

/**
 * ExportedSessionKey: what the client made up, where key exchange was agreed on, [MS-NLMP]
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
 * The MIC over the three messages, when the client's (proven) AV pairs say that there is one,
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
 * MsvAvChannelBindings; all zeros say that the client is bound to none, [MS-NLMP] 2.2.2.1 and
 * 3.2.5.1.2.
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

/** Runs a decoder; what it throws becomes `malformed`. */
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
