import { decode, encode } from '@tsmbd/ms-dtyp';
import test from 'ava';
import {
  AvFlags,
  AvId,
  type AvPair,
  authenticateMessage,
  avText,
  type ChallengeMessage,
  challengeMessage,
  createAcceptor,
  createInitiator,
  decodeNtlmV2Response,
  encodeAvPairs,
  encodeClientChallenge,
  NegotiateFlags,
  type NtlmAcceptor,
  NtlmError,
  type NtlmErrorKind,
  ntHash,
  ntowfv2,
  ntProofStr,
} from '../src/index.ts';

const HASH = ntHash('pässword');
const SERVER = {
  netbiosDomain: 'BOX',
  netbiosName: 'BOX',
  dnsDomain: 'example',
  dnsName: 'box.example',
  serverChallenge: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
  now: 133_000_000_000_000_000n,
};
const CLIENT = {
  user: 'Alice',
  domain: 'BOX',
  password: 'pässword',
  clientChallenge: new Uint8Array(8).fill(0xaa),
  randomSessionKey: new Uint8Array(16).fill(0x55),
  now: 0n,
};

/**
 * What becomes of a logon when a middle man rewrites the challenge on its way to an honest client.
 */
function withChallenge(change: (challenge: ChallengeMessage) => Partial<ChallengeMessage>): string {
  const acceptor = createAcceptor(SERVER);
  const initiator = createInitiator(CLIENT);
  const challenge = decode(challengeMessage, acceptor.challenge(initiator.negotiate()));
  const { token } = initiator.authenticate(encode(challengeMessage, { ...challenge, ...change(challenge) }));
  return outcome(() => acceptor.authenticate(token).verify(HASH));
}

/** What becomes of a client that proves its password over `pairs` and sends no MIC. */
function withPairs(pairsOf: (sent: readonly AvPair[]) => readonly AvPair[], password = 'pässword'): string {
  const acceptor = createAcceptor(SERVER);
  const token = withoutMic(acceptor, pairsOf, password);
  return outcome(() => acceptor.authenticate(token).verify(HASH));
}

function withoutMic(
  acceptor: NtlmAcceptor,
  pairsOf: (sent: readonly AvPair[]) => readonly AvPair[],
  password: string,
  more: { readonly asked?: number; readonly agreed?: number } = {},
): Uint8Array {
  const initiator = createInitiator({ ...CLIENT, ...(more.asked !== undefined && { flags: more.asked }) });
  const challenge = acceptor.challenge(initiator.negotiate());
  const { mic, ...message } = decode(authenticateMessage, initiator.authenticate(challenge).token);
  const pairs = encodeAvPairs(pairsOf(decode(challengeMessage, challenge).targetInfo));
  const blob = encodeClientChallenge(SERVER.now, CLIENT.clientChallenge, pairs);
  const proof = ntProofStr(ntowfv2(ntHash(password), CLIENT.user, CLIENT.domain), SERVER.serverChallenge, blob);
  return encode(authenticateMessage, {
    ...message,
    flags: (message.flags | (more.agreed ?? 0)) >>> 0,
    ntResponse: new Uint8Array([...proof, ...blob]),
  });
}

function outcome(run: () => unknown): NtlmErrorKind | 'logged on' | 'wrong password' {
  try {
    return run() === undefined ? 'wrong password' : 'logged on';
  } catch (error) {
    if (error instanceof NtlmError) return error.kind;
    throw error;
  }
}

const without = (id: number) => (c: ChallengeMessage) => ({
  targetInfo: c.targetInfo.filter((pair) => pair.id !== id),
});
const SENT = [AvId.NB_DOMAIN_NAME, AvId.NB_COMPUTER_NAME, AvId.DNS_DOMAIN_NAME, AvId.DNS_COMPUTER_NAME, AvId.TIMESTAMP];

test('a middle man does not get rid of the MIC by taking the timestamp out of the challenge [MS-NLMP 3.1.5.1.2]', (t) => {
  t.is(
    withChallenge(() => ({})),
    'logged on',
  );
  t.is(withChallenge(without(AvId.TIMESTAMP)), 'target-info');
  t.is(
    withChallenge(() => ({ targetInfo: [] })),
    'target-info',
  );
});

test('nothing that the server says of itself is left out or changed on the way', (t) => {
  for (const id of SENT) {
    t.is(withChallenge(without(id)), 'target-info', `AvId ${id} left out`);
    const other = (pairs: readonly AvPair[]) =>
      pairs.map((pair) => (pair.id === id ? { id, value: new Uint8Array(8).fill(0x41) } : pair));
    t.is(
      withChallenge((c) => ({ targetInfo: other(c.targetInfo) })),
      'target-info',
      `AvId ${id} changed`,
    );
    t.is(withPairs(other), 'target-info');
  }
});

test('no pair is put into the challenge that the server did not send, and none twice', (t) => {
  const extra = avText(AvId.DNS_TREE_NAME, 'evil');
  t.is(
    withPairs((pairs) => [...pairs, extra]),
    'target-info',
  );
  const time = { id: AvId.TIMESTAMP, value: new Uint8Array(8) };
  t.is(
    withPairs((pairs) => [...pairs, time]),
    'target-info',
  );
  t.is(
    withPairs((pairs) => [time, ...pairs]),
    'target-info',
  );
});

