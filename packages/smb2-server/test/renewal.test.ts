import { randomBytes } from 'node:crypto';
import { Command, EMPTY_BODY, echoRequest, HeaderFlags, NtStatus, sessionSetupRequest } from '@tsmbd/smb2-codec';
import { Logon, messageIdOf, type SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { alone, type Harness, settle, startServer } from './harness.ts';
import { create, type Mount, mount, read, statusOf, write } from './requests.ts';
import { secondSession } from './session-stage.ts';
import { frameOf, sealerOf, setup, strangersSigner, type Voice, voiceOf } from './voice.ts';

const { STATUS_ACCESS_DENIED, STATUS_SUCCESS } = NtStatus;
const HEADROOM = 56;

/** The first token of bob's logon, and one that no mechanism knows. */
const TOKENS: readonly [string, Uint8Array][] = [
  ['another user', firstToken('bob')],
  ['a malformed token', new Uint8Array(40).fill(0x41)],
];

function firstToken(user: string): Uint8Array {
  return new Logon(user, `${user}-password`, '', (length) => randomBytes(length)).spnego.start();
}

/** The session is alice's as before, and what she has open works. */
async function unchanged(h: Harness, m: Mount, fileId: Awaited<ReturnType<typeof create>>['fileId']): Promise<boolean> {
  // A refused logon is answered late.
  await h.advance(30_000);
  const session = h.server.sessions.get(m.client.sessionId);
  return (
    session?.identity?.name === 'alice' &&
    session.state === 'valid' &&
    session.exchange === undefined &&
    h.server.sessions.size === 1 &&
    (await read(m, fileId)) === 'abc'
  );
}

const VOICES: readonly [string, (voice: Voice) => Voice][] = [
  ['unsigned', ({ sessionId }) => ({ sessionId })],
  ['with a stranger’s signature', ({ sessionId }) => ({ sessionId, signer: strangersSigner() })],
  [
    'changed on the way',
    (voice) => ({
      ...voice,
      tamper: (message) => {
        message[message.length - 1]! ^= 1;
      },
    }),
  ],
];

for (const [how, change] of VOICES) {
  for (const [what, token] of TOKENS) {
    test(`a SESSION_SETUP ${how} with ${what} leaves a session that signs as it is [MS-SMB2 3.3.5.2.4]`, async (t) => {
      const h = startServer();
      const m = await mount(await h.logOn());
      const { fileId } = await create(m, 'f');
      await write(m, fileId, 'abc');
      t.is(await setup(m.client, token, change(voiceOf(m.client))), 'STATUS_ACCESS_DENIED');
      t.true(await unchanged(h, m, fileId));
      t.is(await setup(m.client, firstToken('bob'), voiceOf(m.client)), 'STATUS_MORE_PROCESSING_REQUIRED', 'signed');
    });
  }
}

/**
 * An ECHO in the name of `first`, and related to it a SESSION_SETUP that names `named`; the session
 * that answers it.
 */
async function renewsInCompound(client: SmbClient, first: Voice, named: Voice): Promise<bigint> {
  const echo = frameOf(client, Command.ECHO, echoRequest, EMPTY_BODY, {}, { sessionId: 0n }).subarray(HEADROOM);
  const body = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n };
  const renewal = frameOf(
    client,
    Command.SESSION_SETUP,
    sessionSetupRequest,
    { ...body, securityBuffer: firstToken('bob') },
    { flags: HeaderFlags.RELATED_OPERATIONS },
    named,
  ).subarray(HEADROOM);
  const frame = new Uint8Array(4 + 72 + renewal.length);
  const padded = frame.subarray(4, 4 + 72);
  padded.set(echo);
  const view = new DataView(frame.buffer, 4);
  view.setUint32(20, padded.length, true);
  view.setBigUint64(40, first.sessionId, true);
  if (first.signer !== undefined) {
    padded[16]! |= HeaderFlags.SIGNED;
    first.signer.sign(padded);
  }
  frame.set(renewal, 4 + 72);
  void client.expect(messageIdOf(echo));
  const answer = client.expect(messageIdOf(renewal));
  client.transport.send([frame]);
  return (await answer).header.sessionId;
}

