import { decode, encode } from '@tsmbd/ms-dtyp';
import test from 'ava';
import {
  type AuthenticateMessage,
  AvId,
  authenticateMessage,
  challengeMessage,
  createAcceptor,
  createInitiator,
  findAvText,
  MIC_RANGE,
  NegotiateFlags,
  type NtlmAcceptorOptions,
  type NtlmAuthentication,
  NtlmError,
  type NtlmErrorKind,
  type NtlmInitiatorOptions,
  negotiateMessage,
  ntHash,
} from '../src/index.ts';

const SERVER: NtlmAcceptorOptions = {
  netbiosDomain: 'BOX',
  netbiosName: 'BOX',
  dnsName: 'box.example',
  serverChallenge: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
  now: 133_000_000_000_000_000n,
};
const CLIENT: NtlmInitiatorOptions = {
  user: 'Alice',
  domain: 'BOX',
  password: 'pässword',
  workstation: 'PC',
  targetName: 'cifs/box',
  clientChallenge: new Uint8Array(8).fill(0xaa),
  randomSessionKey: new Uint8Array(16).fill(0x55),
  now: 0n,
};
const HASH = ntHash('pässword');

interface Exchange {
  readonly claim: NtlmAuthentication;
  readonly client: ReturnType<ReturnType<typeof createInitiator>['authenticate']>;
}

/** Runs an exchange; `tamper` changes the AUTHENTICATE_MESSAGE on its way. */
function exchange(
  server: Partial<NtlmAcceptorOptions> = {},
  client: Partial<NtlmInitiatorOptions> = {},
  tamper: (token: Uint8Array) => Uint8Array = (token) => token,
): Exchange {
  const acceptor = createAcceptor({ ...SERVER, ...server });
  const initiator = createInitiator({ ...CLIENT, ...client });
  const result = initiator.authenticate(acceptor.challenge(initiator.negotiate()));
  return { claim: acceptor.authenticate(tamper(result.token)), client: result };
}

/** Changes fields of an AUTHENTICATE_MESSAGE. */
const rewrite =
  (change: (message: AuthenticateMessage) => Partial<AuthenticateMessage>) =>
  (token: Uint8Array): Uint8Array => {
    const message = decode(authenticateMessage, token);
    return encode(authenticateMessage, { ...message, ...change(message) });
  };

const kindOf = (run: () => unknown): NtlmErrorKind | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof NtlmError) return error.kind;
    throw error;
  }
  return undefined;
};

test('client and server agree on a key and can check what the other signs [MS-NLMP 3.1.5, 3.2.5]', (t) => {
  const { claim, client } = exchange();
  t.like(claim, { user: 'Alice', domain: 'BOX', workstation: 'PC', targetName: 'cifs/box', anonymous: false });
  const server = claim.verify(HASH)!;
  t.deepEqual(server.sessionKey, client.sessionKey);
  t.deepEqual(server.sessionKey, CLIENT.randomSessionKey);
  const data = new TextEncoder().encode('data');
  t.true(server.security!.verifyMic(data, client.security!.getMic(data)));
  t.true(client.security!.verifyMic(data, server.security!.getMic(data)));
  for (let i = 0; i < 3; i++) {
    t.true(server.security!.verify(data, client.security!.sign(data)));
    const { sealed, signature } = server.security!.seal(data);
    t.deepEqual(client.security!.unseal(sealed, signature), data);
  }
});

test('the challenge tells names and time [MS-NLMP 2.2.1.2]', (t) => {
  const acceptor = createAcceptor(SERVER);
  const challenge = decode(challengeMessage, acceptor.challenge(createInitiator(CLIENT).negotiate()));
  t.is(challenge.targetName, 'BOX');
  t.is(findAvText(challenge.targetInfo, AvId.DNS_COMPUTER_NAME), 'box.example');
  t.deepEqual(
    challenge.targetInfo.map((pair) => pair.id),
    [2, 1, 4, 3, 7],
  );
});

test('the password must be right, the case of the user does not matter, the domain may be left out', (t) => {
  t.is(exchange().claim.verify(ntHash('wrong')), undefined);
  t.is(exchange({}, { password: 'wrong' }).claim.verify(HASH), undefined);
  t.truthy(exchange({}, { user: 'ALICE' }).claim.verify(HASH));
  t.truthy(exchange({}, { domain: 'box' }).claim.verify(HASH));
  t.truthy(exchange({}, { domain: '' }).claim.verify(HASH));
  t.truthy(exchange({}, { ntHash: HASH }).claim.verify(HASH));
});

