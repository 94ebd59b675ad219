import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Command,
  CompressionAlgorithmId,
  createRequest,
  createResponse,
  readRequest,
  readResponse,
} from '@tsmbd/smb2-codec';
import { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { PASSWORD, TestDaemon, USER } from './helpers/daemon.ts';

const NOTHING = new Uint8Array(0);
const TEXT = 'what repeats itself compresses; '.repeat(3000);

/** Reads the share's file `text` whole; answers it, and how many compressed messages came. */
async function readOnce(daemon: TestDaemon): Promise<{ text: string; compressed: number }> {
  const compression = { algorithms: [CompressionAlgorithmId.LZ77], chained: false };
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD, { compression });
  const options = { treeId: await client.tree('files') };
  const open = {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x0012_0089,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: 1,
    createOptions: 0,
    name: 'text',
    createContexts: [],
  };
  const { fileId } = (await client.request(Command.CREATE, createRequest, createResponse, open, options)).body!;
  const read = {
    padding: 80,
    flags: 0,
    length: TEXT.length,
    offset: 0n,
    fileId,
    minimumCount: 0,
    channel: 0,
    remainingBytes: 0,
    readChannelInfo: NOTHING,
  };
  const reply = await client.request(Command.READ, readRequest, readResponse, read, { ...options, charge: 2 });
  client.close();
  await client.ended();
  return { text: new TextDecoder().decode(reply.body!.data), compressed: client.compressed.received };
}

const CASES = [
  { name: 'compress data = yes', global: '', share: 'compress data = yes', compressed: 1 },
  { name: 'nothing said', global: '', share: '', compressed: 0 },
  { name: 'smb compression = no', global: 'smb compression = no', share: 'compress data = yes', compressed: 0 },
];

for (const { name, global, share, compressed } of CASES) {
  test(`what is read comes ${compressed > 0 ? 'compressed' : 'as it is'}: ${name}`, async (t) => {
    await using daemon = await TestDaemon.start(global, share);
    writeFileSync(join(daemon.folder, 'text'), TEXT);
    const result = await readOnce(daemon);
    t.is(result.text, TEXT);
    t.is(result.compressed, compressed);
  });
}
