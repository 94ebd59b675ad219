import test from 'ava';
import {
  createSpnegoAcceptor,
  createSpnegoInitiator,
  decodeNegToken,
  encodeNegTokenInit,
  encodeNegTokenResp,
  type InitiatorMechanism,
  isRawNtlmssp,
  type Mechanism,
  MechOid,
  NegState,
  type NegTokenResp,
  rejectToken,
  SpnegoError,
  type SpnegoErrorKind,
} from '../src/index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const textOf = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

/**
 * A mechanism of `legs` tokens from the initiator; its MIC is its name and the length of what it
 * covers.
 */
function mechanism(
  oid: string,
  legs: number,
  options: { keyless?: boolean; later?: boolean; silent?: boolean } = {},
): Mechanism {
  let seen = 0;
  return {
    oids: [oid],
    accept(token) {
      seen++;
      const done = seen === legs;
      const step = { done, ...(!(done && options.silent !== false) && { token: text(`answer to ${textOf(token)}`) }) };
      return options.later ? Promise.resolve(step) : step;
    },
    getMic: (data) => (options.keyless ? undefined : text(`mic ${data.length}`)),
    verifyMic: (data, mic) => (options.keyless ? undefined : textOf(mic) === `mic ${data.length}`),
  };
}

function initiatorMechanism(oid: string, legs: number): InitiatorMechanism {
  let sent = 1;
  return {
    oid,
    start: () => ({ token: text('token 1'), done: legs === 1 }),
    step: () => {
      if (sent === legs) return { done: true };
      sent++;
      return { token: text(`token ${sent}`), done: sent === legs };
    },
    getMic: (data) => text(`mic ${data.length}`),
    verifyMic: (data, mic) => textOf(mic) === `mic ${data.length}`,
  };
}

const { NTLMSSP, KERBEROS, MS_KERBEROS, NEGOEX } = MechOid;

function respOf(token: Uint8Array): NegTokenResp {
  const message = decodeNegToken(token);
  if (message.kind !== 'resp') throw new Error('not a NegTokenResp');
  return message.resp;
}

/** What a synchronous step threw. */
function kindOf(run: () => unknown): SpnegoErrorKind | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof SpnegoError) return error.kind;
    throw error;
  }
  return undefined;
}

type SyncStep = { token: Uint8Array; done: boolean };
const NTLM_MIC = text('mic 14');

test("NTLM as Windows does it: two legs, MICs both ways with the client's second [RFC 4178 5]", (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
  const first = acceptor.accept(encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('negotiate') })) as SyncStep;
  t.false(first.done);
  t.deepEqual(respOf(first.token), {
    negState: NegState.ACCEPT_INCOMPLETE,
    supportedMech: NTLMSSP,
    responseToken: text('answer to negotiate'),
  });
  const last = acceptor.accept(
    encodeNegTokenResp({
      negState: NegState.ACCEPT_INCOMPLETE,
      responseToken: text('authenticate'),
      mechListMic: NTLM_MIC,
    }),
  ) as SyncStep;
  t.true(last.done);
  t.deepEqual(respOf(last.token), { negState: NegState.ACCEPT_COMPLETED, mechListMic: NTLM_MIC });
});

test('a client that sends no MIC for its favourite mechanism gets none [RFC 4178 5]', (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
  void acceptor.accept(encodeNegTokenInit({ mechTypes: [NTLMSSP, KERBEROS], mechToken: text('x') }));
  const last = acceptor.accept(encodeNegTokenResp({ responseToken: text('y') })) as SyncStep;
  t.true(last.done);
  t.deepEqual(respOf(last.token), { negState: NegState.ACCEPT_COMPLETED });
});

test('one leg: Kerberos is accepted at once, under the name that the client used [MS-SPNG 3.3.5]', (t) => {
  const kerberos = { ...mechanism(KERBEROS, 1, { silent: false }), oids: [KERBEROS, MS_KERBEROS] };
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2), kerberos]);
  const step = acceptor.accept(
    encodeNegTokenInit({ mechTypes: [MS_KERBEROS, KERBEROS, NTLMSSP], mechToken: text('ap-req') }),
  ) as SyncStep;
  t.true(step.done);
  t.deepEqual(respOf(step.token), {
    negState: NegState.ACCEPT_COMPLETED,
    supportedMech: MS_KERBEROS,
    responseToken: text('answer to ap-req'),
  });
  t.is(acceptor.mechanism, kerberos);
});

