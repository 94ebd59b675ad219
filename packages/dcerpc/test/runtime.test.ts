import test from 'ava';
import {
  BindNakReason,
  type BindPdu,
  ContextResult,
  createRpcClient,
  decodePdu,
  encodePdu,
  FaultStatus,
  featureSyntax,
  LSARPC,
  NDR20,
  NDR64,
  netrServerGetInfo,
  netrShareEnum,
  PduFlags,
  PduType,
  type RequestPdu,
  RpcFault,
  type RpcPipe,
  RpcProtocolError,
  type RpcServer,
  SRVSVC,
} from '../src/index.ts';
import { admin, bound, bytes, createServer, drain } from './harness.ts';

const WHOLE = PduFlags.FIRST_FRAG | PduFlags.LAST_FRAG;

const bind = (contexts: BindPdu['contexts'], more: Partial<BindPdu> = {}): Uint8Array =>
  encodePdu({
    type: PduType.BIND,
    flags: WHOLE,
    callId: 1,
    maxTransmitFragment: 4280,
    maxReceiveFragment: 4280,
    associationGroup: 0,
    contexts,
    ...more,
  });

const request = (more: Partial<RequestPdu>): Uint8Array =>
  encodePdu({
    type: PduType.REQUEST,
    flags: WHOLE,
    callId: 2,
    allocationHint: 0,
    contextId: 0,
    opnum: 21,
    stub: GET_SERVER_100,
    ...more,
  });

/** NetrServerGetInfo, no name, level 100. */
const GET_SERVER_100 = bytes('00000000 64000000');

const open = (name = 'srvsvc'): RpcPipe => createServer().openPipe(name, admin)!;

function openBound(): RpcPipe {
  const pipe = open();
  pipe.write(bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]));
  drain(pipe);
  return pipe;
}

const answers = (pipe: RpcPipe) => drain(pipe).map(decodePdu);
const faultOf = (pipe: RpcPipe): number | undefined => {
  const [answer] = answers(pipe);
  return answer?.type === PduType.FAULT ? answer.status : undefined;
};

test('pipes are found in any case, others not', (t) => {
  t.truthy(createServer().openPipe('SrvSvc', admin));
  t.is(createServer().openPipe('spoolss', admin), undefined);
  t.is(createServer().openPipe('../srvsvc', admin), undefined);
});

test('each presentation context gets its own answer: NDR64 and unknown interfaces are refused [MS-RPCE 3.3.1.5.3]', (t) => {
  const pipe = open();
  const unknown = { uuid: '00112233-4455-6677-8899-aabbccddeeff', major: 1, minor: 0 };
  pipe.write(
    bind([
      { id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] },
      { id: 1, abstractSyntax: SRVSVC, transferSyntaxes: [NDR64] },
      { id: 2, abstractSyntax: SRVSVC, transferSyntaxes: [featureSyntax(3)] },
      { id: 3, abstractSyntax: unknown, transferSyntaxes: [NDR20] },
      { id: 4, abstractSyntax: { ...SRVSVC, major: 4 }, transferSyntaxes: [NDR20] },
      { id: 5, abstractSyntax: LSARPC, transferSyntaxes: [NDR64, NDR20] },
    ]),
  );
  const [ack] = answers(pipe);
  if (ack?.type !== PduType.BIND_ACK) return t.fail();
  t.is(ack.secondaryAddress, '\\PIPE\\srvsvc');
  t.not(ack.associationGroup, 0);
  t.deepEqual(
    ack.results.map(({ result, reason }) => [result, reason]),
    [
      [ContextResult.ACCEPTANCE, 0],
      [ContextResult.PROVIDER_REJECTION, 2],
      [ContextResult.NEGOTIATE_ACK, 2],
      [ContextResult.PROVIDER_REJECTION, 1],
      [ContextResult.PROVIDER_REJECTION, 1],
      [ContextResult.ACCEPTANCE, 0],
    ],
  );
  t.deepEqual(ack.results[0]?.transferSyntax, NDR20);
  pipe.write(request({ contextId: 1 }));
  t.is(faultOf(pipe), FaultStatus.UNKNOWN_INTERFACE);
  pipe.write(request({ contextId: 0 }));
  t.is(answers(pipe)[0]?.type, PduType.RESPONSE);
});

