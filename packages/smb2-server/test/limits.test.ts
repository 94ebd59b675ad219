import {
  Command,
  changeNotifyRequest,
  createRequest,
  EMPTY_BODY,
  echoRequest,
  HeaderFlags,
  logoffRequest,
  logoffResponse,
  NtStatus,
  readRequest,
} from '@tsmbd/smb2-codec';
import { createBody, readBody, SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import test from 'ava';
import { alone, settle, startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';
import { halfLogOn, secondSession } from './session-stage.ts';
import { say, voiceOf } from './voice.ts';

const { STATUS_INSUFFICIENT_RESOURCES, STATUS_REQUEST_NOT_ACCEPTED } = NtStatus;

test('a connection has no more users than its limit', async (t) => {
  const h = startServer({ maxSessionsPerConnection: 2 });
  const client = await h.logOn();
  await secondSession(client, 'bob');
  t.is(await statusOf(secondSession(client, 'bob')), STATUS_INSUFFICIENT_RESOURCES);
  t.is(h.server.sessions.size, 2);
  await t.notThrowsAsync(h.logOn(), 'on another connection');
});

test('a server has no more users than its limit, and one that leaves makes room', async (t) => {
  const h = startServer({ maxSessions: 2 });
  const first = await h.logOn();
  await h.logOn();
  t.is(await statusOf(h.logOn()), STATUS_INSUFFICIENT_RESOURCES);
  first.close();
  await settle();
  await t.notThrowsAsync(h.logOn());
});

alone('sessions that nobody finishes keep no user out, and are few for each connection', async (t) => {
  const h = startServer({ maxSessions: 2, maxSessionsPerConnection: 2 });
  for (let i = 0; i < 3; i++) {
    const half = h.connect();
    await half.negotiate();
    for (let n = 0; n < 40; n++) {
      await halfLogOn(half, 'bob');
      half.sessionId = 0n;
    }
  }
  t.is(h.server.sessions.size, 3 * 16);
  await t.notThrowsAsync(h.logOn());
  await t.notThrowsAsync(h.logOn());
  await h.advance(31_000);
  t.is(h.server.sessions.size, 2);
});

alone('half made sessions of one client are few, whatever its connections, and the oldest go', async (t) => {
  const h = startServer();
  const first = h.connect();
  await first.negotiate();
  await halfLogOn(first, 'alice');
  const oldest = first.sessionId;
  for (let i = 0; i < 20; i++) {
    const half = h.connect();
    await half.negotiate();
    for (let n = 0; n < 16; n++) {
      half.sessionId = 0n;
      await halfLogOn(half, 'bob');
    }
  }
  t.is(h.server.sessions.size, 256);
  t.false(h.server.sessions.has(oldest));
});

test('a connection on which nobody logs on is closed, and so is one that nobody is left on', async (t) => {
  const h = startServer();
  const idle = h.connect();
  await idle.negotiate();
  const used = await h.logOn();
  await h.advance(61_000);
  t.truthy(idle.closed);
  t.is(used.closed, undefined);
  const { LOGOFF } = Command;
  await used.request(LOGOFF, logoffRequest, logoffResponse, EMPTY_BODY);
  await h.advance(59_000);
  t.is(used.closed, undefined);
  await h.advance(2_000);
  t.truthy(used.closed);
  t.is(h.server.connections.size, 0);
});

alone('a connection with a user makes no room for others, the oldest without one does', async (t) => {
  const h = startServer();
  const used = await h.logOn();
  const [first, second] = [h.connect(), h.connect()];
  await first.negotiate();
  await second.negotiate();
  t.false(h.server.makeRoom('somebody else'));
  t.true(h.server.makeRoom('client'));
  await settle();
  t.truthy(first.closed);
  t.is(second.closed, undefined);
  t.true(h.server.makeRoom());
  t.false(h.server.makeRoom());
  await settle();
  t.is(used.closed, undefined);
});

alone('a session that is half made ends in time, and one that is made stays', async (t) => {
  const h = startServer();
  const made = await h.logOn();
  const half = h.connect();
  await half.negotiate();
  await halfLogOn(half, 'alice');
  await h.advance(29_000);
  t.is(h.server.sessions.size, 2);
  await h.advance(2_000);
  t.deepEqual([...h.server.sessions.keys()], [made.sessionId]);
});

test('a session has no more trees than its limit', async (t) => {
  const h = startServer({ maxTreesPerSession: 2 });
  const client = await h.logOn();
  await client.tree('share');
  await client.tree('share');
  t.is(await statusOf(client.tree('share')), STATUS_INSUFFICIENT_RESOURCES);
});

alone('a share has no more trees than its limit, whoever connects', async (t) => {
  const h = startServer({}, { maxConnections: 1 });
  const first = await h.logOn();
  await first.tree('share');
  const second = await h.logOn({}, 'bob');
  t.is(await statusOf(second.tree('share')), STATUS_REQUEST_NOT_ACCEPTED);
  first.close();
  await settle();
  await t.notThrowsAsync(second.tree('share'));
});

test('a session has no more opens than its limit', async (t) => {
  const h = startServer({ maxOpensPerSession: 2 });
  const m = await mount(await h.logOn());
  await create(m, 'f');
  await create(m, 'f');
  t.is(await statusOf(create(m, 'f')), STATUS_INSUFFICIENT_RESOURCES);
});

test('a connection has no more waiting requests than it may have credits', async (t) => {
  const h = startServer({ maxCredits: 8 });
  const m = await mount(await h.logOn());
  const { client, treeId } = m;
  const { fileId } = await create(m, '', { createOptions: 1, desiredAccess: 1, createDisposition: 1 });
  const body = { flags: 0, outputBufferLength: 1000, fileId, completionFilter: 1 };
  const watch = () => say(client, Command.CHANGE_NOTIFY, changeNotifyRequest, body, { treeId }, voiceOf(client));
  for (let i = 0; i < 8; i++) t.is(await watch(), 'STATUS_PENDING');
  t.is(await watch(), 'STATUS_INSUFFICIENT_RESOURCES');
});

test('before a logon a message is small, and after it large ones are taken [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const pair = createMemoryTransportPair();
  const sizes: number[] = [];
  const setMaxMessageSize = pair.server.setMaxMessageSize.bind(pair.server);
  pair.server.setMaxMessageSize = (bytes) => {
    sizes.push(bytes);
    setMaxMessageSize(bytes);
  };
  h.server.accept(pair.server);
  const client = new SmbClient(pair.client);
  await client.negotiate();
  await halfLogOn(client, 'alice');
  t.deepEqual(sizes, [128 << 10]);
  client.sessionId = 0n;
  await client.logOn('alice', 'alice-password');
  t.is(sizes.length, 2);
  t.true(sizes[1]! > h.server.config.maxWriteSize);
});

test('a request without a large payload is small [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const body = createBody('f', { createContexts: [{ name: 'none', data: new Uint8Array(70_000) }] });
  t.is(await say(m.client, Command.CREATE, createRequest, body, m, voiceOf(m.client)), 'closes');
});

