import { NtStatus } from '@tsmbd/smb2-codec';
import { Logon } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { type Harness, settle, startServer } from './harness.ts';
import { create, type Mount, mount, statusOf } from './requests.ts';
import { setup } from './voice.ts';

/** Alice, who has `f` open for herself alone. */
async function aliceWithFile(h: Harness): Promise<Mount> {
  const m = await mount(await h.logOn());
  await create(m, 'f', { shareAccess: 0 });
  return m;
}

/** A new connection that logs on and names a session that it says it had. */
async function logOn(h: Harness, user: string, password: string, previous: bigint): Promise<Mount> {
  const client = h.connect();
  await client.negotiate();
  await client.logOn(user, password, '', previous);
  return mount(client);
}

test('a user ends his own session by its PreviousSessionId [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const lost = await aliceWithFile(h);
  const m = await logOn(h, 'alice', 'alice-password', lost.client.sessionId);
  t.false(h.server.sessions.has(lost.client.sessionId));
  t.is(await statusOf(create(m, 'f', { shareAccess: 0 })), NtStatus.STATUS_SUCCESS);
});

test('a user ends nobody else’s session by its PreviousSessionId [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const { client } = await aliceWithFile(h);
  const m = await logOn(h, 'bob', 'bob-password', client.sessionId);
  t.true(h.server.sessions.has(client.sessionId));
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_SHARING_VIOLATION);
});

test('a client with a wrong password ends no session by its PreviousSessionId [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const { client } = await aliceWithFile(h);
  const refused = statusOf(logOn(h, 'alice', 'wrong', client.sessionId));
  await settle();
  await h.advance(5_000);
  t.is(await refused, NtStatus.STATUS_LOGON_FAILURE);
  t.true(h.server.sessions.has(client.sessionId));
});

test('a client between the legs of its logon ends no session by its PreviousSessionId [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const { client } = await aliceWithFile(h);
  const other = h.connect();
  await other.negotiate();
  const logon = new Logon('alice', 'alice-password', '', (length) => new Uint8Array(length));
  const answer = await setup(other, logon.spnego.start(), { sessionId: 0n }, { previousSessionId: client.sessionId });
  t.is(answer, 'STATUS_MORE_PROCESSING_REQUIRED');
  t.true(h.server.sessions.has(client.sessionId));
});

test('a session does not end itself by its PreviousSessionId [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const m = await aliceWithFile(h);
  await m.client.logOn('alice', 'alice-password', '', m.client.sessionId);
  t.true(h.server.sessions.has(m.client.sessionId));
});
