import { serve } from '@tsmbd/server';
import {
  Command,
  createRequest,
  createResponse,
  FsInformationClass,
  queryInfoRequest,
  queryInfoResponse,
} from '@tsmbd/smb2-codec';
import { statusOf } from '@tsmbd/smb2-server';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';

const FILE_SYSTEM = 2;
const FILE_READ_ATTRIBUTES = 0x80;
const FILE_OPEN = 1;

function serveOne(volumeLabel: string) {
  return serve({
    shares: { t: { vfs: createMemoryVfs(), volumeLabel } },
    users: [{ name: 'u', password: 'p' }],
  });
}

test('status names the cipher when only the client asked for encryption', async (t) => {
  await using server = await serveOne('');
  for (const seal of [false, true]) {
    const client = await SmbClient.login(server.host, server.port, 'u', 'p', { seal });
    await client.tree('t');
    t.deepEqual(
      (await statusOf(server.engine)).sessions.map((session) => session.encryption),
      [seal ? 'aes-128-gcm' : 'none'],
    );
    client.close();
    while (server.engine.sessions.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }
});

for (const label of ['', 't', 'volume']) {
  test(`the volume "${label}" has an answer of 24 bytes or more [MS-FSCC 2.5.9]`, async (t) => {
    await using server = await serveOne(label);
    const client = await SmbClient.login(server.host, server.port, 'u', 'p');
    const treeId = await client.tree('t');
    const open = await client.request(
      Command.CREATE,
      createRequest,
      createResponse,
      {
        requestedOplockLevel: 0,
        impersonationLevel: 2,
        smbCreateFlags: 0n,
        desiredAccess: FILE_READ_ATTRIBUTES,
        fileAttributes: 0,
        shareAccess: 7,
        createDisposition: FILE_OPEN,
        createOptions: 0,
        name: '',
        createContexts: [],
      },
      { treeId },
    );
    const { body } = await client.request(
      Command.QUERY_INFO,
      queryInfoRequest,
      queryInfoResponse,
      {
        infoType: FILE_SYSTEM,
        fileInfoClass: FsInformationClass.FileFsVolumeInformation,
        outputBufferLength: 1024,
        additionalInformation: 0,
        flags: 0,
        fileId: open.body!.fileId,
        inputBuffer: new Uint8Array(0),
      },
      { treeId },
    );
    const buffer = Buffer.from(body!.buffer);
    const length = buffer.readUInt32LE(12);
    t.is(buffer.toString('utf16le', 18, 18 + length), label);
    t.is(buffer.length, Math.max(24, 18 + length));
    client.close();
  });
}
