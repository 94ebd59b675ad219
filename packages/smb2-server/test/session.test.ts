import {
  Capabilities,
  CipherId,
  Command,
  Dialect,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  logoffRequest,
  logoffResponse,
  NtStatus,
  SigningAlgorithmId,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { alone, settle, startServer } from './harness.ts';
import { close, create, mount, read, statusOf, write } from './requests.ts';

const DIALECTS = [Dialect.SMB_2_0_2, Dialect.SMB_2_1, Dialect.SMB_3_0, Dialect.SMB_3_0_2, Dialect.SMB_3_1_1];

for (const dialect of DIALECTS) {
  for (const seal of dialect >= Dialect.SMB_3_0 ? [false, true] : [false]) {
    test(`dialect 0x${dialect.toString(16)}, ${seal ? 'sealed' : 'signed'}: what was written is read [MS-SMB2 3.3.5.4]`, async (t) => {
      const h = startServer();
      const m = await mount(await h.logOn({ dialects: [dialect], seal }));
      t.is(m.client.negotiated?.dialectRevision, dialect);
      const { fileId } = await create(m, 'f');
      t.is(await write(m, fileId, 'hello'), 5);
      t.is(await read(m, fileId), 'hello');
      await close(m, fileId);
      t.deepEqual(h.errors, []);
    });
  }
}

for (const signing of Object.values(SigningAlgorithmId)) {
  for (const cipher of [CipherId.AES_128_CCM, CipherId.AES_256_GCM]) {
    test(`3.1.1 with signing algorithm ${signing} and cipher ${cipher} [MS-SMB2 2.2.3.1]`, async (t) => {
      const h = startServer();
      for (const seal of [false, true]) {
        const m = await mount(await h.logOn({ signing: [signing], ciphers: [cipher], seal }));
        const { fileId } = await create(m, 'f');
        await write(m, fileId, 'x'.repeat(1000));
        t.is((await read(m, fileId, 1000)).length, 1000);
        await close(m, fileId);
      }
      t.deepEqual(h.errors, []);
    });
  }
}

alone(
  'a wrong password and an unknown user are refused alike, and hold nobody else up [MS-SMB2 3.3.5.5.3]',
  async (t) => {
    const h = startServer();
    const wrong = statusOf(h.logOn({}, 'alice', 'guess'));
    const unknown = statusOf(h.logOn({}, 'mallory', 'guess'));
    await settle();
    await t.notThrowsAsync(h.logOn({}, 'bob'));
    await h.advance(60_000);
    t.is(await wrong, NtStatus.STATUS_LOGON_FAILURE);
    t.is(await unknown, NtStatus.STATUS_LOGON_FAILURE);
    t.is(h.server.sessions.size, 1);
  },
);

test('an unsigned request of a session that signs is refused [MS-SMB2 3.3.5.2.4]', async (t) => {
  const h = startServer();
  const client = await h.logOn({ sign: false });
  const m = await mount(client);
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_ACCESS_DENIED);
});

test('a signature over other bytes is refused [MS-SMB2 3.3.5.2.4]', async (t) => {
  const h = startServer();
  const client = await h.logOn();
  const w = client.encode(Command.ECHO, echoRequest, EMPTY_BODY);
  const frame = w.result();
  const out = client.protect(frame);
  out[out.length - 1] = 1;
  const answer = new Promise((resolve) => {
    const receive = client.transport.onMessage;
    client.transport.onMessage = (message, release) => {
      resolve(new DataView(message.buffer, message.byteOffset).getUint32(8, true));
      receive(message, release);
    };
  });
  client.transport.send([out]);
  t.is(await answer, NtStatus.STATUS_ACCESS_DENIED);
});

test('after LOGOFF the session is gone, with its opens [MS-SMB2 3.3.5.6]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  await create(m, 'f', { shareAccess: 0 });
  await m.client.request(Command.LOGOFF, logoffRequest, logoffResponse, EMPTY_BODY);
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_USER_SESSION_DELETED);
  const other = await mount(await h.logOn({}, 'bob'));
  await t.notThrowsAsync(create(other, 'f'));
});

test('a session that expired answers so until it is renewed [MS-SMB2 3.3.5.2.9]', async (t) => {
  const h = startServer({ sessionLifetimeS: 60 });
  const m = await mount(await h.logOn());
  await h.advance(61_000);
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_NETWORK_SESSION_EXPIRED);
  await m.client.logOn('alice', 'alice-password');
  await t.notThrowsAsync(create(m, 'f'));
});

alone('a connection that goes takes its sessions and opens along, and other clients never notice', async (t) => {
  const h = startServer();
  const gone = await mount(await h.logOn());
  const stays = await mount(await h.logOn({}, 'bob'));
  await create(gone, 'f', { shareAccess: 0 });
  t.is(await statusOf(create(stays, 'f')), NtStatus.STATUS_SHARING_VIOLATION);
  gone.client.transport.destroy('test');
  await settle();
  await t.notThrowsAsync(create(stays, 'f'));
  t.is(h.server.sessions.size, 1);
});

test('a share that must be encrypted refuses signed requests and serves sealed ones [MS-SMB2 3.3.5.7]', async (t) => {
  const h = startServer({}, { encrypt: true });
  const plain = await mount(await h.logOn());
  t.is(await statusOf(create(plain, 'f')), NtStatus.STATUS_ACCESS_DENIED);
  await t.notThrowsAsync(create(await mount(await h.logOn({ seal: true })), 'f'));
});

test('ECHO answers without a session [MS-SMB2 3.3.5.17]', async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  await t.notThrowsAsync(client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY));
});

test('a second NEGOTIATE ends the connection [MS-SMB2 3.3.5.4]', async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  await t.throwsAsync(client.negotiate(), { message: /connection closed/ });
});

test('a capability is told to clients alone that have it too, but for leases and large messages [MS-SMB2 3.3.5.4]', async (t) => {
  const store = { save() {}, delete() {}, all: () => [] };
  const h = startServer({}, { continuouslyAvailable: true }, { persistentStore: store });
  const both = Capabilities.DIRECTORY_LEASING | Capabilities.PERSISTENT_HANDLES;
  for (const dialect of [Dialect.SMB_3_0, Dialect.SMB_3_0_2, Dialect.SMB_3_1_1]) {
    for (const asked of [0, Capabilities.ENCRYPTION, Capabilities.DIRECTORY_LEASING, both, 0x7f]) {
      const client = h.connect({ dialects: [dialect], capabilities: asked });
      const { capabilities } = await client.negotiate();
      t.is(capabilities & both, asked & both, `asked 0x${asked.toString(16)}`);
      t.is(capabilities & Capabilities.ENCRYPTION, dialect === Dialect.SMB_3_1_1 ? 0 : asked & Capabilities.ENCRYPTION);
      const always = Capabilities.LEASING | Capabilities.LARGE_MTU;
      t.is(capabilities & ~(both | Capabilities.ENCRYPTION), always);
    }
  }
  for (const [dialect, expected] of [
    [Dialect.SMB_2_0_2, 0],
    [Dialect.SMB_2_1, Capabilities.LEASING | Capabilities.LARGE_MTU],
  ] as const) {
    t.is((await h.connect({ dialects: [dialect] }).negotiate()).capabilities, expected);
  }
});
