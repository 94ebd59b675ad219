import { ANY_FILE_ID, Command, ioctlRequest, ioctlResponse, NtStatus } from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { startServer } from './harness.ts';
import { statusOf } from './requests.ts';

const NOTHING = new Uint8Array(0);

/** FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT, as smbtorture sends it: on a connection without a session. */
function forceUnacked(client: SmbClient) {
  return client.request(Command.IOCTL, ioctlRequest, ioctlResponse, {
    ctlCode: 0x8384_8003,
    fileId: ANY_FILE_ID,
    input: NOTHING,
    output: NOTHING,
    maxInputResponse: 0,
    maxOutputResponse: 0,
    flags: 1,
  });
}

test('a connection that is said to acknowledge nothing ends after the next message to it', async (t) => {
  const h = startServer({ tortureHooks: true });
  const client = h.connect();
  await client.negotiate();
  await forceUnacked(client);
  await h.advance(60_000);
  t.is(client.closed, undefined);
  await forceUnacked(client);
  await h.advance(5_000);
  t.not(client.closed, undefined);
});

test("smbtorture's hooks are refused where they are not asked for, like anything without a session", async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  t.is(await statusOf(forceUnacked(client)), NtStatus.STATUS_USER_SESSION_DELETED);
  await h.advance(60_000);
  t.is(client.closed, undefined);
});