test('without key exchange the key is made of the response [MS-NLMP 3.2.5.1.2]', (t) => {
  const { UNICODE, NTLM, EXTENDED_SESSIONSECURITY, SIGN, N128, TARGET_INFO } = NegotiateFlags;
  const flags = UNICODE | NTLM | EXTENDED_SESSIONSECURITY | SIGN | N128 | TARGET_INFO;
  const { claim, client } = exchange({}, { flags });
  t.deepEqual(claim.verify(HASH)?.sessionKey, client.sessionKey);
  t.notDeepEqual(client.sessionKey, CLIENT.randomSessionKey);
});

test('a changed message fails its MIC, in whichever of the three it was changed [MS-NLMP 3.2.5.1.2]', (t) => {
  const flip = (at: number) => (token: Uint8Array) => {
    token[at]! ^= 1;
    return token;
  };
  t.is(
    kindOf(() => exchange({}, {}, flip(MIC_RANGE.start)).claim.verify(HASH)),
    'mic',
  );
  // NegotiateFlags: a downgrade of what was agreed on (CVE-2016-2110).
  t.is(
    kindOf(() => exchange({}, {}, flip(62)).claim.verify(HASH)),
    'mic',
  );

  const acceptor = createAcceptor(SERVER);
  const initiator = createInitiator(CLIENT);
  const negotiate = initiator.negotiate().slice();
  negotiate[12]! ^= 0x10;
  const { token } = initiator.authenticate(acceptor.challenge(negotiate));
  t.is(
    kindOf(() => acceptor.authenticate(token).verify(HASH)),
    'mic',
  );
});

test('no byte of the proof and of the MIC goes unread [MS-NLMP 3.2.5.1.2]', (t) => {
  for (let i = 0; i < 16; i++) {
    const proof = rewrite((m) => ({ ntResponse: m.ntResponse.map((byte, at) => (at === i ? byte ^ 0x80 : byte)) }));
    t.is(exchange({}, {}, proof).claim.verify(HASH), undefined, `byte ${i} of the proof`);
    const mic = rewrite((m) => ({ mic: m.mic!.map((byte, at) => (at === i ? byte ^ 0x80 : byte)) }));
    t.is(
      kindOf(() => exchange({}, {}, mic).claim.verify(HASH)),
      'mic',
      `byte ${i} of the MIC`,
    );
  }
});

test('a MIC that is announced and not there is missed', (t) => {
  const cutMic = (token: Uint8Array): Uint8Array => {
    const { mic, version, ...message } = decode(authenticateMessage, token);
    return encode(authenticateMessage, message);
  };
  t.is(
    kindOf(() => exchange({}, {}, cutMic).claim.verify(HASH)),
    'mic',
  );
});

test('anonymous logons are let in where they are allowed [MS-NLMP 3.2.5.1.2]', (t) => {
  const { password, ...nobody } = CLIENT;
  const run = (allowAnonymous: boolean) => {
    const acceptor = createAcceptor({ ...SERVER, allowAnonymous });
    const initiator = createInitiator({ ...nobody, user: '', domain: '' });
    const client = initiator.authenticate(acceptor.challenge(initiator.negotiate()));
    return { client, claim: acceptor.authenticate(client.token) };
  };
  t.is(
    kindOf(() => run(false)),
    'anonymous',
  );
  const { claim, client } = run(true);
  t.true(claim.anonymous);
  t.is(claim.verify(HASH), undefined);
  t.deepEqual(claim.acceptAnonymous().sessionKey, client.sessionKey);
  t.is(
    kindOf(() => exchange().claim.acceptAnonymous()),
    'anonymous',
  );
});

test('a guest gets a context without key and security', (t) => {
  const guest = exchange({}, { user: 'whoever' }).claim.acceptGuest();
  t.deepEqual(guest.sessionKey, new Uint8Array(16));
  t.is(guest.security, undefined);
});

test('channel bindings must be those of this channel, where there are any [MS-NLMP 3.2.5.1.2]', (t) => {
  const channelBindings = new Uint8Array(16).fill(7);
  t.truthy(exchange({ channelBindings }, { channelBindings }).claim.verify(HASH));
  t.truthy(exchange({}, { channelBindings }).claim.verify(HASH));
  t.is(
    kindOf(() => exchange({ channelBindings }).claim.verify(HASH)),
    'channel-bindings',
  );
  t.is(exchange({ channelBindings }).claim.verify(ntHash('wrong')), undefined);
});