test('a bind with authentication is refused, and the pipe can be bound without [MS-RPCE 2.2.2.5]', (t) => {
  const pipe = open();
  const contexts = [{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }];
  pipe.write(bind(contexts, { auth: { type: 10, level: 6, contextId: 0, value: new Uint8Array(40) } }));
  t.like(answers(pipe)[0], { type: PduType.BIND_NAK, reason: BindNakReason.AUTHENTICATION_TYPE_NOT_RECOGNIZED });
  pipe.write(bind(contexts));
  t.is(answers(pipe)[0]?.type, PduType.BIND_ACK);
  pipe.write(request({ auth: { type: 10, level: 6, contextId: 0, value: new Uint8Array(16) } }));
  t.is(faultOf(pipe), FaultStatus.ACCESS_DENIED);
});

test('alter_context adds an interface [C706 12.6.4.1]', (t) => {
  const pipe = openBound();
  pipe.write(bind([{ id: 7, abstractSyntax: LSARPC, transferSyntaxes: [NDR20] }], { type: PduType.ALTER_CONTEXT }));
  t.like(answers(pipe)[0], { type: PduType.ALTER_CONTEXT_RESP, secondaryAddress: '' });
  pipe.write(request({ contextId: 7, opnum: 6, stub: new Uint8Array(32) }));
  t.is(answers(pipe)[0]?.type, PduType.RESPONSE);
});

test('an opnum that is not served is out of range, stub data that is none is bad [C706 appendix E]', (t) => {
  const pipe = openBound();
  pipe.write(request({ opnum: 200 }));
  t.is(faultOf(pipe), FaultStatus.OP_RANGE_ERROR);
  for (const stub of [new Uint8Array(0), bytes('01000000ffffffff00000000ffffffff'), new Uint8Array(3)]) {
    pipe.write(request({ stub }));
    t.is(faultOf(pipe), FaultStatus.BAD_STUB_DATA);
  }
  t.false(pipe.broken);
});

test('requests in fragments, and bytes in pieces of any size [C706 12.6.2]', (t) => {
  for (const size of [1, 7, 16, 23, 1000]) {
    const pipe = openBound();
    const pdus = [
      request({ flags: PduFlags.FIRST_FRAG, stub: GET_SERVER_100.subarray(0, 4) }),
      request({ flags: 0, stub: new Uint8Array(0) }),
      request({ flags: PduFlags.LAST_FRAG, stub: GET_SERVER_100.subarray(4) }),
      request({ callId: 3, object: '00112233-4455-6677-8899-aabbccddeeff', flags: WHOLE | PduFlags.OBJECT_UUID }),
    ];
    const stream = new Uint8Array(Buffer.concat(pdus));
    for (let at = 0; at < stream.length; at += size) pipe.write(stream.subarray(at, at + size));
    t.deepEqual(
      answers(pipe).map((pdu) => [pdu.type, pdu.callId]),
      [
        [PduType.RESPONSE, 2],
        [PduType.RESPONSE, 3],
      ],
    );
  }
});

test('a message is read in parts; messageRemaining says how much of it is left', (t) => {
  const pipe = openBound();
  pipe.write(request({}));
  const total = pipe.available;
  t.true(total > 24);
  t.is(pipe.read(10)?.length, 10);
  t.is(pipe.messageRemaining, total - 10);
  t.is(pipe.available, total - 10);
  t.is(pipe.read(1000)?.length, total - 10);
  t.is(pipe.messageRemaining, 0);
  t.is(pipe.available, 0);
  t.is(pipe.read(10), undefined);
});

test('a response keeps to the fragment size of the client [C706 12.6.3.1]', (t) => {
  const { pipe, call } = bound(SRVSVC, 'srvsvc', { maxFragment: 1432 });
  t.is(
    call(netrShareEnum, {
      serverName: undefined,
      filters: [],
      info: { level: 502, entries: [] },
      preferedMaximumLength: 0xffffffff,
      resumeHandle: undefined,
    }).status,
    0,
  );
  t.is(pipe.available, 0);
});