test("the client's favourite is not there: its token is left, and MICs are needed [RFC 4178 5]", (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
  const first = acceptor.accept(
    encodeNegTokenInit({ mechTypes: [NEGOEX, NTLMSSP], mechToken: text('for negoex') }),
  ) as SyncStep;
  t.deepEqual(respOf(first.token), { negState: NegState.REQUEST_MIC, supportedMech: NTLMSSP });
  const second = acceptor.accept(encodeNegTokenResp({ responseToken: text('negotiate') })) as SyncStep;
  t.deepEqual(respOf(second.token), {
    negState: NegState.ACCEPT_INCOMPLETE,
    responseToken: text('answer to negotiate'),
  });
  // The MIC covers the whole list, 26 bytes of DER.
  const mic = text('mic 26');
  const last = acceptor.accept(
    encodeNegTokenResp({ responseToken: text('authenticate'), mechListMic: mic }),
  ) as SyncStep;
  t.deepEqual(respOf(last.token), { negState: NegState.ACCEPT_COMPLETED, mechListMic: mic });
});

test('a MIC that is needed and comes later is waited for, and must come [RFC 4178 5]', (t) => {
  const upToMic = () => {
    const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 1)]);
    void acceptor.accept(encodeNegTokenInit({ mechTypes: [NEGOEX, NTLMSSP] }));
    const step = acceptor.accept(encodeNegTokenResp({ responseToken: text('only') })) as SyncStep;
    return { acceptor, step };
  };
  const { acceptor, step } = upToMic();
  t.false(step.done);
  t.deepEqual(respOf(step.token), { negState: NegState.ACCEPT_INCOMPLETE, mechListMic: text('mic 26') });
  const last = acceptor.accept(encodeNegTokenResp({ mechListMic: text('mic 26') })) as SyncStep;
  t.true(last.done);
  t.is(
    kindOf(() => upToMic().acceptor.accept(encodeNegTokenResp({ mechListMic: text('mic 25') }))),
    'bad-mic',
  );
  t.is(
    kindOf(() => upToMic().acceptor.accept(encodeNegTokenResp({ negState: 0 }))),
    'bad-mic',
  );
});

test('a MIC that does not match ends the negotiation (CVE-2026-31610)', (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
  void acceptor.accept(encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('x') }));
  const bad = encodeNegTokenResp({ responseToken: text('y'), mechListMic: text('mic 15') });
  t.is(
    kindOf(() => acceptor.accept(bad)),
    'bad-mic',
  );
  t.is(
    kindOf(() => acceptor.accept(encodeNegTokenResp({ responseToken: text('y') }))),
    'unexpected-token',
  );
});

test('a guest has no key: its MIC is not looked at, and none is sent', (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2, { keyless: true })]);
  void acceptor.accept(encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('x') }));
  const last = acceptor.accept(
    encodeNegTokenResp({ responseToken: text('y'), mechListMic: text('whatever') }),
  ) as SyncStep;
  t.deepEqual(respOf(last.token), { negState: NegState.ACCEPT_COMPLETED });
});

test('an empty or absent mechToken is asked for (CVE-2024-26594)', (t) => {
  for (const init of [{ mechTypes: [NTLMSSP] }, { mechTypes: [NTLMSSP], mechToken: new Uint8Array(0) }]) {
    const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
    const first = acceptor.accept(encodeNegTokenInit(init)) as SyncStep;
    t.deepEqual(respOf(first.token), { negState: NegState.ACCEPT_INCOMPLETE, supportedMech: NTLMSSP });
    const second = acceptor.accept(encodeNegTokenResp({ responseToken: text('negotiate') })) as SyncStep;
    t.is(textOf(respOf(second.token).responseToken), 'answer to negotiate');
  }
});

test('tokens out of order, without content, or with no mechanism in common are refused', (t) => {
  const init = encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('x') });
  const started = () => {
    const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2)]);
    void acceptor.accept(init);
    return acceptor;
  };
  t.is(
    kindOf(() => createSpnegoAcceptor([]).accept(init)),
    'no-mechanism',
  );
  t.is(
    kindOf(() => createSpnegoAcceptor([mechanism(NTLMSSP, 2)]).accept(encodeNegTokenInit({ mechTypes: [] }))),
    'no-mechanism',
  );
  t.is(
    kindOf(() =>
      createSpnegoAcceptor([mechanism(NTLMSSP, 2)]).accept(encodeNegTokenResp({ responseToken: text('x') })),
    ),
    'unexpected-token',
  );
  t.is(
    kindOf(() => started().accept(init)),
    'unexpected-token',
  );
  t.is(
    kindOf(() => started().accept(encodeNegTokenResp({}))),
    'malformed',
  );
  t.is(
    kindOf(() => started().accept(rejectToken())),
    'rejected',
  );
  t.is(
    kindOf(() => started().accept(new Uint8Array(0))),
    'malformed',
  );
});

