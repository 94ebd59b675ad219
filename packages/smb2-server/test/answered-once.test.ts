import { compressMessage } from '@tsmbd/smb-compression';
import { Command, CompressionAlgorithmId, EMPTY_BODY, echoRequest, echoResponse } from '@tsmbd/smb2-codec';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import test from 'ava';
import { type Harness, settle, startServer } from './harness.ts';
import { create, type Mount, mount } from './requests.ts';

// What goes wrong while a response is sent: nobody is answered twice, and nothing is given back
// twice.

interface Watched {
  readonly m: Mount;
  /** MessageIds of the messages that the server has sent, plain ones. */
  readonly answered: bigint[];
  /** Messages that the server has received, and what it has given back of them. */
  readonly counts: { received: number; released: number };
  /** The next message that the server sends leaves, and the transport fails then. */
  fail(): void;
}

async function watched(h: Harness, options: ClientOptions = {}): Promise<Watched> {
  const pair = createMemoryTransportPair();
  const answered: bigint[] = [];
  const counts = { received: 0, released: 0 };
  let isFailing = false;
  const send = pair.server.send.bind(pair.server);
  pair.server.send = (segments, done) => {
    const bytes = Buffer.concat(segments);
    answered.push(bytes.readBigUInt64LE(4 + 24));
    send(segments, done);
    if (!isFailing) return;
    isFailing = false;
    throw new TypeError('a bug of the transport');
  };
  h.server.accept(pair.server);
  const receive = pair.server.onMessage;
  pair.server.onMessage = (message, release) => {
    counts.received += 1;
    receive(message, () => {
      counts.released += 1;
      release();
    });
  };
  const client = new SmbClient(pair.client, options);
  await client.negotiate();
  await client.logOn('alice', 'alice-password');
  const m = await mount(client);
  return { m, answered, counts, fail: () => (isFailing = true) };
}

for (const [what, ask] of [
  ['at once', (m: Mount) => m.client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY)],
  ['later', (m: Mount) => create(m, 'g')],
] as const) {
  test(`a request that is answered ${what} is answered once, though its sending fails [MS-SMB2 3.3.4.1]`, async (t) => {
    const h = startServer();
    const { m, answered, counts, fail } = await watched(h);
    fail();
    void ask(m).catch(() => {});
    await settle();
    t.is(new Set(answered).size, answered.length);
    t.is(counts.released, counts.received);
    t.is(h.server.connections.size, 0, 'what became of the answer nobody knows');
    t.regex(h.errors.join(), /a response could not be sent/);
  });
}

test('a compressed message whose inside is malformed is given back to the transport once', async (t) => {
  const h = startServer();
  const options = { compression: { algorithms: [CompressionAlgorithmId.LZ77], chained: false } };
  const { m, counts } = await watched(h, options);
  const inside = new Uint8Array(4096);
  inside.set([0xfe, 0x53, 0x4d, 0x42]);
  const message = compressMessage(inside, { ...options.compression, uncompressed: 64 })!;
  m.client.transport.send([new Uint8Array(4), message]);
  await settle();
  t.is(h.server.connections.size, 0);
  t.is(counts.released, counts.received);
});
