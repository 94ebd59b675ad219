import { createSigner } from '@tsmbd/smb-crypto';
import {
  CipherId,
  Command,
  createRequest,
  Dialect,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  HeaderFlags,
  NtStatus,
  SigningAlgorithmId,
  treeConnectRequest,
} from '@tsmbd/smb2-codec';
import type { ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { type Harness, settle, startServer } from './harness.ts';
import { create, createBody, mount, read, statusOf, write } from './requests.ts';
import { halfLogOn } from './session-stage.ts';
import { type Answer, say, sealerOf, setup, voiceOf } from './voice.ts';

/** The clients of every signing algorithm, [MS-SMB2] 3.1.4.1. */
const SIGNERS: readonly [string, ClientOptions][] = [
  ['HMAC-SHA256 of 2.1', { dialects: [Dialect.SMB_2_1] }],
  ['AES-CMAC of 3.0', { dialects: [Dialect.SMB_3_0] }],
  ['HMAC-SHA256 of 3.1.1', { signing: [SigningAlgorithmId.HMAC_SHA256] }],
  ['AES-CMAC of 3.1.1', { signing: [SigningAlgorithmId.AES_CMAC] }],
  ['AES-GMAC of 3.1.1', { signing: [SigningAlgorithmId.AES_GMAC] }],
];

/** Where the Signature of a header is. */
const SIGNATURE = Array.from({ length: 16 }, (_, i) => 48 + i);

/** A CREATE of `new`, with the byte at `at` changed after it was signed. */
function creates(client: SmbClient, treeId: number, at: number | undefined): Promise<Answer> {
  const tamper = (message: Uint8Array): void => {
    if (at !== undefined) message[at]! ^= 1 << (at % 8);
  };
  return say(client, Command.CREATE, createRequest, createBody('new'), { treeId }, { ...voiceOf(client), tamper });
}

async function names(h: Harness): Promise<string[]> {
  const { handle } = await h.vfs.open([], { disposition: 'open', kind: 'directory', data: 'read' });
  const entries = await (await handle.list()).next(10);
  await handle.close();
  return entries.map(({ name }) => name);
}

for (const [algorithm, options] of SIGNERS) {
  test(`every byte of a request's signature counts: ${algorithm} [MS-SMB2 3.3.5.2.4]`, async (t) => {
    const h = startServer();
    const m = await mount(await h.logOn(options));
    for (const at of SIGNATURE) t.is(await creates(m.client, m.treeId, at), 'STATUS_ACCESS_DENIED', `byte ${at}`);
    t.deepEqual(await names(h), []);
    t.is(await creates(m.client, m.treeId, undefined), 'STATUS_SUCCESS');
  });

  test(`every byte of a request is signed: ${algorithm} [MS-SMB2 3.1.4.1]`, async (t) => {
    const h = startServer();
    const m = await mount(await h.logOn({ ...options, verify: false }));
    // ProtocolId, StructureSize, CreditCharge, Command, Flags, NextCommand, MessageId and SessionId
    // are looked at before.
    const free = [8, 9, 14, 32, 33, 36, 37, 64 + 24, 64 + 56];
    for (const at of free) t.is(await creates(m.client, m.treeId, at), 'STATUS_ACCESS_DENIED', `byte ${at}`);
    t.deepEqual(await names(h), []);
  });

  test(`every byte of a response's signature counts: ${algorithm} [MS-SMB2 3.2.5.1.3]`, async (t) => {
    const h = startServer();
    const { client } = await mount(await h.logOn(options));
    const receive = client.transport.onMessage;
    let at: number | undefined;
    client.transport.onMessage = (message, release) => {
      if (at !== undefined) message[at]! ^= 1;
      receive(message, release);
    };
    const echo = () => client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
    for (at of SIGNATURE) await t.throwsAsync(echo(), { message: /signature of the response is wrong/ });
    at = undefined;
    await t.notThrowsAsync(echo());
  });
}

test('the signature of AES-GMAC depends on the MessageId and on who sends [MS-SMB2 3.1.4.1]', (t) => {
  const signer = createSigner('aes-gmac', new Uint8Array(16).fill(3));
  const signed = (change: (message: Uint8Array) => void): string => {
    const message = new Uint8Array(72);
    change(message);
    signer.sign(message);
    // The signature alone: the message differs anyway.
    return Buffer.from(message.subarray(48, 64)).toString('hex');
  };
  const all = [
    signed(() => {}),
    signed((m) => m.set([1], 24)),
    signed((m) => m.set([1], 31)),
    signed((m) => m.set([HeaderFlags.SERVER_TO_REDIR], 16)),
    signed((m) => m.set([Command.CANCEL], 12)),
  ];
  t.is(new Set(all).size, all.length);
});

test('a TREE_CONNECT of 3.1.1 is signed, whatever was agreed on [MS-SMB2 3.3.5.7]', async (t) => {
  const h = startServer({ signingRequired: false });
  const client = await h.logOn({ sign: false });
  const body = { flags: 0, path: '\\\\127.0.0.1\\share', contexts: [] } as never;
  const { sessionId } = client;
  const connects = (voice: Parameters<typeof say>[5]) =>
    say(client, Command.TREE_CONNECT, treeConnectRequest, body, {}, voice);
  t.is(await connects({ sessionId }), 'STATUS_ACCESS_DENIED');
  t.is(h.server.sessions.get(sessionId)!.trees.size, 0);
  t.is(await connects(voiceOf(client)), 'STATUS_SUCCESS');
});

test('a TREE_CONNECT of 3.0.2 need not be signed where nothing else must [MS-SMB2 3.3.5.7]', async (t) => {
  const h = startServer({ signingRequired: false });
  const client = await h.logOn({ sign: false, dialects: [Dialect.SMB_3_0_2] });
  const body = { flags: 0, path: '\\\\127.0.0.1\\share', contexts: [] } as never;
  const { sessionId } = client;
  t.is(await say(client, Command.TREE_CONNECT, treeConnectRequest, body, {}, { sessionId }), 'STATUS_SUCCESS');
});

const SEALED_BYTES: readonly [string, readonly number[]][] = [
  ['the signature', Array.from({ length: 16 }, (_, i) => 4 + i)],
  ['the nonce', Array.from({ length: 16 }, (_, i) => 20 + i)],
  ['OriginalMessageSize', [36, 37, 38, 39]],
  ['Flags', [42, 43]],
  ['the SessionId', Array.from({ length: 8 }, (_, i) => 44 + i)],
  ['the message', [52, 52 + 12, 52 + 64, 52 + 67]],
];

for (const [what, bytes] of SEALED_BYTES) {
  test(`every byte of a sealed message counts, and a wrong one ends the connection: ${what} [MS-SMB2 3.3.5.2.1.1]`, async (t) => {
    for (const at of bytes) {
      const h = startServer();
      const client = await h.logOn();
      const { sealer, sessionId } = sealerOf(client);
      const frame = client.encode(Command.ECHO, echoRequest, EMPTY_BODY).result();
      const sealed = frame.subarray(4);
      sealer.seal(sealed, sessionId);
      sealed[at]! ^= 1;
      client.transport.send([frame]);
      await settle();
      t.is(h.server.connections.size, 0, `byte ${at}`);
    }
  });
}

for (const cipher of [CipherId.AES_128_CCM, CipherId.AES_256_CCM, CipherId.AES_128_GCM, CipherId.AES_256_GCM]) {
  test(`a sealed response with one byte changed is not taken: cipher ${cipher} [MS-SMB2 3.2.5.1.1.1]`, async (t) => {
    for (const at of [4, 19, 20, 30, 52, 52 + 70]) {
      const h = startServer();
      const m = await mount(await h.logOn({ seal: true, ciphers: [cipher] }));
      const { fileId } = await create(m, 'f');
      await write(m, fileId, 'abc');
      const receive = m.client.transport.onMessage;
      m.client.transport.onMessage = (message, release) => {
        message[at]! ^= 1;
        receive(message, release);
      };
      await t.throwsAsync(read(m, fileId), { message: /cannot decrypt|connection closed/ });
    }
  });
}

test('a request that is sealed for one session and names another ends the connection [MS-SMB2 3.3.5.2.1.1]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const bob = await mount(await h.logOn({}, 'bob'));
  t.is(await statusOf(create(bob, 'f')), NtStatus.STATUS_SUCCESS);
  const named = { sessionId: bob.client.sessionId, sealer: sealerOf(m.client) };
  t.is(await say(m.client, Command.CREATE, createRequest, createBody('new'), { treeId: 1 }, named), 'closes');
  t.deepEqual(await names(h), ['f']);
});

