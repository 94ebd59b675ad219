import { Reader, upcase, Writer } from '@tsmbd/ms-dtyp';
import { type AvPair, decodeAvPairs } from './av-pairs.ts';
import { md4 } from './md4.ts';
import { hmacMd5 } from './node-crypto.ts';
import { utf16Bytes } from './text.ts';

/** NTOWFv1, the NT hash of a password: MD4 of its UTF-16LE bytes, 16 bytes. [MS-NLMP] 3.3.1. */
export function ntHash(password: string): Uint8Array {
  return md4(utf16Bytes(password));
}

/**
 * NTOWFv2, 16 bytes, [MS-NLMP] 3.3.2. The letter case of the user does not matter (by Windows'
 * table), that of the domain does.
 */
export function ntowfv2(hash: Uint8Array, user: string, domain: string): Uint8Array {
  return ntowfv2AsSpelled(hash, upcase(user), domain);
}

/** NTOWFv2 of a name that is already in upper case. */
export function ntowfv2AsSpelled(hash: Uint8Array, user: string, domain: string): Uint8Array {
  return hmacMd5(hash, utf16Bytes(user + domain));
}

/** NTLMv2_CLIENT_CHALLENGE, [MS-NLMP] 2.2.2.7, and the proof that precedes it (2.2.2.8). */
export interface NtlmV2Response {
  /** NTProofStr, 16 bytes. */
  readonly proof: Uint8Array;
  /**
   * The bytes over which, after the server's challenge, the proof is computed (`temp` in 3.3.2).
   */
  readonly blob: Uint8Array;
  /** FILETIME. */
  readonly timestamp: bigint;
  /** 8 bytes. */
  readonly clientChallenge: Uint8Array;
  readonly avPairs: readonly AvPair[];
}

/**
 * The parts of an NtChallengeResponse of NTLMv2. Throws CodecError, also if the bytes are too few
 * for all parts.
 */
export function decodeNtlmV2Response(bytes: Uint8Array): NtlmV2Response {
  const r = new Reader(bytes, 'NTLMv2_RESPONSE');
  const proof = r.take(16, 'Response');
  const blob = bytes.subarray(16);
  if (r.u8('RespType') !== 1) r.fail('RespType', 'must be 1', 16);
  if (r.u8('HiRespType') !== 1) r.fail('HiRespType', 'must be 1', 17);
  r.skip(6, 'Reserved1');
  const timestamp = r.u64('TimeStamp');
  const clientChallenge = r.take(8, 'ChallengeFromClient');
  r.skip(4, 'Reserved3');
  return { proof, blob, timestamp, clientChallenge, avPairs: decodeAvPairs(r.rest('AvPairs')) };
}

/** NTLMv2_CLIENT_CHALLENGE as bytes, [MS-NLMP] 2.2.2.7 and `temp` of 3.3.2. */
export function encodeClientChallenge(timestamp: bigint, clientChallenge: Uint8Array, avPairs: Uint8Array): Uint8Array {
  const w = new Writer();
  w.u8(1);
  w.u8(1);
  w.zero(6);
  w.u64(timestamp);
  w.bytes(clientChallenge);
  w.zero(4);
  w.bytes(avPairs);
  w.zero(4);
  return w.result();
}

/** NTProofStr, 16 bytes, [MS-NLMP] 3.3.2. */
export function ntProofStr(key: Uint8Array, serverChallenge: Uint8Array, blob: Uint8Array): Uint8Array {
  return hmacMd5(key, serverChallenge, blob);
}

/**
 * SessionBaseKey, which in NTLMv2 is also the KeyExchangeKey; 16 bytes. [MS-NLMP] 3.3.2 and
 * 3.4.5.1.
 */
export function sessionBaseKey(key: Uint8Array, proof: Uint8Array): Uint8Array {
  return hmacMd5(key, proof);
}
