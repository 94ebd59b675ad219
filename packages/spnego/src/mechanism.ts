/** A value now, or later. */
export type MaybePromise<T> = T | Promise<T>;

/** A mechanism's answer to a token. */
export interface MechanismStep {
  /** The token for the peer, if there is one. */
  readonly token?: Uint8Array;
  /** The mechanism has all that it needs: the peer's identity is proven. */
  readonly done: boolean;
}

/**
 * One security mechanism of the acceptor. It keeps its result (user, session key) itself, for the
 * caller.
 */
export interface Mechanism {
  /** The OIDs by which a peer may name it, dotted. Kerberos has two. */
  readonly oids: readonly string[];
  /**
   * Takes the peer's next token. It may take time, because a credential is looked up. An error that
   * it throws ends the negotiation.
   */
  accept(token: Uint8Array): MaybePromise<MechanismStep>;
  /**
   * The mechListMIC over `data`, once the mechanism is done; undefined if it has no key to make one
   * with (guests).
   */
  getMic(data: Uint8Array): Uint8Array | undefined;
  /**
   * Whether the peer's mechListMIC is right, once the mechanism is done; undefined if it has no key
   * to check it with.
   */
  verifyMic(data: Uint8Array, mic: Uint8Array): boolean | undefined;
}

/** One security mechanism of the initiator. */
export interface InitiatorMechanism {
  readonly oid: string;
  /** The first token. `done` is true if the mechanism needs no answer to it. */
  start(): { readonly token: Uint8Array; readonly done: boolean };
  /** Takes the acceptor's next token. */
  step(token: Uint8Array): MaybePromise<MechanismStep>;
  getMic(data: Uint8Array): Uint8Array | undefined;
  verifyMic(data: Uint8Array, mic: Uint8Array): boolean | undefined;
}

/** Calls `next` with the value: at once if the value is known now, otherwise when it is known. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