test('a MIC is not talked away by flags before the ones that announce it', (t) => {
  const none = { id: AvId.FLAGS, value: new Uint8Array(4) };
  const announced = { id: AvId.FLAGS, value: new Uint8Array([AvFlags.MIC_PRESENT, 0, 0, 0]) };
  t.is(
    withPairs((pairs) => [...pairs, announced]),
    'mic',
  );
  t.is(
    withPairs((pairs) => [...pairs, none, announced]),
    'target-info',
  );
  t.is(
    withPairs((pairs) => [...pairs, { id: AvId.FLAGS, value: announced.value.slice(0, 2) }]),
    'target-info',
  );
});

test('a client that sends no MIC, as the Linux kernel, logs on with all that the server sent', (t) => {
  const own = [
    { id: AvId.SINGLE_HOST, value: new Uint8Array(48) },
    { id: AvId.CHANNEL_BINDINGS, value: new Uint8Array(16) },
    avText(AvId.TARGET_NAME, 'cifs/box'),
  ];
  t.is(
    withPairs((pairs) => [...pairs, ...own]),
    'logged on',
  );
  t.is(
    withPairs((pairs) => pairs, 'wrong'),
    'wrong password',
  );
});

test('a name that comes back without its NUL, or an empty one that does not, keeps no client out', (t) => {
  const named = (netbiosName: string, change: (pairs: readonly AvPair[]) => readonly AvPair[]): string => {
    const acceptor = createAcceptor({ ...SERVER, netbiosName, dnsDomain: '' });
    const token = withoutMic(acceptor, change, 'pässword');
    return outcome(() => acceptor.authenticate(token).verify(HASH));
  };
  const cut = (pairs: readonly AvPair[]) =>
    pairs.map(({ id, value }) => ({ id, value: id === AvId.NB_COMPUTER_NAME ? value.slice(0, 6) : value }));
  t.is(named('BOX\0', cut), 'logged on');
  t.is(named('BOXY', cut), 'target-info');
  const dropped = (pairs: readonly AvPair[]) => pairs.filter((pair) => pair.id !== AvId.DNS_DOMAIN_NAME);
  t.is(named('BOX', dropped), 'logged on');
  t.is(
    named('BOX', (pairs) => [...dropped(pairs), avText(AvId.DNS_DOMAIN_NAME, 'evil')]),
    'target-info',
  );
});

test('what did not come back is refused whatever the password, as smbd does', (t) => {
  t.is(
    withPairs(() => [], 'wrong'),
    'target-info',
  );
});

test('flags, version and target name of the challenge are not changed without notice where there is a MIC', (t) => {
  for (const flag of [
    NegotiateFlags.KEY_EXCH,
    NegotiateFlags.EXTENDED_SESSIONSECURITY,
    NegotiateFlags.SIGN,
    NegotiateFlags.SEAL,
    NegotiateFlags.N128,
    NegotiateFlags.TARGET_INFO,
  ]) {
    t.is(
      withChallenge((c) => ({ flags: (c.flags & ~flag) >>> 0 })),
      'mic',
      flag.toString(16),
    );
  }
  t.is(
    withChallenge(() => ({ targetName: 'EVIL' })),
    'mic',
  );
  t.is(
    withChallenge(() => ({ version: { major: 5, minor: 0, build: 1, revision: 15 } })),
    'mic',
  );
});

test('user, domain, workstation and flags of the answer are not changed without notice', (t) => {
  const changed = (
    change: Partial<{ user: string; domain: string; workstation: string; flags: number }>,
  ): ReturnType<typeof outcome> => {
    const acceptor = createAcceptor(SERVER);
    const initiator = createInitiator(CLIENT);
    const { token } = initiator.authenticate(acceptor.challenge(initiator.negotiate()));
    const message = decode(authenticateMessage, token);
    t.true(decodeNtlmV2Response(message.ntResponse).avPairs.length > 0);
    return outcome(() => acceptor.authenticate(encode(authenticateMessage, { ...message, ...change })).verify(HASH));
  };
  t.is(changed({ user: 'Bob' }), 'wrong password');
  t.is(changed({ domain: 'OTHER' }), 'wrong password');
  t.is(changed({ user: 'ALICE' }), 'mic');
  t.is(changed({ workstation: 'PC' }), 'mic');
  t.is(changed({ flags: 0x6208_8215 }), 'mic');
});

test('nobody agrees to what was not on offer', (t) => {
  const { UNICODE, NTLM, EXTENDED_SESSIONSECURITY, KEY_EXCH, SEAL, TARGET_INFO } = NegotiateFlags;
  const acceptor = createAcceptor(SERVER);
  const asked = UNICODE | NTLM | EXTENDED_SESSIONSECURITY | TARGET_INFO;
  const token = withoutMic(acceptor, (pairs) => pairs, 'pässword', { asked, agreed: KEY_EXCH | SEAL });
  const result = acceptor.authenticate(token).verify(HASH);
  t.is(result!.flags & (KEY_EXCH | SEAL), 0);
  t.truthy(result!.security);
});