test('a SESSION_SETUP that is related to a request of no session renews none [MS-SMB2 3.3.5.2.7.2]', async (t) => {
  const h = startServer();
  const client = await h.logOn();
  const { sessionId } = client;
  t.not(await renewsInCompound(client, { sessionId: 0n }, { sessionId }), sessionId);
  const session = h.server.sessions.get(sessionId)!;
  t.is(session.exchange, undefined);
  t.is(session.identity!.name, 'alice');
});

test('a SESSION_SETUP renews the session of the request that it is related to, and no other [MS-SMB2 3.3.5.2.7.2]', async (t) => {
  const h = startServer();
  const client = await h.logOn({ verify: false });
  const alice = client.sessionId;
  await secondSession(client, 'bob');
  const bob = voiceOf(client);
  t.is(await renewsInCompound(client, bob, { ...bob, sessionId: alice }), bob.sessionId);
  t.is(h.server.sessions.get(alice)!.exchange, undefined);
});

alone('a session has one channel: a SESSION_SETUP that would bind another is refused [MS-SMB2 3.3.5.5]', async (t) => {
  const h = startServer();
  const client = await h.logOn();
  const other = h.connect({ verify: false });
  await other.negotiate();
  const flags = 1;
  for (const connection of [client, other]) {
    t.is(await setup(connection, firstToken('alice'), voiceOf(client), { flags }), 'STATUS_REQUEST_NOT_ACCEPTED');
  }
  const { sessionId } = client;
  t.is(await setup(other, firstToken('alice'), { sessionId }, { flags }), 'STATUS_ACCESS_DENIED', 'not signed');
  t.is(h.server.sessions.get(sessionId)!.exchange, undefined);
});

alone(
  'a session that must be encrypted is not renewed by a SESSION_SETUP that is neither sealed nor signed',
  async (t) => {
    const h = startServer({ encryption: 'required', signingRequired: false });
    const silent = await h.logOn({}, 'bob');
    t.is(
      await setup(silent, firstToken('bob'), { sessionId: silent.sessionId }),
      'STATUS_ACCESS_DENIED',
      'nothing sealed',
    );
    silent.close();
    const m = await mount(await h.logOn({ seal: true }));
    const { fileId } = await create(m, 'f');
    await write(m, fileId, 'abc');
    const { sessionId } = m.client;
    t.is(await setup(m.client, firstToken('bob'), { sessionId }), 'STATUS_ACCESS_DENIED');
    t.true(await unchanged(h, m, fileId));
    t.is(await setup(m.client, firstToken('bob'), voiceOf(m.client)), 'STATUS_MORE_PROCESSING_REQUIRED', 'signed');
  },
);

test('a session whose client encrypts is not renewed by a SESSION_SETUP that is neither sealed nor signed', async (t) => {
  const h = startServer({ signingRequired: false });
  const m = await mount(await h.logOn({ seal: true }));
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'abc');
  const { sessionId } = m.client;
  t.is(await setup(m.client, firstToken('bob'), { sessionId }), 'STATUS_ACCESS_DENIED');
  t.true(await unchanged(h, m, fileId));
  const sealer = sealerOf(m.client);
  t.is(await setup(m.client, firstToken('bob'), { sessionId, sealer }), 'STATUS_MORE_PROCESSING_REQUIRED', 'sealed');
});

test('a SESSION_SETUP that is sealed for one session renews no other [MS-SMB2 3.3.5.2.1.1]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { client } = m;
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'abc');
  const alice = voiceOf(client);
  await secondSession(client, 'bob');
  t.is(await setup(client, firstToken('bob'), { sessionId: alice.sessionId, sealer: sealerOf(client) }), 'closes');
  t.is(h.server.connections.size, 0);
});

test('another connection renews no session, whatever it is signed with [MS-SMB2 3.3.5.5]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'abc');
  const other = h.connect({ verify: false });
  await other.negotiate();
  for (const voice of [voiceOf(m.client), { sessionId: m.client.sessionId }]) {
    t.is(await setup(other, firstToken('bob'), voice), 'STATUS_USER_SESSION_DELETED');
  }
  t.true(await unchanged(h, m, fileId));
});

