import { Command, EMPTY_BODY, echoRequest, echoResponse, NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';

const { STATUS_ACCESS_DENIED, STATUS_LOGON_FAILURE, STATUS_SUCCESS } = NtStatus;

for (const [who, user] of [
  ['a guest', 'mallory'],
  ['an anonymous user', ''],
] as const) {
  test(`${who} connects where guests may and nowhere else [MS-SMB2 3.3.5.7]`, async (t) => {
    for (const guestOk of [false, true]) {
      const h = startServer({ guest: 'bad-user', allowAnonymous: true }, { guestOk });
      const client = await h.logOn({ sign: false }, user, user);
      client.signer = undefined;
      t.is(await statusOf(client.tree('share')), guestOk ? STATUS_SUCCESS : STATUS_ACCESS_DENIED);
    }
  });

  test(`the session of ${who}, which has no key, becomes no user’s`, async (t) => {
    const h = startServer({ guest: 'bad-user', allowAnonymous: true }, { guestOk: true });
    const client = await h.logOn({ sign: false }, user, user);
    client.signer = undefined;
    t.is(await statusOf(client.logOn('alice', 'alice-password')), STATUS_ACCESS_DENIED);
    t.is(h.server.sessions.size, 0);
  });
}

test('a wrong password of a user makes no guest, and an unknown user is none where guests are not wanted', async (t) => {
  const refused = async (guest: 'bad-user' | 'never', user: string): Promise<number> => {
    const h = startServer({ guest });
    const status = statusOf(h.logOn({}, user, 'wrong'));
    await settle();
    await h.advance(5_000);
    return status;
  };
  t.is(await refused('bad-user', 'alice'), STATUS_LOGON_FAILURE);
  t.is(await refused('never', 'mallory'), STATUS_LOGON_FAILURE);
});

test('a second guess waits for its verdict, and its connection serves others meanwhile [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  t.is(await statusOf(client.logOn('alice', 'wrong')), STATUS_LOGON_FAILURE);
  client.sessionId = 0n;
  let answered = false;
  const refused = statusOf(client.logOn('alice', 'wrong too')).then((status) => {
    answered = true;
    return status;
  });
  await settle();
  await h.advance(100);
  await t.notThrowsAsync(client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY));
  t.false(answered);
  await h.advance(150);
  t.is(await refused, STATUS_LOGON_FAILURE);
});

test('a share that is read-only is read by everybody and written by nobody', async (t) => {
  const h = startServer({}, { readOnly: true });
  const m = await mount(await h.logOn());
  t.is(await statusOf(create(m, 'new')), STATUS_ACCESS_DENIED);
  t.is(await statusOf(create(m, '', { createDisposition: 1, desiredAccess: 1 })), STATUS_SUCCESS);
  t.is(await statusOf(create(m, '', { createDisposition: 1, desiredAccess: 2 })), STATUS_ACCESS_DENIED);
});
