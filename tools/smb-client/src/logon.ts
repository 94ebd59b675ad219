import { createInitiator, type NtlmSecurity } from '@tsmbd/ntlm-auth';
import { createSpnegoInitiator, type InitiatorMechanism, MechOid } from '@tsmbd/spnego';

/** One authentication by NTLM in SPNEGO. An empty user means anonymous. */
export class Logon {
  readonly spnego: ReturnType<typeof createSpnegoInitiator>;
  /** The session key; known once the last token has been made. */
  key: Uint8Array | undefined;

  /**
   * @param random returns the given number of random bytes
   */
  constructor(user: string, password: string, domain: string, random: (length: number) => Uint8Array) {
    const ntlm = createInitiator({
      user,
      domain,
      ...(user === '' ? {} : { password }),
      workstation: 'TESTER',
      clientChallenge: random(8),
      randomSessionKey: random(16),
      now: 0n,
    });
    let security: NtlmSecurity | undefined;
    const mechanism: InitiatorMechanism = {
      oid: MechOid.NTLMSSP,
      start: () => ({ token: ntlm.negotiate(), done: false }),
      step: (token) => {
        const result = ntlm.authenticate(token);
        this.key = result.sessionKey;
        security = result.security;
        return { token: result.token, done: true };
      },
      getMic: (data) => security?.getMic(data),
      verifyMic: (data, mic) => security?.verifyMic(data, mic),
    };
    this.spnego = createSpnegoInitiator([mechanism]);
  }
}
