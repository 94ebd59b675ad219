import { encode, Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  compressionTransform,
  echoRequest,
  echoResponse,
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
import type { SmbServer } from '../src/index.ts';
import { InflateTurns, type Inflating } from '../src/pipeline/index.ts';
import { alone, settle, startServer } from './harness.ts';
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
  // Pattern_V1 has no place in unchained messages; what is unknown is left out; the client's order
  // counts.
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

/** A chained message: a header with this CreditCharge as it is, then zeros up to `size`. */
function bomb(
  size: number,
  { charge, command = Command.ECHO, messageId = 0n, sessionId = 0n }: BombHeader,
): Uint8Array {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(0x424d_53fe, 0);
  head.writeUInt16LE(64, 4);
  head.writeUInt16LE(charge, 6);
  head.writeUInt16LE(command, 12);
  head.writeBigUInt64LE(messageId, 24);
  head.writeBigUInt64LE(sessionId, 40);
  const zeros = encode(patternV1, { pattern: 0, repetitions: size - 64 });
  const message = encode(compressionTransform, {
    kind: 'chained',
    originalCompressedSegmentSize: size,
    payloads: [
      { compressionAlgorithm: Id.NONE, flags: 1, data: head },
      { compressionAlgorithm: Id.PATTERN_V1, flags: 0, data: zeros },
    ],
  });
  return Uint8Array.of(0, 0, 0, 0, ...message);
}

interface BombHeader {
  readonly charge: number;
  readonly command?: number;
  readonly messageId?: bigint;
  readonly sessionId?: bigint;
}

/** Calls `seen` for each part of a message that is inflated, with the message's size. */
function eachPart({ inflateTurns }: SmbServer, seen: (size: number) => void): void {
  const { inflate } = inflateTurns;
  inflateTurns.inflate = function (message) {
    const goOn = (): boolean => {
      seen(message.size);
      return message.goOn();
    };
    return inflate.call(this, { size: message.size, goOn });
  };
}

const CHAINED = { compression: { algorithms: [Id.PATTERN_V1, Id.LZ77], chained: true } };

test('nothing is inflated that the CreditCharge in its header is not for [MS-SMB2 3.3.5.2.5]', async (t) => {
  const { logOn, server } = startServer();
  const client = await logOn(CHAINED);
  const taken: number[] = [];
  server.inflateTurns.inflate = ({ size }) => taken.push(size) > 0;
  client.transport.send([bomb(1 << 20, { charge: 1 })]);
  await client.ended();
  t.regex(client.closed!, /./);
  t.deepEqual(taken, []);
});

test('nothing is inflated that the connection has no credits for', async (t) => {
  const { logOn, server } = startServer({ maxCredits: 8 });
  const client = await logOn(CHAINED);
  const { available } = [...server.connections][0]!.window;
  t.true(available * 66_560 < 1 << 20, `${available} credits`);
  const taken: number[] = [];
  server.inflateTurns.inflate = ({ size }) => taken.push(size) > 0;
  client.transport.send([bomb(1 << 20, { charge: 16 })]);
  await client.ended();
  t.deepEqual(taken, []);
});

alone(
  'what all connections inflate in one turn is bounded: the rest waits, and so does what comes behind it',
  async (t) => {
    const h = startServer({ maxReadSize: 8 << 20, maxWriteSize: 8 << 20, maxTransactSize: 8 << 20 });
    const ran: number[] = [];
    eachPart(h.server, (size) => ran.push(size));
    const text = new Uint8Array(3 << 20);
    const mounts = [await mount(await h.logOn(CHAINED)), await mount(await h.logOn(CHAINED))];
    const files = [await create(mounts[0]!, 'a'), await create(mounts[1]!, 'b')];
    for (const { client } of mounts)
      while (client.credits < 100) await client.request(Command.ECHO, echoRequest, echoResponse, {});
    const writes = [0, 1, 0, 1].map((i) => write(mounts[i]!, files[i]!.fileId, text));
    const behind = read(mounts[0]!, files[0]!.fileId, 10, 0);
    await settle();
    t.is(ran.length, 2, 'two parts, here whole messages; the third would pass what a turn has room for');
    let answered = false;
    void behind.then(() => {
      answered = true;
    });
    await settle();
    t.false(answered, 'what comes behind on its connection waits too');
    await h.advance(1);
    t.is(ran.length, 4);
    await Promise.all(writes);
    t.is((await behind).length, 10);
    t.deepEqual(h.errors, []);
  },
);

alone('a message that is large inside is inflated in several turns', async (t) => {
  const h = startServer({ maxReadSize: 8 << 20, maxWriteSize: 8 << 20, maxTransactSize: 8 << 20 });
  const m = await mount(await h.logOn({ compression: { algorithms: [Id.LZ77], chained: false } }));
  const { fileId } = await create(m, 'a');
  while (m.client.credits < 100) await m.client.request(Command.ECHO, echoRequest, echoResponse, {});
  // Bytes that give many short matches, so that none of them passes the place where a step ends.
  const text = Uint8Array.from({ length: 3 << 20 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> (i % 13)) & 0x3f);
  await h.advance(1);
  let parts = 0;
  eachPart(h.server, () => parts++);
  const writing = write(m, fileId, text);
  await settle();
  t.is(parts, 2, 'in the first turn');
  await h.advance(1);
  await writing;
  t.true(parts >= 12, `${parts} parts`);
  t.true(Buffer.from(await read(m, fileId, 3 << 20, 0)).equals(text));
  t.deepEqual(h.errors, []);
});

alone('a connection that ends while its message waits for a turn leaves the others served', async (t) => {
  const h = startServer({ maxReadSize: 8 << 20, maxWriteSize: 8 << 20, maxTransactSize: 8 << 20 });
  const mounts = [await mount(await h.logOn(CHAINED)), await mount(await h.logOn(CHAINED))];
  const files = [await create(mounts[0]!, 'a'), await create(mounts[1]!, 'b')];
  for (const { client } of mounts)
    while (client.credits < 150) await client.request(Command.ECHO, echoRequest, echoResponse, {});
  const first = [0, 1].map(() => write(mounts[0]!, files[0]!.fileId, new Uint8Array(3 << 20)));
  await Promise.all(first);
  const gone = write(mounts[1]!, files[1]!.fileId, new Uint8Array(6 << 20));
  await settle();
  const last = write(mounts[0]!, files[0]!.fileId, new Uint8Array(6 << 20));
  mounts[1]!.client.close();
  await t.throwsAsync(gone);
  await h.advance(1);
  await h.advance(1);
  await last;
  t.is(h.server.connections.size, 1);
  t.deepEqual(h.errors, []);
});

alone('the memory of an inflated message is free as soon as the message has been handled', async (t) => {
  const h = startServer({ maxReadSize: 8 << 20, maxWriteSize: 8 << 20, maxTransactSize: 8 << 20 });
  const m = await mount(await h.logOn(CHAINED));
  const { fileId } = await create(m, 'a');
  while (m.client.credits < 150) await m.client.request(Command.ECHO, echoRequest, echoResponse, {});
  const seen: Uint8Array[] = [];
  h.server.observer = { message: (_connection, fromClient, bytes) => fromClient && seen.push(bytes) };
  const data = new Uint8Array(6 << 20);
  await write(m, fileId, data);
  t.deepEqual([seen.length, seen[0]?.length], [1, 0]);
  t.true(Buffer.from(await read(m, fileId, 6 << 20, 0)).equals(data));
});

test('messages that wait to be inflated have no memory, beyond four of the largest', (t) => {
  const timers: (() => void)[] = [];
  const turns = new InflateTurns({ timer: (_ms, run) => void timers.push(run) as never });
  const begun = new Set<number>();
  const done: number[] = [];
  const message = (id: number): Inflating => {
    let parts = 32;
    const goOn = (): boolean => {
      begun.add(id);
      if (--parts > 0) return false;
      begun.delete(id);
      done.push(id);
      return true;
    };
    return { size: 8 << 20, goOn };
  };
  for (let id = 0; id < 20; id++) t.false(turns.inflate(message(id)));
  let most = 0;
  for (let turn = 0; done.length < 20; turn++) {
    t.true(turn < 1000);
    for (const run of timers.splice(0)) run();
    most = Math.max(most, begun.size);
  }
  t.is(most, 4);
  t.deepEqual(
    done,
    Array.from({ length: 20 }, (_, id) => id),
    'first come, first served',
  );
  for (const run of timers.splice(0)) run();
  t.true(turns.inflate({ size: 10, goOn: () => true }), 'nothing is left over');
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
