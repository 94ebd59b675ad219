import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  type FileId,
  HeaderFlags,
  NtStatus,
  ntStatusName,
  readRequest,
  readResponse,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, createBody, part, readBody, SmbClient, sendCompound } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { alteredVfs } from './altered-vfs.ts';
import { type Harness, startServer } from './harness.ts';
import { create, type Mount, mount, SAME_FILE } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';

const RELATED = { flags: HeaderFlags.RELATED_OPERATIONS };
const STALE: FileId = { persistent: 0x1234n, volatile: 0x5678n };
const CREATE = [createRequest, createResponse] as const;
const READ = [readRequest, readResponse] as const;
const CLOSE = [closeRequest, closeResponse] as const;
const ECHO = [echoRequest, echoResponse] as const;

/** A client whose server's messages are seen as they leave: bytes of each, in order. */
async function watched(h: Harness, options: ClientOptions = {}): Promise<{ m: Mount; sent: Uint8Array[] }> {
  const pair = createMemoryTransportPair();
  const sent: Uint8Array[] = [];
  const send = pair.server.send.bind(pair.server);
  pair.server.send = (segments, done) => {
    sent.push(new Uint8Array(Buffer.concat(segments).subarray(4)));
    send(segments, done);
  };
  h.server.accept(pair.server);
  const client = new SmbClient(pair.client, options);
  await client.negotiate();
  await client.logOn('alice', 'alice-password');
  return { m: await mount(client), sent };
}

function statuses(replies: readonly { header: { status: number } }[]): string[] {
  return replies.map(({ header }) => ntStatusName(header.status));
}

test('a related request works on the file of the request before it, whatever FileId it has itself [MS-SMB2 3.3.5.2.7.2]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const on = { treeId: m.treeId };
  for (const fileId of [SAME_FILE, STALE]) {
    const replies = await Promise.all(
      sendCompound(m.client, [
        part(Command.CREATE, CREATE, createBody('f'), on),
        part(Command.READ, READ, readBody(fileId, 0, 10), { ...on, ...RELATED }),
        part(Command.CLOSE, CLOSE, { flags: 0, fileId }, { ...on, ...RELATED }),
      ]),
    );
    t.deepEqual(statuses(replies), ['STATUS_SUCCESS', 'STATUS_END_OF_FILE', 'STATUS_SUCCESS']);
  }
  t.is(h.server.sessions.values().next().value!.opens.size, 0);
});

test('a related request behind one without a file is refused with STATUS_INVALID_HANDLE, though its own FileId is good [MS-SMB2 3.3.5.2.7.2]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const on = { treeId: m.treeId };
  const { fileId } = await create(m, 'f');
  const replies = await Promise.all(
    sendCompound(m.client, [
      part(Command.ECHO, ECHO, EMPTY_BODY, on),
      part(Command.READ, READ, readBody(fileId, 0, 10), { ...on, ...RELATED }),
      part(Command.CLOSE, CLOSE, { flags: 0, fileId }, { ...on, ...RELATED }),
    ]),
  );
  t.deepEqual(statuses(replies), ['STATUS_SUCCESS', 'STATUS_INVALID_HANDLE', 'STATUS_INVALID_HANDLE']);
});

for (const seal of [false, true]) {
  test(`an interim response leaves by itself, ${seal ? 'sealed' : 'signed'}: a kernel crashed on one in a compound [MS-SMB2 3.3.4.2]`, async (t) => {
    const h = startServer();
    const { m, sent } = await watched(h, { seal });
    const on = { treeId: m.treeId };
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const begun = sent.length;
    const notify = { flags: 0, outputBufferLength: 1024, fileId: SAME_FILE, completionFilter: 1 };
    const answers = sendCompound(m.client, [
      part(Command.CREATE, CREATE, createBody('d', { createOptions: 1 }), on),
      part(Command.CHANGE_NOTIFY, [changeNotifyRequest, changeNotifyResponse], notify, {
        ...on,
        ...RELATED,
        onPending: () => resolve(),
      }),
    ]);
    await Promise.all([answers[0], waits]);
    t.is(sent.length - begun, 2, 'the answer to CREATE, and the interim response');
    await create(m, 'd\\new');
    t.deepEqual(statuses(await Promise.all(answers)), ['STATUS_SUCCESS', 'STATUS_SUCCESS']);
  });
}