/** Alice may write, bob as the test says. */
function shareFor(bob: 'none' | 'read' | 'write'): { access: (user: { name: string }) => 'none' | 'read' | 'write' } {
  return { access: ({ name }) => (name === 'alice' ? 'write' : bob) };
}

const WRITE = 0x0002;
const READ = 0x0001;

test('a user who renews the session of another opens nothing in a tree that he may not connect to [MS-SMB2 3.3.5.7]', async (t) => {
  const h = startServer({}, shareFor('none'));
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await m.client.logOn('bob', 'bob-password');
  for (const desiredAccess of [0, READ, 0x0200_0000]) {
    t.is(await statusOf(create(m, 'f', { desiredAccess })), STATUS_ACCESS_DENIED);
  }
  t.is(await statusOf(create(m, 'new')), STATUS_ACCESS_DENIED);
  t.is(await statusOf(m.client.tree('share')), STATUS_ACCESS_DENIED);
  t.is(await write(m, fileId, 'abc'), 3, 'what is open keeps the access that it was granted');
  await m.client.logOn('alice', 'alice-password');
  t.is(await statusOf(create(m, 'new')), STATUS_SUCCESS);
});

test('a user who renews the session of another only reads in a tree whose share he may only read', async (t) => {
  const h = startServer({}, shareFor('read'));
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'abc');
  await m.client.logOn('bob', 'bob-password');
  t.is(await statusOf(create(m, 'f', { desiredAccess: WRITE })), STATUS_ACCESS_DENIED);
  t.is(await statusOf(create(m, 'new')), STATUS_ACCESS_DENIED);
  t.is(await read(m, (await create(m, 'f', { desiredAccess: READ })).fileId), 'abc');
});

test('a user who may write gets that right in the trees of a session whose user could only read', async (t) => {
  const h = startServer({}, shareFor('read'));
  const m = await mount(await h.logOn({}, 'bob'));
  t.is(await statusOf(create(m, 'f')), STATUS_ACCESS_DENIED);
  await m.client.logOn('alice', 'alice-password');
  t.is(await statusOf(create(m, 'f')), STATUS_SUCCESS);
});

test('nobody opens anything in the trees of a session that he renews, where guests may not connect', async (t) => {
  const h = startServer({ allowAnonymous: true });
  const m = await mount(await h.logOn());
  await create(m, 'f');
  await m.client.logOn('', '');
  t.is(await statusOf(create(m, 'f', { desiredAccess: READ })), STATUS_ACCESS_DENIED);
});

test('a user who renews the session of another opens nothing in the other’s own folder', async (t) => {
  const folders = new Map(['alice', 'bob'].map((name) => [name, createMemoryVfs()]));
  const h = startServer();
  const [share] = h.server.shares;
  h.server.setShares([{ ...share!, at: ({ identity: { name } }) => ({ ...share!, vfs: folders.get(name)! }) }]);
  const m = await mount(await h.logOn());
  await create(m, 'f');
  await m.client.logOn('bob', 'bob-password');
  t.is(await statusOf(create(m, 'f', { desiredAccess: READ })), STATUS_ACCESS_DENIED);
  const own = await mount(m.client);
  t.is(await statusOf(create(own, 'f', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  await m.client.logOn('alice', 'alice-password');
  t.is(await statusOf(create(m, 'f', { createDisposition: 1 })), STATUS_SUCCESS);
});

test('a share that is being made for a user when another renews his session is not given to the other', async (t) => {
  const h = startServer();
  const [share] = h.server.shares;
  let give: (() => void) | undefined;
  h.server.setShares([
    {
      ...share!,
      at: () =>
        new Promise((resolve) => {
          give = () => resolve(share!);
        }),
    },
  ]);
  const client = await h.logOn();
  const connected = statusOf(client.tree('share'));
  await settle();
  await client.logOn('bob', 'bob-password');
  give!();
  t.is(await connected, STATUS_ACCESS_DENIED);
});
