export {
  createAcceptor,
  type NtlmAcceptor,
  type NtlmAcceptorOptions,
  type NtlmAuthentication,
  type NtlmResult,
} from './acceptor.ts';
export { type AuthenticateMessage, authenticateMessage, MIC_RANGE } from './authenticate-message.ts';
export {
  AvFlags,
  AvId,
  type AvPair,
  avFlags,
  avPairs,
  avText,
  decodeAvPairs,
  encodeAvPairs,
  findAv,
  findAvText,
} from './av-pairs.ts';
export { type ChallengeMessage, challengeMessage } from './challenge-message.ts';
export { NtlmError, type NtlmErrorKind } from './error.ts';
export { createInitiator, type NtlmInitiator, type NtlmInitiatorOptions } from './initiator.ts';
export { NegotiateFlags } from './negotiate-flags.ts';
export { type NegotiateMessage, negotiateMessage } from './negotiate-message.ts';
export {
  decodeNtlmV2Response,
  encodeClientChallenge,
  type NtlmV2Response,
  ntHash,
  ntowfv2,
  ntProofStr,
  sessionBaseKey,
} from './ntlmv2.ts';
export { type ObservedExchange, observedSessionKey } from './observe.ts';
export { isNtlmMessage, MessageType, messageType } from './payload.ts';
export { createSecurity, type NtlmSecurity, sealKey, signKey } from './security.ts';
export { DEFAULT_VERSION, type NtlmVersion } from './version.ts';
