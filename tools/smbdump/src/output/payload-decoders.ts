import { pdu } from '@tsmbd/dcerpc';
import { type Codec, CodecError, decode } from '@tsmbd/ms-dtyp';
import {
  authenticateMessage,
  challengeMessage,
  isNtlmMessage,
  MessageType,
  messageType,
  negotiateMessage,
} from '@tsmbd/ntlm-auth';
import type { PayloadDecoder } from '@tsmbd/smb2-codec';
import { decodeNegToken, type NegToken, SpnegoError } from '@tsmbd/spnego';

/** What smb2-codec hands on: DCE/RPC in pipes, and the tokens of a logon. */
export const payloadDecoders: readonly PayloadDecoder[] = [
  ({ kind, bytes }) => (kind === 'pipe' && isRpc(bytes) ? pdu : undefined),
  ({ kind }) => (kind === 'security-token' ? securityToken : undefined),
];

/** Version 5.0 of the connection-oriented protocol, C706 12.6.3.1. */
function isRpc(bytes: Uint8Array): boolean {
  return bytes.length >= 16 && bytes[0] === 5 && bytes[1] === 0;
}

/** A token, and the NTLM message in it. */
interface SecurityToken {
  readonly spnego?: NegToken;
  readonly ntlm?: unknown;
}

/** A security token as this tool shows it: SPNEGO, NTLM, or NTLM in SPNEGO. It is only read. */
const securityToken: Codec<SecurityToken> = {
  name: 'Security token',
  section: 'RFC 4178, [MS-NLMP]',
  decode(r) {
    const at = r.position;
    const bytes = r.rest('Token');
    try {
      if (isNtlmMessage(bytes)) return { ntlm: ntlmMessage(bytes) };
      const spnego = decodeNegToken(bytes);
      const inner = spnego.kind === 'init' ? spnego.init.mechToken : spnego.resp.responseToken;
      return inner !== undefined && isNtlmMessage(inner) ? { spnego, ntlm: ntlmMessage(inner) } : { spnego };
    } catch (error) {
      if (error instanceof SpnegoError) return r.fail('Token', error.message, at);
      if (error instanceof CodecError) return r.fail('Token', error.message, at);
      throw error;
    }
  },
  encode() {
    throw new TypeError('security tokens are only read here');
  },
};

function ntlmMessage(bytes: Uint8Array): unknown {
  switch (messageType(bytes)) {
    case MessageType.NEGOTIATE:
      return decode(negotiateMessage, bytes);
    case MessageType.CHALLENGE:
      return decode(challengeMessage, bytes);
    default:
      return decode(authenticateMessage, bytes);
  }
}
