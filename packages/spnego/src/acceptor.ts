import { SpnegoError } from './error.ts';
import { andThen, type MaybePromise, type Mechanism, type MechanismStep } from './mechanism.ts';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  NegState,
  type NegTokenInit,
  type NegTokenResp,
} from './tokens.ts';

/** The acceptor's answer to a token. */
export interface SpnegoStep {
  /** The token for the peer. */
  readonly token: Uint8Array;
  /** The negotiation is complete and the peer's identity is proven; `token` is the last token. */
  readonly done: boolean;
}

/** One negotiation, server side, RFC 4178 3 and [MS-SPNG] 3.3. */
export interface SpnegoAcceptor {
  /**
   * Takes the peer's next token. Answers at once unless the mechanism takes time. Throws (or
   * rejects with) SpnegoError, or what the mechanism throws; after that the negotiation is over.
   */
  accept(token: Uint8Array): MaybePromise<SpnegoStep>;
  /** The mechanism that was chosen; known after the first token. */
  readonly mechanism: Mechanism | undefined;
}

/**
 * The first token of a server that speaks first, as in a NEGOTIATE response: NegTokenInit2,
 * [MS-SPNG] 2.2.1.
 */
export function initialToken(mechTypes: readonly string[], hintName = HINT_NAME): Uint8Array {
  return encodeNegTokenInit({ mechTypes, hintName });
}

/** A NegTokenResp that rejects, for peers that need a token before the refusal. */
export function rejectToken(): Uint8Array {
  return encodeNegTokenResp({ negState: NegState.REJECT });
}

/**
 * Whether a token is NTLM without SPNEGO around it ([MS-SPNG] 3.3.5: such a token is accepted
 * unchanged).
 */
export function isRawNtlmssp(token: Uint8Array): boolean {
  return NTLMSSP.every((byte, i) => token[i] === byte);
}

/**
 * @param mechanisms the mechanisms that this server supports, made anew for this negotiation; the
 *   peer's order decides between them
 */
export function createSpnegoAcceptor(mechanisms: readonly Mechanism[]): SpnegoAcceptor {
  return new Acceptor(mechanisms);
}

class Acceptor implements SpnegoAcceptor {
  mechanism: Mechanism | undefined;
  readonly #mechanisms: readonly Mechanism[];
  /**
   * The phase is also `over` while a step runs. So a negotiation cannot be continued after a step
   * has failed, and no other step can begin meanwhile.
   */
  #phase: Phase = 'first';
  #mechList: Uint8Array = new Uint8Array(0);
  /**
   * The peer's first choice was not taken. Only MICs over the list show that nobody else caused
   * that.
   */
  #micRequired = false;

  constructor(mechanisms: readonly Mechanism[]) {
    this.#mechanisms = mechanisms;
  }

  accept(token: Uint8Array): MaybePromise<SpnegoStep> {
    const before = this.#phase;
    this.#phase = 'over';
    if (before === 'over') throw new SpnegoError('unexpected-token', 'the negotiation is over or busy');
    const message = decodeNegToken(token);
    if (before === 'first') {
      if (message.kind !== 'init') throw new SpnegoError('unexpected-token', 'NegTokenResp first');
      return this.#first(message.init);
    }
    if (message.kind !== 'resp') throw new SpnegoError('unexpected-token', 'a second NegTokenInit');
    return this.#next(message.resp, before);
  }

  #first(init: NegTokenInit): MaybePromise<SpnegoStep> {
    const { oid, mechanism } = choose(init.mechTypes, this.#mechanisms);
    this.mechanism = mechanism;
    this.#mechList = encodeMechTypeList(init.mechTypes);
    this.#micRequired = oid !== init.mechTypes[0];
    const begin = { supportedMech: oid };
    // The mechToken is for the peer's first choice. An empty mechToken counts as none.
    if (this.#micRequired || init.mechToken === undefined || init.mechToken.length === 0) {
      this.#phase = 'mechanism';
      const negState = this.#micRequired ? NegState.REQUEST_MIC : NegState.ACCEPT_INCOMPLETE;
      return { token: encodeNegTokenResp({ negState, ...begin }), done: false };
    }
    return andThen(mechanism.accept(init.mechToken), (step) => this.#answer(step, init.mechListMic, begin));
  }

  #next(resp: NegTokenResp, before: Phase): MaybePromise<SpnegoStep> {
    if (resp.negState === NegState.REJECT) throw new SpnegoError('rejected', 'by the initiator');
    if (before === 'mic') {
      if (resp.mechListMic === undefined) throw new SpnegoError('bad-mic', 'missing');
      this.#checkMic(resp.mechListMic);
      return accepted({});
    }
    if (resp.responseToken === undefined) throw new SpnegoError('malformed', 'no responseToken');
    return andThen(this.mechanism!.accept(resp.responseToken), (step) => this.#answer(step, resp.mechListMic, {}));
  }

  /** Makes the token that reports the mechanism's step, RFC 4178 5. */
  #answer(step: MechanismStep, mic: Uint8Array | undefined, begin: NegTokenResp): SpnegoStep {
    const resp = { ...begin, ...(step.token !== undefined && { responseToken: step.token }) };
    if (!step.done) {
      this.#phase = 'mechanism';
      return { token: encodeNegTokenResp({ negState: NegState.ACCEPT_INCOMPLETE, ...resp }), done: false };
    }
    const own = mic !== undefined || this.#micRequired ? this.mechanism!.getMic(this.#mechList) : undefined;
    const withMic = { ...resp, ...(own !== undefined && { mechListMic: own }) };
    if (mic !== undefined) {
      this.#checkMic(mic);
      return accepted(withMic);
    }
    // Without a key (for a guest) there is nothing to check.
    if (own === undefined) return accepted(withMic);
    this.#phase = 'mic';
    return { token: encodeNegTokenResp({ negState: NegState.ACCEPT_INCOMPLETE, ...withMic }), done: false };
  }

  #checkMic(mic: Uint8Array): void {
    if (this.mechanism!.verifyMic(this.#mechList, mic) === false) {
      throw new SpnegoError('bad-mic', 'does not match mechTypes');
    }
  }
}

function accepted(resp: NegTokenResp): SpnegoStep {
  return { token: encodeNegTokenResp({ negState: NegState.ACCEPT_COMPLETED, ...resp }), done: true };
}

type Phase = 'first' | 'mechanism' | 'mic' | 'over';

/** The first of the peer's mechanisms that this server has. */
function choose(mechTypes: readonly string[], mechanisms: readonly Mechanism[]): { oid: string; mechanism: Mechanism } {
  for (const oid of mechTypes) {
    const mechanism = mechanisms.find((candidate) => candidate.oids.includes(oid));
    if (mechanism !== undefined) return { oid, mechanism };
  }
  throw new SpnegoError('no-mechanism', mechTypes.join(', '));
}

const HINT_NAME = 'not_defined_in_RFC4178@please_ignore';
const NTLMSSP = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00];
