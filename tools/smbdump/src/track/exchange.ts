import { CodecError, decode } from '@tsmbd/ms-dtyp';
import {
  authenticateMessage,
  isNtlmMessage,
  MessageType,
  messageType,
  NtlmError,
  observedSessionKey,
} from '@tsmbd/ntlm-auth';
import { decodeNegToken, isRawNtlmssp, MechOid, SpnegoError } from '@tsmbd/spnego';
import { KerberosError } from '../kerberos/der.ts';
import { readApRep, readApReq } from '../kerberos/logon.ts';
import type { KeyRing } from './key-ring.ts';

/** The tokens of one authentication as they pass, and what they tell. */
export class Exchange {
  mechanism: string | undefined;
  user: string | undefined;
  #challenge: Uint8Array | undefined;
  #authenticate: Uint8Array | undefined;
  #apReq: Uint8Array | undefined;
  #apRep: Uint8Array | undefined;

  /** One SecurityBuffer of SESSION_SETUP, of either side. What it cannot read it passes over. */
  token(bytes: Uint8Array): void {
    try {
      const token = mechTokenOf(bytes, (mechanism) => {
        this.mechanism = mechanism;
      });
      if (token === undefined) return;
      if (!isNtlmMessage(token)) {
        if (this.#apReq === undefined) this.#apReq = token.slice();
        else this.#apRep = token.slice();
        return;
      }
      this.mechanism = 'NTLM';
      const type = messageType(token);
      if (type === MessageType.CHALLENGE) this.#challenge = token.slice();
      if (type === MessageType.AUTHENTICATE) {
        this.#authenticate = token.slice();
        const { user, domain, ntResponse } = decode(authenticateMessage, token);
        if (user === '' && ntResponse.length === 0) this.user = 'anonymous';
        else this.user = domain === '' ? user : `${domain}\\${user}`;
      }
    } catch (error) {
      if (!isTokenError(error)) throw error;
    }
  }

  /** The session key that the exchange gave, if a hash of the ring fits it. */
  sessionKey(ring: KeyRing): Uint8Array | undefined {
    if (this.#apReq !== undefined && ring.kerberosKeys.length > 0) return this.#kerberosKey(this.#apReq, ring);
    if (this.#challenge === undefined || this.#authenticate === undefined) return undefined;
    for (const hash of ring.ntHashes) {
      try {
        const key = observedSessionKey(hash, { challenge: this.#challenge, authenticate: this.#authenticate });
        if (key !== undefined) return key;
      } catch (error) {
        if (!isTokenError(error)) throw error;
      }
    }
    return undefined;
  }

  /**
   * The key of the context: the acceptor's, the initiator's, or the ticket's, [MS-KILE] 3.1.1.2,
   * RFC 4121 2.
   */
  #kerberosKey(apReq: Uint8Array, { kerberosKeys }: KeyRing): Uint8Array | undefined {
    try {
      const logon = readApReq(apReq, kerberosKeys);
      if (logon === undefined) return undefined;
      this.user = logon.client;
      const acceptors = this.#apRep && readApRep(this.#apRep, logon.sessionKey);
      return (acceptors ?? logon.subkey ?? logon.sessionKey).value;
    } catch (error) {
      if (error instanceof KerberosError) return undefined;
      throw error;
    }
  }
}

/** The mechanism's own token within a SPNEGO token, or the token itself when it is raw. */
function mechTokenOf(bytes: Uint8Array, mechanism: (name: string) => void): Uint8Array | undefined {
  if (bytes.length === 0) return undefined;
  if (isRawNtlmssp(bytes)) return bytes;
  const token = decodeNegToken(bytes);
  if (token.kind === 'resp') return token.resp.responseToken;
  const first = token.init.mechTypes[0];
  if (first !== undefined && first !== MechOid.NTLMSSP) mechanism('Kerberos');
  return token.init.mechToken;
}

function isTokenError(error: unknown): boolean {
  return error instanceof CodecError || error instanceof NtlmError || error instanceof SpnegoError;
}
