import { decode, encode } from '@tsmbd/ms-dtyp';
import { decodeNegToken, isRawNtlmssp } from '@tsmbd/spnego';
import { connectionsOfFixture, fixtures, messagesOf, securityTokensOf } from '@tsmbd/tool-fixtures';
import test from 'ava';
import {
  authenticateMessage,
  challengeMessage,
  decodeNtlmV2Response,
  MessageType,
  messageType,
  negotiateMessage,
  ntHash,
  observedSessionKey,
} from '../src/index.ts';
import { checkTargetInfo } from '../src/target-info.ts';

interface Captured {
  readonly file: string;
  readonly connection: number;
  readonly sessionId: bigint;
  readonly messageId: bigint;
  readonly fromClient: boolean;
  readonly token: Uint8Array;
}

const hashes = new Map<string, Uint8Array>();
function hashOf(password: string): Uint8Array {
  let hash = hashes.get(password);
  if (hash === undefined) {
    hash = ntHash(password);
    hashes.set(password, hash);
  }
  return hash;
}

/** The NTLM messages of a capture. */
function* ntlmMessages(fixture: ReturnType<typeof fixtures>[number]): Generator<Captured> {
  for (const [connection, stream] of connectionsOfFixture(fixture).entries()) {
    for (const { fromClient, sessionId, messageId, bytes } of securityTokensOf(messagesOf(stream))) {
      const decoded = isRawNtlmssp(bytes) ? undefined : decodeNegToken(bytes);
      const inner = decoded?.kind === 'init' ? decoded.init.mechToken : decoded?.resp.responseToken;
      const token = decoded === undefined ? bytes : inner;
      if (token === undefined || messageType(token) === undefined) continue;
      yield { file: fixture.file, connection, sessionId, messageId, fromClient, token };
    }
  }
}

test('the session key of every captured session follows from its exchange and the password [MS-NLMP 3.3.2]', (t) => {
  let derived = 0;
  for (const fixture of fixtures()) {
    const challenges = new Map<bigint, Uint8Array>();
    const seen = new Set<string>();
    const keys = new Map<string, string>();
    for (const { connection, sessionId, token } of ntlmMessages(fixture)) {
      if (messageType(token) === MessageType.CHALLENGE) challenges.set(sessionId, token);
      if (messageType(token) !== MessageType.AUTHENTICATE) continue;
      const id = `${connection} ${sessionId.toString(16).padStart(16, '0')}`;
      // Authenticating again makes a key that the session does not take.
      if (seen.has(id)) continue;
      seen.add(id);
      const challenge = challenges.get(sessionId)!;
      const key = observedSessionKey(hashOf(fixture.password), { challenge, authenticate: token });
      if (key !== undefined) keys.set(id, Buffer.from(key).toString('hex'));
      t.is(observedSessionKey(hashOf('not the password'), { challenge, authenticate: token }), undefined);
    }
    for (const { connection, sessionId, sessionKey } of fixture.sessions) {
      if (sessionKey === undefined) continue;
      if (keys.get(`${connection} ${sessionId}`) !== sessionKey) t.fail(`${fixture.file}: session ${sessionId}`);
      derived++;
    }
  }
  t.log(`${derived} sessions`);
  t.true(derived > 50);
});

test('captured NTLM messages decode, and encode to messages with the same values [MS-NLMP 2.2.1]', (t) => {
  const codecs = { 1: negotiateMessage, 2: challengeMessage, 3: authenticateMessage } as const;
  let count = 0;
  let identical = 0;
  for (const fixture of fixtures()) {
    for (const { token, file } of ntlmMessages(fixture)) {
      const codec = codecs[messageType(token) as 1 | 2 | 3];
      const value = decode<unknown>(codec, token);
      const again = encode<unknown>(codec as never, value);
      count++;
      identical += Number(Buffer.from(again).equals(token));
      // The order of fields in the payload is the sender's own.
      t.deepEqual(plain(decode<unknown>(codec, again)), plain(value), file);
    }
  }
  t.log(`${identical} of ${count} to the byte; the others order their payload in another way`);
  t.true(count > 150);
});

test('no captured client is kept out because of what it sends back of the challenge [MS-NLMP 3.1.5.1.2]', (t) => {
  let count = 0;
  for (const fixture of fixtures()) {
    const challenges = new Map<bigint, Uint8Array>();
    for (const { sessionId, token } of ntlmMessages(fixture)) {
      if (messageType(token) === MessageType.CHALLENGE) challenges.set(sessionId, token);
      if (messageType(token) !== MessageType.AUTHENTICATE) continue;
      const { ntResponse } = decode(authenticateMessage, token);
      if (ntResponse.length <= 24) continue;
      const { targetInfo } = decode(challengeMessage, challenges.get(sessionId)!);
      t.notThrows(() => checkTargetInfo(targetInfo, decodeNtlmV2Response(ntResponse).avPairs), fixture.file);
      count++;
    }
  }
  t.true(count > 50, `${count}`);
});

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]));
}