test('who breaks the protocol loses the pipe', (t) => {
  const broken: [string, Uint8Array[]][] = [
    ['not RPC', [bytes('ffffffffffffffffffffffffffffffff')]],
    ['request before bind', [request({})]],
    ['a fragment too long', [bytes('05000003100000000020000001000000')]],
    ['frag_length 0', [bytes('05000003100000000000000001000000')]],
    [
      'last fragment first',
      [bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]), request({ flags: PduFlags.LAST_FRAG })],
    ],
    [
      'two first fragments',
      [
        bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]),
        request({ flags: PduFlags.FIRST_FRAG }),
        request({ flags: PduFlags.FIRST_FRAG }),
      ],
    ],
    [
      'a response from the client',
      [
        encodePdu({
          type: PduType.RESPONSE,
          flags: WHOLE,
          callId: 1,
          allocationHint: 0,
          contextId: 0,
          stub: new Uint8Array(0),
        }),
      ],
    ],
    ['big-endian', [bytes('05000b03000000001000000001000000')]],
    ['unknown type', [bytes('0500ff03100000001000000001000000')]],
    ['auth_length behind the end', [bytes('05000003100000001800ff00010000000000000000000000')]],
  ];
  for (const [name, pdus] of broken) {
    const pipe = open();
    for (const pdu of pdus) pipe.write(pdu);
    t.true(pipe.broken, name);
    const before = pipe.available;
    pipe.write(request({}));
    t.is(pipe.available, before);
  }
});

test('limits: a request that never ends, and answers that nobody reads', (t) => {
  const server = createServer({ maxRequest: 10_000, maxUnread: 5000 });
  const endless = server.openPipe('srvsvc', admin)!;
  endless.write(bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]));
  drain(endless);
  endless.write(request({ flags: PduFlags.FIRST_FRAG, stub: new Uint8Array(4000) }));
  for (let i = 0; i < 10 && !endless.broken; i++) endless.write(request({ flags: 0, stub: new Uint8Array(4000) }));
  t.true(endless.broken);
  t.is(faultOf(endless), FaultStatus.SERVER_TOO_BUSY);

  const unread = server.openPipe('srvsvc', admin)!;
  unread.write(bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]));
  for (let i = 0; i < 200 && !unread.broken; i++) unread.write(request({}));
  t.true(unread.broken);
  t.true(unread.available < 6000);
});

const first = (stub: Uint8Array): Uint8Array => request({ flags: PduFlags.FIRST_FRAG, stub });
const further = (stub: Uint8Array): Uint8Array => request({ flags: 0, stub });
const boundOn = (server: RpcServer, caller = admin, owner?: object): RpcPipe => {
  const pipe = server.openPipe('srvsvc', caller, owner)!;
  pipe.write(bind([{ id: 0, abstractSyntax: SRVSVC, transferSyntaxes: [NDR20] }]));
  drain(pipe);
  return pipe;
};

test('a request does not go on for ever in fragments with nothing in them', (t) => {
  const pipe = boundOn(createServer());
  pipe.write(first(new Uint8Array(0)));
  let count = 1;
  while (!pipe.broken && count < 5000) {
    pipe.write(further(new Uint8Array(0)));
    count++;
  }
  t.is(count, 1025);
  t.is(faultOf(pipe), FaultStatus.SERVER_TOO_BUSY);
});

test('a fragment that is kept does not keep what was received with it', (t) => {
  const pipe = boundOn(createServer());
  const whole = first(new Uint8Array(8));
  const kept: number[] = [];
  const { slice } = Uint8Array.prototype;
  Uint8Array.prototype.slice = function (...range) {
    kept.push(this.byteLength);
    return slice.apply(this, range) as never;
  };
  try {
    pipe.write(whole);
  } finally {
    Uint8Array.prototype.slice = slice;
  }
  t.true(kept.includes(8), 'the stub is copied');
  t.false(kept.includes(whole.length), 'what is whole is not');
});

test('one write brings 64 fragments at most, each of which may be a call', (t) => {
  const pipe = boundOn(createServer());
  const many = (count: number) => new Uint8Array(Buffer.concat(Array.from({ length: count }, () => request({}))));
  pipe.write(many(64));
  t.is(drain(pipe).length, 64);
  t.false(pipe.broken);
  pipe.write(many(65));
  t.is(drain(pipe).length, 64);
  t.true(pipe.broken);
});

