import {
  CipherId,
  Command,
  Dialect,
  echoRequest,
  echoResponse,
  readRequest,
  readResponse,
  SigningAlgorithmId,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, readBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { create, type Mount, mount, read } from './requests.ts';

const SIZE = 3 << 20;

/** Clients whose long responses are protected in each way. They verify what they get. */
const CLIENTS: readonly [string, ClientOptions][] = [
  ['HMAC-SHA256', { dialects: [Dialect.SMB_2_1] }],
  ['AES-CMAC', { dialects: [Dialect.SMB_3_0] }],
  ['AES-GMAC', { signing: [SigningAlgorithmId.AES_GMAC] }],
  ['AES-128-GCM', { ciphers: [CipherId.AES_128_GCM], seal: true }],
  ['AES-256-GCM', { ciphers: [CipherId.AES_256_GCM], seal: true }],
  ['AES-128-CCM', { ciphers: [CipherId.AES_128_CCM], seal: true }],
];

/** Bytes that say where they are, in a file of the back end. */
async function file(h: ReturnType<typeof startServer>): Promise<Uint8Array> {
  const content = new Uint8Array(SIZE).map((_, i) => (i >> 8) ^ i);
  const options = { disposition: 'create', kind: 'file', data: 'write' } as const;
  const { handle } = await h.vfs.open(['long'], options);
  await handle.write(content, 0);
  await handle.close();
  return content;
}

/** A client that has asked for enough credits. */
async function rich(m: Mount): Promise<Mount> {
  const { client } = m;
  while (client.credits < 128) await client.request(Command.ECHO, echoRequest, echoResponse, {});
  return m;
}

for (const [name, options] of CLIENTS) {
  test(`a long response is whole, and what is answered after it arrives after it: ${name}`, async (t) => {
    const h = startServer({ maxReadSize: 8 << 20 });
    const content = await file(h);
    const m = await rich(await mount(await h.logOn(options)));
    const { fileId } = await create(m, 'long');
    const order: string[] = [];
    const ask = async (): Promise<void> => {
      const body = readBody(fileId, 0n, SIZE);
      const reply = await m.client.request(Command.READ, readRequest, readResponse, body, {
        treeId: m.treeId,
        charge: SIZE >> 16,
      });
      order.push('read');
      t.true(Buffer.from(content).equals(reply.body!.data));
    };
    const echo = async (): Promise<void> => {
      await m.client.request(Command.ECHO, echoRequest, echoResponse, {});
      order.push('echo');
    };
    await Promise.all([echo(), ask(), echo(), ask(), echo()]);
    t.deepEqual(order, ['echo', 'read', 'echo', 'read', 'echo']);
    t.deepEqual(h.errors, []);
  });
}

test('a connection that ends while a response is signed takes nothing with it', async (t) => {
  const h = startServer({ maxReadSize: 8 << 20 });
  await file(h);
  const m = await rich(await mount(await h.logOn()));
  const other = await mount(await h.logOn());
  const { fileId } = await create(m, 'long');
  const body = readBody(fileId, 0n, SIZE);
  const options = { treeId: m.treeId, charge: SIZE >> 16 };
  const lost = m.client.request(Command.READ, readRequest, readResponse, body, options);
  // The server has the request and signs the response when the client goes.
  await Promise.resolve();
  m.client.transport.destroy('gone');
  await t.throwsAsync(lost);
  await settle();
  const { fileId: others } = await create(other, 'long');
  t.is((await read(other, others, 4)).length > 0, true);
  t.deepEqual(h.errors, []);
});
