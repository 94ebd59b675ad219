import { decode } from '@tsmbd/ms-dtyp';
import { exportedSessionKey, proveResponse } from './acceptor.ts';
import { authenticateMessage } from './authenticate-message.ts';
import { challengeMessage } from './challenge-message.ts';
import { decodeNtlmV2Response } from './ntlmv2.ts';

/** The two messages that determine the key of an exchange between other parties. */
export interface ObservedExchange {
  /** CHALLENGE_MESSAGE as it was on the wire. */
  readonly challenge: Uint8Array;
  /** AUTHENTICATE_MESSAGE as it was on the wire. */
  readonly authenticate: Uint8Array;
}

/**
 * The ExportedSessionKey of a recorded exchange, for analysers, [MS-NLMP] 3.3.2 and 3.1.5.1.2.
 * undefined if the hash does not fit the response, or if there is no such key: the logon is
 * anonymous, or not NTLMv2. Throws CodecError and NtlmError.
 *
 * @param hash the account's NT hash, 16 bytes
 */
export function observedSessionKey(hash: Uint8Array, exchange: ObservedExchange): Uint8Array | undefined {
  const { flags: offered, serverChallenge } = decode(challengeMessage, exchange.challenge);
  const message = decode(authenticateMessage, exchange.authenticate);
  if (message.ntResponse.length <= NTLMV1_LENGTH) return undefined;
  const response = decodeNtlmV2Response(message.ntResponse);
  const base = proveResponse(hash, message.user, message.domain, serverChallenge, response);
  return base && exportedSessionKey(base, message, (message.flags & offered) >>> 0);
}

const NTLMV1_LENGTH = 24;
