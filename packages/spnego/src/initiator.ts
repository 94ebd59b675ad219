import { SpnegoError } from './error.ts';
import { andThen, type InitiatorMechanism, type MaybePromise, type MechanismStep } from './mechanism.ts';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  NegState,
  type NegTokenResp,
} from './tokens.ts';

/** What the initiator answers to a token. */
export interface SpnegoInitiatorStep {
  /** The token for the peer; undefined when there is nothing left to say. */
  readonly token: Uint8Array | undefined;
  readonly done: boolean;
}

/** One negotiation, client side, RFC 4178 3. */
export interface SpnegoInitiator {
  /** The first token, with the favourite mechanism's own first token in it. */
  start(): Uint8Array;
  /** Takes the acceptor's next token. Throws (or rejects with) SpnegoError, or what the mechanism throws. */
  step(token: Uint8Array): MaybePromise<SpnegoInitiatorStep>;
  /** The mechanism in use: the favourite until the acceptor says otherwise. */
  readonly mechanism: InitiatorMechanism;
}

/** @param mechanisms at least one, the favourite first */
export function createSpnegoInitiator(mechanisms: readonly InitiatorMechanism[]): SpnegoInitiator {
  const favourite = mechanisms[0];
  if (favourite === undefined) throw new RangeError('an initiator needs a mechanism');
  const mechTypes = mechanisms.map((m) => m.oid);
  const mechList = encodeMechTypeList(mechTypes);
  let mechanism = favourite;
  let mechanismDone = false;
  let micSent = false;

  const complete = (resp: NegTokenResp): SpnegoInitiatorStep => {
    const changed = mechanism !== favourite;
    if (resp.mechListMic !== undefined && mechanism.verifyMic(mechList, resp.mechListMic) === false) {
      throw new SpnegoError('bad-mic', 'does not match mechTypes');
    }
    const accepted = resp.negState === NegState.ACCEPT_COMPLETED;
    if (accepted && changed && resp.mechListMic === undefined) throw new SpnegoError('bad-mic', 'missing');
    if (accepted && (micSent || !changed)) return { token: undefined, done: true };
    return { token: encodeNegTokenResp(withMic({ negState: NegState.ACCEPT_COMPLETED })), done: accepted };
  };

  const withMic = (resp: NegTokenResp): NegTokenResp => {
    const mic = mechanism.getMic(mechList);
    micSent = true;
    return mic === undefined ? resp : { ...resp, mechListMic: mic };
  };

  const answer = (step: MechanismStep, resp: NegTokenResp): SpnegoInitiatorStep => {
    mechanismDone = step.done;
    if (step.token === undefined) {
      if (!step.done) throw new SpnegoError('unexpected-token', 'the mechanism has nothing to say and is not done');
      return complete(resp);
    }
    if (resp.negState === NegState.ACCEPT_COMPLETED) {
      throw new SpnegoError('unexpected-token', 'accepted before the mechanism was done');
    }
    const reply = { responseToken: step.token };
    return { token: encodeNegTokenResp(step.done ? withMic(reply) : reply), done: false };
  };

  return {
    get mechanism() {
      return mechanism;
    },
    start() {
      const first = favourite.start();
      mechanismDone = first.done;
      return encodeNegTokenInit({ mechTypes, mechToken: first.token });
    },
    step(token) {
      const message = decodeNegToken(token);
      if (message.kind !== 'resp') throw new SpnegoError('unexpected-token', 'NegTokenInit from the acceptor');
      const { resp } = message;
      if (resp.negState === NegState.REJECT) throw new SpnegoError('rejected', 'by the acceptor');
      if (resp.supportedMech !== undefined && resp.supportedMech !== mechanism.oid) {
        const chosen = mechanisms.find((m) => m.oid === resp.supportedMech);
        if (chosen === undefined) throw new SpnegoError('no-mechanism', resp.supportedMech);
        mechanism = chosen;
        const first = mechanism.start();
        mechanismDone = first.done;
        const reply = { responseToken: first.token };
        return { token: encodeNegTokenResp(first.done ? withMic(reply) : reply), done: false };
      }
      if (mechanismDone) return complete(resp);
      if (resp.responseToken === undefined) throw new SpnegoError('malformed', 'no responseToken');
      return andThen(mechanism.step(resp.responseToken), (step) => answer(step, resp));
    },
  };
}
