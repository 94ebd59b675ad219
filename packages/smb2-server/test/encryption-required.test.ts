import { Dialect, NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { startServer } from './harness.ts';
import { mount, statusOf } from './requests.ts';

const { STATUS_ACCESS_DENIED, STATUS_SUCCESS } = NtStatus;

test('a client without encryption does not log on where it is required [MS-SMB2 3.3.5.5]', async (t) => {
  const h = startServer({ encryption: 'required' });
  for (const options of [{ dialects: [Dialect.SMB_2_1] }, { ciphers: [0x99] }]) {
    t.is(await statusOf(h.logOn(options)), STATUS_ACCESS_DENIED);
  }
  t.is(h.server.sessions.size, 0);
  t.is(await statusOf(mount(await h.logOn({ seal: true }))), STATUS_SUCCESS);
});

test('a guest, who has no key, does not log on where encryption is required [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer({ encryption: 'required', guest: 'bad-user', allowAnonymous: true }, { guestOk: true });
  for (const user of ['mallory', '']) t.is(await statusOf(h.logOn({}, user, user)), STATUS_ACCESS_DENIED);
  t.is(h.server.sessions.size, 0);
});

test('a client without encryption does not connect to a share that encrypts [MS-SMB2 3.3.5.7]', async (t) => {
  const h = startServer({ guest: 'bad-user' }, { encrypt: true, guestOk: true });
  t.is(await statusOf(mount(await h.logOn({ dialects: [Dialect.SMB_2_1] }))), STATUS_ACCESS_DENIED);
  t.is(await statusOf(mount(await h.logOn({ verify: false }, 'mallory'))), STATUS_ACCESS_DENIED, 'a guest');
  t.is(await statusOf(mount(await h.logOn())), STATUS_SUCCESS);
});