test('the pipes of one owner, of all anonymous callers and of the server hold so many bytes together', (t) => {
  const stub = new Uint8Array(4000);
  const server = createServer({ maxHeldByOwner: 10_000, maxHeldByAnonymous: 6000, maxHeld: 20_000 });
  const [alice, bob] = [{}, {}];
  const ofAlice = [0, 1, 2].map(() => boundOn(server, admin, alice));
  for (const pipe of ofAlice) pipe.write(first(stub));
  t.deepEqual(
    ofAlice.map(({ broken }) => broken),
    [false, false, true],
    'the third passes her 10,000',
  );
  ofAlice[0]!.close();
  const again = boundOn(server, admin, alice);
  again.write(first(stub));
  t.false(again.broken, 'what has gone is free again');
  const nobody = { ...admin, anonymous: true };
  const ofNobody = [0, 1].map(() => boundOn(server, nobody, {}));
  for (const pipe of ofNobody) pipe.write(first(stub));
  t.deepEqual(
    ofNobody.map(({ broken }) => broken),
    [false, true],
    'anonymous callers share 6,000',
  );
  const ofBob = [0, 1].map(() => boundOn(server, admin, bob));
  for (const pipe of ofBob) pipe.write(first(stub));
  t.deepEqual(
    ofBob.map(({ broken }) => broken),
    [false, false],
  );
  const last = boundOn(server, admin, {});
  last.write(first(stub));
  t.true(last.broken, 'there is no room on the server');
  t.is(last.available, 0);
});

test('answers that nobody reads count for the owner, and are free when they are read', (t) => {
  const server = createServer({ maxHeldByOwner: 4000 });
  const owner = {};
  const [a, b] = [boundOn(server, admin, owner), boundOn(server, admin, owner)];
  while (a.available < 3000) a.write(request({}));
  t.false(a.broken);
  drain(a);
  b.write(first(new Uint8Array(3900)));
  t.false(b.broken);
});

test('an orphaned call is forgotten, cancels and auth3 are passed over [C706 12.6.4]', (t) => {
  const pipe = openBound();
  pipe.write(request({ flags: PduFlags.FIRST_FRAG }));
  pipe.write(encodePdu({ type: PduType.ORPHANED, flags: WHOLE, callId: 2 }));
  pipe.write(encodePdu({ type: PduType.CO_CANCEL, flags: WHOLE, callId: 2 }));
  pipe.write(encodePdu({ type: PduType.AUTH3, flags: WHOLE, callId: 2 }));
  pipe.write(request({ callId: 3 }));
  t.deepEqual(
    answers(pipe).map((pdu) => [pdu.type, pdu.callId]),
    [[PduType.RESPONSE, 3]],
  );
});

test('a closed pipe has nothing to read and takes nothing', (t) => {
  const pipe = openBound();
  pipe.write(request({}));
  pipe.close();
  pipe.write(request({}));
  t.is(pipe.read(100), undefined);
  t.is(pipe.available, 0);
});

test('the client tells faults, refusals and nonsense apart', (t) => {
  const client = createRpcClient(SRVSVC);
  client.bind();
  t.throws(() => client.receive(bytes('00')), { instanceOf: RpcProtocolError });
  t.throws(() => client.receive(encodePdu({ type: PduType.BIND_NAK, flags: WHOLE, callId: 1, reason: 4 })), {
    instanceOf: RpcProtocolError,
  });
  client.request(netrServerGetInfo, { serverName: undefined, level: 100 });
  t.throws(() => client.receive(encodePdu({ type: PduType.FAULT, flags: WHOLE, callId: 2, contextId: 0, status: 5 })), {
    instanceOf: RpcFault,
  });
});

test('bytes changed at random break nothing but the pipe', (t) => {
  const seed = 20261121;
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const client = createRpcClient(SRVSVC);
  client.bind();
  const [share] = client.request(netrShareEnum, {
    serverName: '\\\\BOX',
    filters: [],
    info: { level: 1, entries: [{ netname: 'a', type: 0, remark: 'b' }] },
    preferedMaximumLength: 100,
    resumeHandle: 0,
  });
  for (let i = 0; i < 3000; i++) {
    const pipe = openBound();
    const changed = share!.slice();
    for (let n = random(4); n >= 0; n--) changed[random(changed.length)] = random(256);
    t.notThrows(() => pipe.write(changed), `seed ${seed}, round ${i}`);
  }
});