test('a response shorter than its fixed parts is malformed (CVE-2023-0210)', (t) => {
  for (let length = 1; length < 44; length++) {
    const cut = rewrite((m) => ({ ntResponse: m.ntResponse.slice(0, length) }));
    t.is(
      kindOf(() => exchange({}, {}, cut)),
      length === 24 ? 'unsupported' : 'malformed',
      `${length} bytes`,
    );
  }
  const none = rewrite(() => ({ ntResponse: new Uint8Array(0), lmResponse: new Uint8Array(24).fill(1) }));
  t.is(
    kindOf(() => exchange({}, {}, none)),
    'unsupported',
  );
});

test('AV pairs that lie about their length are malformed', (t) => {
  const lie = rewrite((m) => {
    const ntResponse = m.ntResponse.slice();
    new DataView(ntResponse.buffer).setUint16(46, 0xffff, true);
    return { ntResponse };
  });
  t.is(
    kindOf(() => exchange({}, {}, lie)),
    'malformed',
  );
});

test('an EncryptedRandomSessionKey of another length than 16 is malformed (CVE-2023-52440)', (t) => {
  for (const length of [0, 1, 15, 17, 40, 1000]) {
    const change = rewrite(() => ({ encryptedRandomSessionKey: new Uint8Array(length) }));
    t.is(
      kindOf(() => exchange({}, {}, change)),
      'malformed',
      `${length} bytes`,
    );
  }
});

test('unknown and unexpected messages are told apart (CVE-2023-32255)', (t) => {
  const negotiate = createInitiator(CLIENT).negotiate();
  const ofType = (type: number): Uint8Array => {
    const copy = negotiate.slice();
    copy[8] = type;
    return copy;
  };
  for (const type of [0, 2, 3, 4, 255]) {
    t.is(
      kindOf(() => createAcceptor(SERVER).challenge(ofType(type))),
      'unexpected-message',
    );
  }
  t.is(
    kindOf(() => createAcceptor(SERVER).challenge(new Uint8Array(0))),
    'malformed',
  );
  t.is(
    kindOf(() => createAcceptor(SERVER).challenge(new Uint8Array(100))),
    'malformed',
  );
  t.is(
    kindOf(() => createAcceptor(SERVER).authenticate(ofType(3))),
    'unexpected-message',
  );
  const acceptor = createAcceptor(SERVER);
  acceptor.challenge(negotiate);
  t.is(
    kindOf(() => acceptor.challenge(negotiate)),
    'unexpected-message',
  );
  t.is(
    kindOf(() => acceptor.authenticate(negotiate)),
    'unexpected-message',
  );
});

test('a client without a character set is not supported, and one that says OEM alone is answered in Unicode', (t) => {
  const message = (flags: number) =>
    encode(negotiateMessage, { flags, domain: new Uint8Array(0), workstation: new Uint8Array(0) });
  t.is(
    kindOf(() => createAcceptor(SERVER).challenge(message(NegotiateFlags.NTLM))),
    'unsupported',
  );
  // A JavaScript client, v9u-smb2, asks so and goes on in Unicode.
  const answer = createAcceptor(SERVER).challenge(message(NegotiateFlags.OEM | NegotiateFlags.NTLM));
  const { flags } = decode(challengeMessage, answer);
  t.is(flags & (NegotiateFlags.UNICODE | NegotiateFlags.OEM), NegotiateFlags.UNICODE);
});

test('every prefix of an AUTHENTICATE_MESSAGE is an NtlmError', (t) => {
  const { client } = exchange();
  for (let n = 0; n < client.token.length; n++) {
    t.truthy(
      kindOf(() => exchange({}, {}, (token) => token.subarray(0, n))),
      `${n} bytes`,
    );
  }
});

test('changed bytes never make another error than NtlmError, and never a verified user with a wrong key', (t) => {
  const { token } = exchange().client;
  for (let at = 0; at < token.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const changed = token.slice();
      if (changed[at] === value) continue;
      changed[at] = value;
      kindOf(() => t.is(exchange({}, {}, () => changed).claim.verify(HASH)?.sessionKey.length ?? 16, 16));
    }
  }
});

test('the messages are kept by value: the receive buffer may be used again', (t) => {
  const acceptor = createAcceptor(SERVER);
  const initiator = createInitiator(CLIENT);
  const negotiate = initiator.negotiate().slice();
  const challenge = acceptor.challenge(negotiate);
  negotiate.fill(0);
  const { token } = initiator.authenticate(challenge);
  challenge.fill(0);
  const claim = acceptor.authenticate(token);
  token.fill(0);
  t.truthy(claim.verify(HASH));
});