test("a mechanism's own error passes through and ends the negotiation", (t) => {
  const failing: Mechanism = {
    ...mechanism(NTLMSSP, 2),
    accept: () => {
      throw new TypeError('no such user');
    },
  };
  const acceptor = createSpnegoAcceptor([failing]);
  const init = encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('x') });
  t.throws(() => acceptor.accept(init), { instanceOf: TypeError });
  t.is(
    kindOf(() => acceptor.accept(init)),
    'unexpected-token',
  );
});

test('a mechanism that takes its time makes the step take it too; nothing comes in between', async (t) => {
  const acceptor = createSpnegoAcceptor([mechanism(NTLMSSP, 2, { later: true })]);
  const step = acceptor.accept(encodeNegTokenInit({ mechTypes: [NTLMSSP], mechToken: text('x') }));
  t.true(step instanceof Promise);
  t.is(
    kindOf(() => acceptor.accept(encodeNegTokenResp({ responseToken: text('y') }))),
    'unexpected-token',
  );
  t.false((await step).done);
  t.true((await acceptor.accept(encodeNegTokenResp({ responseToken: text('y') }))).done);
});

test('initiator and acceptor come to an end, whichever mechanism the acceptor has [RFC 4178 5]', async (t) => {
  for (const [legs, acceptorHas] of [
    [2, [NTLMSSP, KERBEROS]],
    [2, [NTLMSSP]],
    [1, [KERBEROS]],
    [3, [NTLMSSP]],
  ] as const) {
    const initiator = createSpnegoInitiator([initiatorMechanism(KERBEROS, legs), initiatorMechanism(NTLMSSP, legs)]);
    const acceptor = createSpnegoAcceptor(acceptorHas.map((oid) => mechanism(oid, legs)));
    let token: Uint8Array | undefined = initiator.start();
    let accepted = false;
    let done = false;
    for (let turns = 0; turns < 8 && token !== undefined; turns++) {
      const step: SyncStep = await acceptor.accept(token);
      accepted = step.done;
      const back = await initiator.step(step.token);
      done = back.done;
      token = back.token;
      if (accepted) break;
    }
    t.true(accepted && done, `${legs} legs, ${acceptorHas}`);
    t.deepEqual([initiator.mechanism.oid], acceptor.mechanism?.oids);
  }
});

test('the initiator refuses a rejection, a stranger, and a wrong or missing MIC', (t) => {
  const started = () => {
    const initiator = createSpnegoInitiator([initiatorMechanism(KERBEROS, 2), initiatorMechanism(NTLMSSP, 1)]);
    initiator.start();
    return initiator;
  };
  t.is(
    kindOf(() => started().step(rejectToken())),
    'rejected',
  );
  t.is(
    kindOf(() => started().step(encodeNegTokenResp({ supportedMech: NEGOEX }))),
    'no-mechanism',
  );
  t.is(
    kindOf(() => started().step(encodeNegTokenInit({ mechTypes: [NTLMSSP] }))),
    'unexpected-token',
  );
  const changed = started();
  void changed.step(encodeNegTokenResp({ negState: NegState.REQUEST_MIC, supportedMech: NTLMSSP }));
  t.is(
    kindOf(() => changed.step(encodeNegTokenResp({ negState: NegState.ACCEPT_COMPLETED, responseToken: text('x') }))),
    'bad-mic',
  );
  const oneLeg = createSpnegoInitiator([initiatorMechanism(KERBEROS, 1)]);
  oneLeg.start();
  t.is(
    kindOf(() => oneLeg.step(encodeNegTokenResp({ negState: 0, mechListMic: text('no') }))),
    'bad-mic',
  );
});

test('an acceptor that accepts before the mechanism is done is not believed', (t) => {
  const accepted = encodeNegTokenResp({ negState: NegState.ACCEPT_COMPLETED, responseToken: text('early') });
  for (const legs of [2, 3]) {
    const initiator = createSpnegoInitiator([initiatorMechanism(NTLMSSP, legs)]);
    initiator.start();
    t.throws(() => initiator.step(accepted), { instanceOf: SpnegoError, message: /before the mechanism was done/ });
  }
});

test('NTLM without SPNEGO around it is recognized', (t) => {
  t.true(isRawNtlmssp(text('NTLMSSP\0\x01\0\0\0')));
  t.false(isRawNtlmssp(text('NTLMSSP')));
  t.false(isRawNtlmssp(new Uint8Array(0)));
  t.false(isRawNtlmssp(encodeNegTokenInit({ mechTypes: [NTLMSSP] })));
});