test('a compound of many large READs is answered in messages of a bounded size, and nothing is lost', async (t) => {
  const h = startServer({ maxReadSize: 1 << 20, maxCredits: 8192 });
  const { m, sent } = await watched(h);
  const { fileId } = await create(m, 'f');
  const { handle } = await h.vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'write' });
  await handle.truncate(1n << 20n);
  await handle.close();
  // Credits for what comes.
  for (let i = 0; i < 4; i++) await m.client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  const on = { treeId: m.treeId, charge: 16 };
  const begun = sent.length;
  const reads = Array.from({ length: 60 }, () => part(Command.READ, READ, readBody(fileId, 0, 1 << 20), on));
  const replies = await Promise.all(sendCompound(m.client, reads));
  t.true(replies.every(({ header }) => header.status === NtStatus.STATUS_SUCCESS));
  t.is(Math.max(...sent.slice(begun).map(({ length }) => length)) < 10 << 20, true);
  t.true(sent.length - begun > 5);
  t.deepEqual(h.errors, []);
});

test('a compound of more requests than anybody sends has the others refused', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const replies = await Promise.all(
    sendCompound(
      m.client,
      Array.from({ length: 300 }, () => part(Command.ECHO, ECHO, EMPTY_BODY)),
    ),
  );
  const served = replies.filter(({ header }) => header.status === NtStatus.STATUS_SUCCESS);
  t.is(served.length, 256);
  t.true(replies.slice(256).every(({ header }) => header.status === NtStatus.STATUS_INSUFFICIENT_RESOURCES));
  t.deepEqual(h.errors, []);
});

for (const isLater of [false, true]) {
  const how = isLater ? ', by reads that the disk makes wait' : '';
  test(`a client that takes nothing is not read for while a compound of its own is answered${how}`, async (t) => {
    const vfs = isLater ? slowVfs() : createMemoryVfs();
    const h = startServer({ maxReadSize: 1 << 20, maxCredits: 8192 }, { vfs });
    const { m, sent } = await watched(h);
    const fileId = await largeFile(m, h);
    m.client.transport.pause();
    const begun = sent.length;
    const on = { treeId: m.treeId, charge: 16 };
    const reads = Array.from({ length: 100 }, () => part(Command.READ, READ, readBody(fileId, 0, 1 << 20), on));
    const answers = sendCompound(m.client, reads);
    for (let i = 0; i < 3000; i++) await new Promise((resolve) => setImmediate(resolve));
    const waiting = sent.slice(begun).reduce((sum, { length }) => sum + length, 0);
    t.true(waiting > 32 << 20);
    t.true(waiting < 50 << 20, `${waiting} bytes wait for the client`);
    m.client.transport.resume();
    t.true((await Promise.all(answers)).every(({ header }) => header.status === NtStatus.STATUS_SUCCESS));
  });
}

test('no more than 16 MiB are reserved for reads of one client that the disk makes wait', async (t) => {
  const staged = stagedVfs();
  const h = startServer({ maxReadSize: 1 << 20, maxCredits: 8192 }, { vfs: staged.vfs });
  const { m } = await watched(h);
  const fileId = await largeFile(m, h);
  staged.hold('read');
  const { acquire } = h.server.pool;
  let reserved = 0;
  h.server.pool.acquire = function (length) {
    reserved += length;
    return acquire.call(this, length);
  };
  const on = { treeId: m.treeId, charge: 16 };
  const answers = Array.from({ length: 100 }, () =>
    m.client.request(Command.READ, ...READ, readBody(fileId, 0, 1 << 20), on),
  );
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  t.true(reserved > 15 << 20);
  t.true(reserved < 18 << 20, `${reserved} bytes are reserved`);
  await staged.letGo();
  t.is((await Promise.all(answers)).length, 100, 'the others are read when these are answered');
});

/** Its reads are never answered at once. */
function slowVfs(): Vfs {
  return alteredVfs((handle) => {
    const { read } = handle;
    handle.read = async (into, offset) => read.call(handle, into, offset);
  });
}

/** A file of a GiB without data, open; the client has credits for many large reads. */
async function largeFile(m: Mount, h: Harness): Promise<FileId> {
  const { fileId } = await create(m, 'f');
  const { handle } = await h.vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'write' });
  await handle.truncate(1n << 30n);
  await handle.close();
  for (let i = 0; i < 4; i++) await m.client.request(Command.ECHO, ...ECHO, EMPTY_BODY);
  return fileId;
}