test('a READ pays for what it asks for [MS-SMB2 3.3.5.2.5]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { client, treeId } = m;
  const { fileId } = await create(m, 'f');
  const reads = (length: number) =>
    say(client, Command.READ, readRequest, readBody(fileId, 0, length), { treeId }, voiceOf(client));
  t.is(await reads(65_537), 'STATUS_INVALID_PARAMETER');
  t.is(await reads(65_536), 'STATUS_END_OF_FILE');
});

test('a connection that does not negotiate first ends [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const client = h.connect();
  t.is(await say(client, Command.ECHO, echoRequest, EMPTY_BODY, {}, { sessionId: 0n }), 'closes');
});

test('a connection that sends a response ends [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const client = await h.logOn();
  const flags = HeaderFlags.SERVER_TO_REDIR;
  t.is(await say(client, Command.ECHO, echoRequest, EMPTY_BODY, { flags }, { sessionId: 0n }), 'closes');
});

test('a connection that speaks another protocol ends [MS-SMB2 3.3.5.2]', async (t) => {
  const h = startServer();
  const client = h.connect();
  client.transport.send([new Uint8Array([0, 0, 0, 0, ...new TextEncoder().encode('GET / HTTP/1.1')])]);
  await settle();
  t.is(h.server.connections.size, 0);
});

test('the first request of a message is related to none [MS-SMB2 3.3.5.2.7.2]', async (t) => {
  const h = startServer();
  const client = await h.logOn();
  const flags = HeaderFlags.RELATED_OPERATIONS;
  const answer = await say(client, Command.ECHO, echoRequest, EMPTY_BODY, { flags }, { sessionId: 0n });
  t.is(answer, 'STATUS_INVALID_PARAMETER');
});

test('a FileId with another persistent half names nothing [MS-SMB2 3.3.5.2.11]', async (t) => {
  const m = await mount(await startServer().logOn());
  const { client, treeId } = m;
  const { fileId } = await create(m, 'f');
  const other = { ...fileId, persistent: fileId.persistent + 1n };
  const body = readBody(other, 0, 1);
  t.is(await say(client, Command.READ, readRequest, body, { treeId }, voiceOf(client)), 'STATUS_FILE_CLOSED');
});
