/**
 * Why an exchange failed.
 * - `malformed`: bytes that are not the message of [MS-NLMP] 2.2
 * - `unexpected-message`: a message of another type than this step expects
 * - `unsupported`: NTLMv1, LM, or a peer without Unicode or NTLM
 * - `anonymous`: an anonymous logon although none is allowed
 * - `target-info`: the response does not contain what the challenge said about the server: somebody
 *   in the middle has changed it
 * - `mic`: the message integrity code does not match: a message was changed on the way
 * - `channel-bindings`: the client is bound to another channel, or to none although one is required
 */
export type NtlmErrorKind =
  | 'malformed'
  | 'unexpected-message'
  | 'unsupported'
  | 'anonymous'
  | 'target-info'
  | 'mic'
  | 'channel-bindings';

/**
 * The only error that an acceptor or initiator throws. A wrong password is not an error: `verify`
 * returns undefined for it.
 */
export class NtlmError extends Error {
  readonly kind: NtlmErrorKind;

  constructor(kind: NtlmErrorKind, detail: string, options?: ErrorOptions) {
    super(`${kind}: ${detail}`, options);
    this.name = 'NtlmError';
    this.kind = kind;
  }
}
