import { encode, Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  compressionTransform,
  type FileId,
  CompressionAlgorithmId as Id,
  patternV1,
  ReadFlags,
  readRequest,
  readResponse,
  treeConnectRequest,
  treeConnectResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { startServer } from './harness.ts';
import { create, type Mount, mount } from './requests.ts';

const TEXT = new TextEncoder().encode('what repeats itself compresses; '.repeat(4000));
const NOISE = crypto.getRandomValues(new Uint8Array(60_000));

async function write(m: Mount, fileId: FileId, data: Uint8Array): Promise<void> {
  const value = {
    offset: 0n,
    fileId,
    channel: 0,
    remainingBytes: 0,
    flags: 0,
    data,
    writeChannelInfo: new Uint8Array(0),
  };
  const charge = Math.ceil(data.length / 65_536);
  await m.client.request(Command.WRITE, writeRequest, writeResponse, value, { treeId: m.treeId, charge });
}

async function read(m: Mount, fileId: FileId, length: number, flags: number): Promise<Uint8Array> {
  const value = {
    padding: 80,
    flags,
    length,
    offset: 0n,
    fileId,
    minimumCount: 0,
    channel: 0,
    remainingBytes: 0,
    readChannelInfo: new Uint8Array(0),
  };
  const charge = Math.ceil(length / 65_536);
  const reply = await m.client.request(Command.READ, readRequest, readResponse, value, { treeId: m.treeId, charge });
  return reply.body!.data;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

const KINDS = [
  { name: 'LZ77', algorithms: [Id.LZ77], chained: false },
  { name: 'LZNT1', algorithms: [Id.LZNT1], chained: false },
  { name: 'LZ77+Huffman', algorithms: [Id.LZ77_HUFFMAN], chained: false },
  { name: 'LZ4', algorithms: [Id.LZ4], chained: false },
  {
    name: 'all of them and patterns, chained',
    algorithms: [Id.PATTERN_V1, Id.LZ77, Id.LZ77_HUFFMAN, Id.LZNT1],
    chained: true,
  },
];

for (const { name, algorithms, chained } of KINDS) {
  for (const protection of ['signed', 'sealed'] as const) {
    test(`WRITE and READ compressed and ${protection}: ${name} [MS-SMB2 3.3.5.2.1.2, 3.1.4.4]`, async (t) => {
      const { logOn, errors } = startServer();
      const client = await logOn({ compression: { algorithms, chained }, seal: protection === 'sealed' });
      t.deepEqual(client.compression, { algorithms, chained });
      const m = await mount(client);
      const { fileId } = await create(m, 'file');
      const before = client.compressed.sent;
      await write(m, fileId, TEXT);
      t.is(client.compressed.sent, before + 1);
      // Who does not ask for it gets it plain.
      t.true(same(await read(m, fileId, TEXT.length, 0), TEXT));
      t.is(client.compressed.received, 0);
      t.true(same(await read(m, fileId, TEXT.length, ReadFlags.REQUEST_COMPRESSED), TEXT));
      t.is(client.compressed.received, 1);
      // What does not get smaller goes as it is.
      await write(m, fileId, NOISE);
      t.true(same(await read(m, fileId, NOISE.length, ReadFlags.REQUEST_COMPRESSED), NOISE));
      t.is(client.compressed.received, 1);
      t.deepEqual(errors, []);
    });
  }
}

test('a share may ask for it, and tells clients so [MS-SMB2 2.2.10, 3.3.5.12]', async (t) => {
  const { logOn } = startServer({}, { compress: true });
  const client = await logOn({ compression: { algorithms: [Id.LZ77], chained: false } });
  const request = { flags: 0, path: '\\\\server\\share', contexts: [] };
  const reply = await client.request(Command.TREE_CONNECT, treeConnectRequest, treeConnectResponse, request);
  t.is(reply.body!.shareFlags & 0x0010_0000, 0x0010_0000);
  const m = { client, treeId: reply.header.treeId };
  const { fileId } = await create(m, 'file');
  await write(m, fileId, TEXT);
  t.true(same(await read(m, fileId, TEXT.length, 0), TEXT));
  t.is(client.compressed.received, 1);
  const plain = await mount(await logOn());
  const again = await create(plain, 'file');
  t.true(same(await read(plain, again.fileId, TEXT.length, ReadFlags.REQUEST_COMPRESSED), TEXT));
  t.is(plain.client.compressed.received, 0);
});

test('what is in common is chosen; nothing in common, or switched off, is no compression [MS-SMB2 3.3.5.4]', async (t) => {
  const offered = async (client: Promise<SmbClient>): Promise<unknown> => (await client).compression;
  const { logOn } = startServer();
  // Pattern_V1 has no place in unchained messages; what is unknown is left out; the client's order counts.
  t.deepEqual(
    await offered(logOn({ compression: { algorithms: [Id.PATTERN_V1, 77, Id.LZ4, Id.LZ77], chained: false } })),
    { algorithms: [Id.LZ4, Id.LZ77], chained: false },
  );
  t.is(await offered(logOn({ compression: { algorithms: [77], chained: true } })), undefined);
  const client = startServer().connect({ compression: { algorithms: [], chained: true } });
  await t.throwsAsync(client.negotiate(), { message: /INVALID_PARAMETER/ });
  const off = startServer({ compression: false });
  t.is(await offered(off.logOn({ compression: { algorithms: [Id.LZ77], chained: true } })), undefined);
});

test('a compressed message that is wrong, too large or not agreed on ends the connection [MS-SMB2 3.3.5.2.1.2]', async (t) => {
  const pattern = (repetitions: number) => encode(patternV1, { pattern: 0, repetitions });
  const chain = (size: number, compressionAlgorithm: number, data: Uint8Array) =>
    encode(compressionTransform, {
      kind: 'chained',
      originalCompressedSegmentSize: size,
      payloads: [{ compressionAlgorithm, flags: 1, data }],
    });
  const bad = [
    Uint8Array.of(0xfc, 0x53, 0x4d, 0x42),
    // More than MaxWriteSize and its headers.
    chain((1 << 20) + 1000, Id.PATTERN_V1, pattern((1 << 20) + 1000)),
    chain(1000, Id.PATTERN_V1, pattern(0xffff_ffff)),
    chain(1000, Id.PATTERN_V1, pattern(999)),
    // Inflates, but to no message.
    chain(1000, Id.PATTERN_V1, pattern(1000)),
    chain(100, Id.LZNT1, new Uint8Array(8)),
  ];
  for (const message of bad) {
    const { logOn, server } = startServer();
    const client = await logOn({ compression: { algorithms: [Id.PATTERN_V1, Id.LZ77], chained: true } });
    const framed = new Writer(message.length + 4);
    framed.zero(4);
    framed.bytes(message);
    client.transport.send([framed.result()]);
    await client.ended();
    t.truthy(client.closed);
    t.is(server.connections.size, 0);
  }
  const { logOn } = startServer();
  const client = await logOn();
  client.transport.send([Uint8Array.of(0, 0, 0, 0, ...chain(1000, Id.PATTERN_V1, pattern(1000)))]);
  await client.ended();
  t.truthy(client.closed);
});

test('before anybody logged on, a compressed message inflates to no more than others may have', async (t) => {
  const client = startServer().connect({ compression: { algorithms: [Id.PATTERN_V1], chained: true } });
  await client.negotiate();
  const message = encode(compressionTransform, {
    kind: 'chained',
    originalCompressedSegmentSize: 200_000,
    payloads: [
      { compressionAlgorithm: Id.PATTERN_V1, flags: 1, data: encode(patternV1, { pattern: 0, repetitions: 200_000 }) },
    ],
  });
  client.transport.send([Uint8Array.of(0, 0, 0, 0, ...message)]);
  await client.ended();
  t.regex(client.closed!, /./);
});
