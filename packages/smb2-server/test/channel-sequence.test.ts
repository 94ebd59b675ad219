import { Command, HeaderFlags, LockFlags, lockRequest, readRequest, writeRequest } from '@tsmbd/smb2-codec';
import { lockBody, readBody, writeBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { startServer } from './harness.ts';
import { create, type Mount, mount, read } from './requests.ts';
import { type Answer, say, voiceOf } from './voice.ts';

type FileId = Awaited<ReturnType<typeof create>>['fileId'];

function writes({ client, treeId }: Mount, fileId: FileId, channelSequence: number, flags = 0): Promise<Answer> {
  const body = writeBody(fileId, 0, new TextEncoder().encode(`${channelSequence}`));
  return say(client, Command.WRITE, writeRequest, body, { treeId, channelSequence, flags }, voiceOf(client));
}

test('a WRITE of a channel that its client has given up changes nothing [MS-SMB2 3.3.5.2.10]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  t.is(await writes(m, fileId, 2), 'STATUS_SUCCESS');
  for (const old of [1, 0, 0x8003]) t.is(await writes(m, fileId, old), 'STATUS_FILE_NOT_AVAILABLE', `${old}`);
  t.is(await read(m, fileId), '2');
});

test('a READ of a channel that its client has given up is answered [MS-SMB2 3.3.5.2.10]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { client, treeId } = m;
  const { fileId } = await create(m, 'f');
  await writes(m, fileId, 2);
  const said = { treeId, channelSequence: 1 };
  t.is(await say(client, Command.READ, readRequest, readBody(fileId, 0, 1), said, voiceOf(client)), 'STATUS_SUCCESS');
});

test('ChannelSequence goes on behind 65535 [MS-SMB2 3.3.5.2.10]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { fileId } = await create(m, 'f');
  for (const next of [0x7fff, 0xfffe, 3]) t.is(await writes(m, fileId, next), 'STATUS_SUCCESS', `${next}`);
  t.is(await writes(m, fileId, 0xfffe), 'STATUS_FILE_NOT_AVAILABLE');
});

test('a WRITE is not repeated while requests of the lost channel are under way [MS-SMB2 3.3.5.2.10]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { client, treeId } = m;
  const { fileId } = await create(m, 'f');
  const holder = (await create(m, 'f')).fileId;
  const locks = (of: FileId) => lockBody(of, [{ at: 100, length: 1, flags: LockFlags.EXCLUSIVE_LOCK }]);
  t.is(await say(client, Command.LOCK, lockRequest, locks(holder), { treeId }, voiceOf(client)), 'STATUS_SUCCESS');
  t.is(await say(client, Command.LOCK, lockRequest, locks(fileId), { treeId }, voiceOf(client)), 'STATUS_PENDING');
  t.is(await writes(m, fileId, 1, HeaderFlags.REPLAY_OPERATION), 'STATUS_FILE_NOT_AVAILABLE');
  t.is(await writes(m, fileId, 1), 'STATUS_SUCCESS', 'one that repeats nothing');
});