test('a session signs where its client wants it and the server does not [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer({ signingRequired: false });
  for (const [securityMode, answer] of [
    [1, 'STATUS_SUCCESS'],
    [3, 'STATUS_ACCESS_DENIED'],
  ] as const) {
    const client = h.connect();
    await client.negotiate();
    const { logon, challenge } = await halfLogOn(client, 'alice');
    const { token } = await logon.spnego.step(challenge);
    const { sessionId } = client;
    t.is(await setup(client, token!, { sessionId }, { securityMode }), 'STATUS_SUCCESS');
    t.is(await say(client, Command.ECHO, echoRequest, EMPTY_BODY, {}, { sessionId }), answer);
  }
});

test('the response that ends a logon is signed, and no other of a client that does not sign [MS-SMB2 3.3.4.1.1]', async (t) => {
  const h = startServer({ signingRequired: false });
  const seen: [number, boolean][] = [];
  const client = await h.logOn({
    sign: false,
    onReply: ({ command, flags }) => seen.push([command, (flags & HeaderFlags.SIGNED) !== 0]),
  });
  await client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  t.deepEqual(seen, [
    [Command.NEGOTIATE, false],
    [Command.SESSION_SETUP, false],
    [Command.SESSION_SETUP, true],
    [Command.ECHO, false],
  ]);
});
