export {
  createSpnegoAcceptor,
  initialToken,
  isRawNtlmssp,
  rejectToken,
  type SpnegoAcceptor,
  type SpnegoStep,
} from './acceptor.ts';
export { SpnegoError, type SpnegoErrorKind } from './error.ts';
export { createSpnegoInitiator, type SpnegoInitiator, type SpnegoInitiatorStep } from './initiator.ts';
export type { InitiatorMechanism, MaybePromise, Mechanism, MechanismStep } from './mechanism.ts';
export { MechOid } from './oids.ts';
export {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  NegState,
  type NegToken,
  type NegTokenInit,
  type NegTokenResp,
} from './tokens.ts';
