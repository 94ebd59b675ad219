import {
  ANY_FILE_ID,
  Command,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
  readRequest,
  readResponse,
} from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { startServer } from './harness.ts';
import { create, type Mount, mount, statusOf, write } from './requests.ts';

const NOTHING = new Uint8Array(0);

/**
 * FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT, as smbtorture sends it: on a connection without a
 * session.
 */
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
  await h.advance(50_000);
  t.is(client.closed, undefined);
  await forceUnacked(client);
  await h.advance(5_000);
  t.not(client.closed, undefined);
});

/** Where the data of a READ response stands, counted from its header. */
async function dataOffset(m: Mount, name: string): Promise<number> {
  const { fileId } = await create(m, name);
  await write(m, fileId, 'padded');
  const body = { padding: 0x50, flags: 0, length: 6, offset: 0n, fileId, minimumCount: 0, channel: 0 };
  const reply = await m.client.request(
    Command.READ,
    readRequest,
    readResponse,
    { ...body, remainingBytes: 0, readChannelInfo: NOTHING },
    { treeId: m.treeId },
  );
  if (new TextDecoder().decode(reply.body!.data) !== 'padded') throw new Error('other bytes');
  return reply.bytes[66]!;
}

test('padding before the data of READ responses is for the connection that asked for it', async (t) => {
  const h = startServer({ tortureHooks: true });
  const [asks, other] = [await mount(await h.logOn()), await mount(await h.logOn())];
  const { fileId } = await create(asks, 'f');
  await asks.client.request(
    Command.IOCTL,
    ioctlRequest,
    ioctlResponse,
    {
      ctlCode: 0x8384_8023,
      fileId,
      input: NOTHING,
      output: NOTHING,
      maxInputResponse: 0,
      maxOutputResponse: 0,
      flags: 1,
    },
    { treeId: asks.treeId },
  );
  t.is(await dataOffset(asks, 'g'), 64 + 16 + 8);
  t.is(await dataOffset(other, 'h'), 64 + 16);
});

test("smbtorture's hooks are refused where they are not asked for, like anything without a session", async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  t.is(await statusOf(forceUnacked(client)), NtStatus.STATUS_USER_SESSION_DELETED);
  await h.advance(50_000);
  t.is(client.closed, undefined);
});

test('an IOCTL response has its output behind padding where that is asked for', async (t) => {
  const h = startServer({ tortureHooks: true });
  const m = await mount(await h.logOn());
  const ask = (input: Uint8Array) =>
    m.client.request(
      Command.IOCTL,
      ioctlRequest,
      ioctlResponse,
      {
        ctlCode: 0x8384_8013,
        fileId: ANY_FILE_ID,
        input,
        output: NOTHING,
        maxInputResponse: 0,
        maxOutputResponse: 3,
        flags: 1,
      },
      { treeId: m.treeId },
    );
  const { bytes, body } = await ask(NOTHING);
  t.deepEqual(body!.output, Uint8Array.of(8, 8, 8));
  t.is(new DataView(bytes.buffer, bytes.byteOffset).getUint32(64 + 32, true), 64 + 48 + 8);
  t.is(await statusOf(ask(Uint8Array.of(1))), NtStatus.STATUS_INVALID_PARAMETER);
});
