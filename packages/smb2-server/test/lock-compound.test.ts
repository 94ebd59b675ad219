import { Reader } from '@tsmbd/ms-dtyp';
import {
  Command,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  encodeMessage,
  header as headerCodec,
  LockFlags,
  lockRequest,
  lockResponse,
  makeHeader,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { startServer } from './harness.ts';
import { create, mount } from './requests.ts';

test('a LOCK that would have to wait in the middle of a compound is refused, at its end it waits [MS-SMB2 3.3.5.2.7]', async (t) => {
  const told: [command: number, status: number][] = [];
  const h = startServer({ signingRequired: false });
  const client = await h.logOn({
    sign: false,
    onNotification: (bytes) => {
      const { command, status } = headerCodec.decode(new Reader(bytes, 'SMB2 Header'));
      told.push([command, status]);
    },
  });
  const m = await mount(client);
  const [holder, other] = [await create(m, 'f'), await create(m, 'f')];
  const ranges = (flags: number) => [{ offset: 0n, length: 1n, flags }];
  const lock = (fileId: typeof other.fileId, flags: number) => ({
    lockSequenceNumber: 0,
    lockSequenceIndex: 0,
    fileId,
    locks: ranges(flags),
  });
  await client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    lock(holder.fileId, LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY),
    { treeId: m.treeId },
  );

  /** Two LOCKs of what somebody else has locked. */
  const frames = [0, 1].map(() => client.encode(Command.ECHO, echoRequest, EMPTY_BODY).result().subarray(56));
  const elements = frames.map((frame) => ({
    header: makeHeader({
      command: Command.LOCK,
      creditCharge: 1,
      messageId: new DataView(frame.buffer, frame.byteOffset).getBigUint64(24, true),
      treeId: m.treeId,
      sessionId: client.sessionId,
    }),
    body: { command: 'LOCK' as const, kind: 'request' as const, value: lock(other.fileId, LockFlags.EXCLUSIVE_LOCK) },
  }));
  client.transport.send([new Uint8Array(4), encodeMessage(elements)]);
  await client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  t.deepEqual(told, [
    [Command.LOCK, NtStatus.STATUS_INTERNAL_ERROR],
    [Command.LOCK, NtStatus.STATUS_PENDING],
  ]);
});
