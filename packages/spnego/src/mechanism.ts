/** A value now, or later. */
export type MaybePromise<T> = T | Promise<T>;

/** What a mechanism answers to a token. */
export interface MechanismStep {
  /** The token for the peer, if there is one. */
  readonly token?: Uint8Array;
  /** The mechanism has what it needs: the peer is who it says. */
  readonly done: boolean;
}

/**
 * One security mechanism of the acceptor. It keeps its result (user, session key) for the caller
 * itself.
 */
export interface Mechanism {
  /** The OIDs that a peer may call it by, dotted. Kerberos has two. */
  readonly oids: readonly string[];
  /**
   * Takes the peer's next token. It may take time: a credential is looked up. What it throws ends
   * the negotiation.
   */
  accept(token: Uint8Array): MaybePromise<MechanismStep>;
  /**
   * The mechListMIC over `data`, once done; undefined when it has no key to make one with (guests).
   */
  getMic(data: Uint8Array): Uint8Array | undefined;
  /**
   * Whether the peer's mechListMIC is right, once done; undefined when it has no key to check it
   * with.
   */
  verifyMic(data: Uint8Array, mic: Uint8Array): boolean | undefined;
}

/** One security mechanism of the initiator. */
export interface InitiatorMechanism {
  readonly oid: string;
  /** The first token; done when the mechanism wants no answer to it. */
  start(): { readonly token: Uint8Array; readonly done: boolean };
  /** Takes the acceptor's next token. */
  step(token: Uint8Array): MaybePromise<MechanismStep>;
  getMic(data: Uint8Array): Uint8Array | undefined;
  verifyMic(data: Uint8Array, mic: Uint8Array): boolean | undefined;
}

/** Runs `next` when `value` is known: at once when it is known now. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
