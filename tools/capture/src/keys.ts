import { decode, Reader } from '@tsmbd/ms-dtyp';
import { authenticateMessage, MessageType, messageType, ntHash, observedSessionKey } from '@tsmbd/ntlm-auth';
import * as crypto from '@tsmbd/smb-crypto';
import {
  Capabilities,
  Command,
  Dialect,
  decodeMessage,
  encryptionCapabilities,
  HeaderFlags,
  NegotiateContextType,
  type NegotiateResponse,
  NtStatus,
  SessionFlags,
  signingCapabilities,
} from '@tsmbd/smb2-codec';
import { decodeNegToken, isRawNtlmssp } from '@tsmbd/spnego';
import {
  type Connection,
  elementsOf,
  type Fixture,
  type FixtureConnection,
  type FixtureSession,
  isKind,
  type Message,
  messagesOf,
  plainMessages,
  viewHeader,
} from '@tsmbd/tool-fixtures';

/** What a capture reveals if the password is known. */
export type Findings = Pick<Fixture, 'connections' | 'sessions'> & {
  /** How many signatures were right, and how many sealed messages could be opened. */
  readonly verified: number;
  readonly opened: number;
};

/**
 * Derives the session keys of a capture from its NTLM exchanges. Then opens every sealed message
 * and verifies every signature with them. Throws if one does not fit.
 */
export function findKeys(all: readonly Connection[], password: string): Findings {
  const connections: FixtureConnection[] = [];
  const sessions: FixtureSession[] = [];
  all.forEach((connection, index) => {
    const messages = messagesOf(connection);
    connections.push(agreedOn(messages));
    for (const session of sessionsOf(messages, password)) sessions.push({ connection: index, ...session });
  });
  const fixture = { file: 'new capture', connections, sessions } as unknown as Fixture;
  let verified = 0;
  let opened = 0;
  all.forEach((connection, index) => {
    const { signing } = connections[index]!;
    for (const { bytes, sealed, keys } of plainMessages(messagesOf(connection), fixture, index, crypto)) {
      opened += Number(sealed);
      if (sealed || keys === undefined || !isKind(bytes, 'smb2')) continue;
      for (const element of elementsOf(bytes)) {
        if ((viewHeader(element).flags & HeaderFlags.SIGNED) === 0) continue;
        if (!crypto.createSigner(signing, keys.signingKey).verify(element)) throw new Error('a signature is wrong');
        verified++;
      }
    }
  });
  return { connections, sessions, verified, opened };
}

function agreedOn(messages: readonly Message[]): FixtureConnection {
  let answer: NegotiateResponse | undefined;
  for (const { fromClient, bytes } of messages) {
    if (fromClient || !isKind(bytes, 'smb2') || viewHeader(bytes).command !== Command.NEGOTIATE) continue;
    const [element] = decodeMessage(bytes);
    if (element?.body.kind === 'response' && element.body.command === 'NEGOTIATE') answer = element.body.value;
  }
  const dialect = answer?.dialectRevision ?? 0;
  let cipherId = 0;
  if (dialect === Dialect.SMB_3_0 || dialect === Dialect.SMB_3_0_2) {
    cipherId = (answer!.capabilities & Capabilities.ENCRYPTION) === 0 ? 0 : crypto.CipherId.AES_128_CCM;
  }
  let signing: FixtureConnection['signing'] = dialect >= Dialect.SMB_3_0 ? 'aes-cmac' : 'hmac-sha256';
  for (const { contextType, data } of answer?.negotiateContexts ?? []) {
    const reader = new Reader(data, 'negotiate context');
    if (contextType === NegotiateContextType.ENCRYPTION_CAPABILITIES) {
      cipherId = encryptionCapabilities.decode(reader).ciphers[0]!;
    }
    if (contextType === NegotiateContextType.SIGNING_CAPABILITIES) {
      signing = crypto.signingAlgorithm(signingCapabilities.decode(reader).signingAlgorithms[0]!)!;
    }
  }
  const cipher = crypto.cipherName(cipherId);
  return {
    dialect: `0x${dialect.toString(16).padStart(4, '0')}`,
    signing,
    ...(cipher !== undefined && { cipher, cipherId }),
  };
}

/** Sessions whose setup succeeded, each with the key of its first exchange. */
function sessionsOf(messages: readonly Message[], password: string): Omit<FixtureSession, 'connection'>[] {
  const found = new Map<string, string | undefined>();
  const authenticates = new Map<bigint, Uint8Array>();
  const challenges = new Map<bigint, Uint8Array>();
  for (const { fromClient, bytes } of messages) {
    if (!isKind(bytes, 'smb2') || viewHeader(bytes).command !== Command.SESSION_SETUP) continue;
    const [element] = decodeMessage(bytes);
    if (element === undefined || element.body.command !== 'SESSION_SETUP' || element.body.kind === 'error') continue;
    const { header, body } = element;
    const token = ntlmTokenOf(body.value.securityBuffer);
    if (fromClient && token !== undefined && messageType(token) === MessageType.AUTHENTICATE) {
      authenticates.set(header.messageId, token);
    }
    if (!fromClient && token !== undefined && messageType(token) === MessageType.CHALLENGE) {
      challenges.set(header.sessionId, token);
    }
    if (fromClient || body.kind !== 'response' || header.status !== NtStatus.STATUS_SUCCESS) continue;
    const id = header.sessionId.toString(16).padStart(16, '0');
    if (found.has(id)) continue;
    const keyless = (body.value.sessionFlags & (SessionFlags.IS_GUEST | SessionFlags.IS_NULL)) !== 0;
    const challenge = challenges.get(header.sessionId);
    const authenticate = authenticates.get(header.messageId);
    if (keyless || challenge === undefined || authenticate === undefined || isAnonymous(authenticate)) {
      found.set(id, undefined);
      continue;
    }
    const key = observedSessionKey(ntHash(password), { challenge, authenticate });
    if (key === undefined) throw new Error(`the password does not fit session ${id}`);
    found.set(id, Buffer.from(key).toString('hex'));
  }
  return [...found].map(([sessionId, sessionKey]) => ({ sessionId, ...(sessionKey !== undefined && { sessionKey }) }));
}

function isAnonymous(authenticate: Uint8Array): boolean {
  const { user, ntResponse } = decode(authenticateMessage, authenticate);
  return user === '' && ntResponse.length === 0;
}

/** The NTLM message in a SPNEGO token, or the token itself. */
function ntlmTokenOf(token: Uint8Array): Uint8Array | undefined {
  if (token.length === 0) return undefined;
  if (isRawNtlmssp(token)) return token;
  const decoded = decodeNegToken(token);
  return decoded.kind === 'init' ? decoded.init.mechToken : decoded.resp.responseToken;
}
