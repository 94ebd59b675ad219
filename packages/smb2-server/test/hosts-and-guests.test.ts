import { Command, EMPTY_BODY, echoRequest, echoResponse, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { close, create, mount, statusOf } from './requests.ts';

const { STATUS_ACCESS_DENIED, STATUS_LOGON_FAILURE, STATUS_SUCCESS } = NtStatus;

test('a host that is kept out of the server is disconnected before it has said anything', async (t) => {
  const asked: string[] = [];
  const h = startServer({
    admits: (address) => {
      asked.push(address);
      return false;
    },
  });
  await t.throwsAsync(h.logOn());
  t.deepEqual(asked, ['client']);
  t.is(h.server.connections.size, 0);
  t.is(h.server.sessions.size, 0);
});

test('a host that is kept out of a share does not connect to it, whoever asks [MS-SMB2 3.3.5.7]', async (t) => {
  for (const [isAdmitted, status] of [
    [true, STATUS_SUCCESS],
    [false, STATUS_ACCESS_DENIED],
  ] as const) {
    const h = startServer({}, { admits: (address) => address === 'client' && isAdmitted });
    const client = await h.logOn();
    t.is(await statusOf(client.tree('share')), status);
  }
});

test('guest only: a user is a guest in the share, by its lists and by its descriptors', async (t) => {
  const seen: string[] = [];
  const h = startServer(
    { guest: 'bad-user' },
    {
      guestOk: true,
      guestOnly: true,
      access: ({ name, sid }) => {
        seen.push(`${name} ${sid}`);
        return name === 'guest' ? 'read' : 'write';
      },
    },
  );
  const m = await mount(await h.logOn());
  t.deepEqual([...new Set(seen)], ['guest S-1-5-32-546']);
  t.is(await statusOf(create(m, 'new')), STATUS_ACCESS_DENIED);
});

test('guest only means nothing where guests may not connect', async (t) => {
  const h = startServer({}, { guestOnly: true, access: ({ name }) => (name === 'alice' ? 'write' : 'none') });
  const m = await mount(await h.logOn());
  t.is(await statusOf(create(m, 'new')), STATUS_SUCCESS);
});

for (const [guest, user, password, result] of [
  ['never', 'mallory', 'x', 'refused'],
  ['never', 'alice', 'x', 'refused'],
  ['bad-user', 'mallory', 'x', 'guest'],
  ['bad-user', 'alice', 'x', 'refused'],
  ['bad-password', 'mallory', 'x', 'guest'],
  ['bad-password', 'alice', 'x', 'guest'],
  ['bad-password', 'alice', 'alice-password', 'alice'],
] as const) {
  test(`map to guest, ${guest}: ${user} with the password ${password} is ${result}`, async (t) => {
    const h = startServer({ guest });
    const status = await statusOf(h.logOn({ sign: false }, user, password));
    t.is(ntStatusName(status), ntStatusName(result === 'refused' ? STATUS_LOGON_FAILURE : STATUS_SUCCESS));
    const names = [...h.server.sessions.values()].map(({ identity }) => identity!.name);
    t.deepEqual(names, result === 'refused' ? [] : [result]);
  });
}

test('guesses at the password of an account are slowed, though each of them becomes a guest', async (t) => {
  const h = startServer({ guest: 'bad-password' });
  await h.logOn({ sign: false }, 'alice', 'wrong');
  let answered = false;
  const second = h.logOn({ sign: false }, 'alice', 'wrong too').then(() => {
    answered = true;
  });
  await settle();
  await h.advance(100);
  t.false(answered);
  await h.advance(400);
  await second;
});

test('deadtime: a client that has nothing open and asks for nothing is disconnected, echoes or not', async (t) => {
  const h = startServer({ deadTimeMs: 60_000 });
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await h.advance(200_000);
  t.is(h.server.connections.size, 1, 'a file is open');
  await close(m, fileId);
  await h.advance(50_000);
  await m.client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  t.is(h.server.connections.size, 1, 'the time is not over');
  await h.advance(60_000);
  t.is(h.server.connections.size, 0);
});

test('deadtime counts from the last request', async (t) => {
  const h = startServer({ deadTimeMs: 60_000 });
  const m = await mount(await h.logOn());
  for (let i = 0; i < 3; i++) {
    await h.advance(50_000);
    await close(m, (await create(m, 'f', { createDisposition: 3 })).fileId);
  }
  t.is(h.server.connections.size, 1);
});
