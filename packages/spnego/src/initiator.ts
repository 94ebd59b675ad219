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

/** The initiator's answer to a token. */
export interface SpnegoInitiatorStep {
  /** The token for the peer; undefined if nothing is left to send. */
  readonly token: Uint8Array | undefined;
  readonly done: boolean;
}

/** One negotiation, client side, RFC 4178 3. */
export interface SpnegoInitiator {
  /** The first token. It contains the first token of the favourite mechanism. */
  start(): Uint8Array;
  /**
   * Takes the acceptor's next token. Throws (or rejects with) SpnegoError, or what the mechanism
   * throws.
   */
  step(token: Uint8Array): MaybePromise<SpnegoInitiatorStep>;
  /** The mechanism in use: the favourite, unless the acceptor has chosen another one. */
  readonly mechanism: InitiatorMechanism;
}

/** @param mechanisms at least one, the favourite first */
export function createSpnegoInitiator(mechanisms: readonly InitiatorMechanism[]): SpnegoInitiator {
  const [favourite] = mechanisms;
  if (favourite === undefined) throw new RangeError('an initiator needs a mechanism');
  return new Initiator(favourite, mechanisms);
}

class Initiator implements SpnegoInitiator {
  mechanism: InitiatorMechanism;
  readonly #favourite: InitiatorMechanism;
  readonly #mechanisms: readonly InitiatorMechanism[];
  readonly #mechTypes: readonly string[];
  readonly #mechList: Uint8Array;
  #mechanismDone = false;
  #micSent = false;

  constructor(favourite: InitiatorMechanism, mechanisms: readonly InitiatorMechanism[]) {
    this.mechanism = favourite;
    this.#favourite = favourite;
    this.#mechanisms = mechanisms;
    this.#mechTypes = mechanisms.map(({ oid }) => oid);
    this.#mechList = encodeMechTypeList(this.#mechTypes);
  }

  start(): Uint8Array {
    const first = this.#favourite.start();
    this.#mechanismDone = first.done;
    return encodeNegTokenInit({ mechTypes: this.#mechTypes, mechToken: first.token });
  }

  step(token: Uint8Array): MaybePromise<SpnegoInitiatorStep> {
    const message = decodeNegToken(token);
    if (message.kind !== 'resp') throw new SpnegoError('unexpected-token', 'NegTokenInit from the acceptor');
    const { resp } = message;
    if (resp.negState === NegState.REJECT) throw new SpnegoError('rejected', 'by the acceptor');
    if (resp.supportedMech !== undefined && resp.supportedMech !== this.mechanism.oid) {
      return this.#change(resp.supportedMech);
    }
    if (this.#mechanismDone) return this.#complete(resp);
    if (resp.responseToken === undefined) throw new SpnegoError('malformed', 'no responseToken');
    return andThen(this.mechanism.step(resp.responseToken), (step) => this.#answer(step, resp));
  }

  /** The acceptor does not accept the favourite. The mechanism that it has chosen begins. */
  #change(oid: string): SpnegoInitiatorStep {
    const chosen = this.#mechanisms.find((mechanism) => mechanism.oid === oid);
    if (chosen === undefined) throw new SpnegoError('no-mechanism', oid);
    this.mechanism = chosen;
    const first = chosen.start();
    this.#mechanismDone = first.done;
    const reply = { responseToken: first.token };
    return { token: encodeNegTokenResp(first.done ? this.#withMic(reply) : reply), done: false };
  }

  #answer(step: MechanismStep, resp: NegTokenResp): SpnegoInitiatorStep {
    this.#mechanismDone = step.done;
    if (step.token === undefined) {
      if (!step.done) throw new SpnegoError('unexpected-token', 'the mechanism has nothing to say and is not done');
      return this.#complete(resp);
    }
    if (resp.negState === NegState.ACCEPT_COMPLETED) {
      throw new SpnegoError('unexpected-token', 'accepted before the mechanism was done');
    }
    const reply = { responseToken: step.token };
    return { token: encodeNegTokenResp(step.done ? this.#withMic(reply) : reply), done: false };
  }

  #complete(resp: NegTokenResp): SpnegoInitiatorStep {
    const changed = this.mechanism !== this.#favourite;
    if (resp.mechListMic !== undefined && this.mechanism.verifyMic(this.#mechList, resp.mechListMic) === false) {
      throw new SpnegoError('bad-mic', 'does not match mechTypes');
    }
    const accepted = resp.negState === NegState.ACCEPT_COMPLETED;
    if (accepted && changed && resp.mechListMic === undefined) throw new SpnegoError('bad-mic', 'missing');
    if (accepted && (this.#micSent || !changed)) return { token: undefined, done: true };
    return { token: encodeNegTokenResp(this.#withMic({ negState: NegState.ACCEPT_COMPLETED })), done: accepted };
  }

  #withMic(resp: NegTokenResp): NegTokenResp {
    const mic = this.mechanism.getMic(this.#mechList);
    this.#micSent = true;
    return mic === undefined ? resp : { ...resp, mechListMic: mic };
  }
}
