/**
 * Why a negotiation failed.
 * - `malformed`: not the DER of RFC 4178 4.2
 * - `unexpected-token`: a token that does not belong in this step
 * - `no-mechanism`: the peers have no mechanism in common
 * - `bad-mic`: the mechListMIC does not match the list: the list was changed on the way
 * - `rejected`: the peer rejects
 */
export type SpnegoErrorKind = 'malformed' | 'unexpected-token' | 'no-mechanism' | 'bad-mic' | 'rejected';

/** The only error of this package. A mechanism's own errors are passed on unchanged. */
export class SpnegoError extends Error {
  readonly kind: SpnegoErrorKind;

  constructor(kind: SpnegoErrorKind, detail: string, options?: ErrorOptions) {
    super(`${kind}: ${detail}`, options);
    this.name = 'SpnegoError';
    this.kind = kind;
  }
}
