import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  type CreateContext,
  CreateOptions,
  createRequest,
  createResponse,
  durableHandleResponseV2,
  HeaderFlags,
  LockFlags,
  lease,
  lockRequest,
  lockResponse,
  NtStatus,
  OplockLevel,
  queryMaximalAccessRequest,
  queryMaximalAccessResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { statusOf as status } from '../src/index.ts';
import { BATCH, back, backV2, CLIENT, GUID, join, lose, reopen, v1, v2 } from './durable-client.ts';
import { startServer } from './harness.ts';
import { ALL, close, create, createBody, mount, read, statusOf, write } from './requests.ts';

test('a durable open outlives its connection, with its locks and what was written [MS-SMB2 3.3.5.9.7]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v1] });
  t.deepEqual(
    made.createContexts.map((c) => c.name),
    ['DHnQ'],
  );
  await write(first, made.fileId, 'kept');
  await lose(first);
  t.deepEqual(
    (await status(h.server)).waitingOpens.map(({ share, path }) => [share, path]),
    [['share', 'f']],
  );
  const second = await join(h);
  const again = await reopen(second, back(made.fileId));
  t.deepEqual((await status(h.server)).waitingOpens, []);
  t.is(again.oplockLevel, OplockLevel.BATCH);
  t.is(again.fileId.persistent, made.fileId.persistent);
  t.not(again.fileId.volatile, made.fileId.volatile);
  t.is(await read(second, again.fileId), 'kept');
  t.is(
    await statusOf(reopen(second, back(made.fileId))),
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    'somebody has it already',
  );
  await close(second, again.fileId);
  t.deepEqual(h.errors, []);
});

test('another user with the right FileId is refused [MS-SMB2 3.3.5.9.7]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v1] });
  await lose(first);
  const mallory = await join(h, 'bob');
  t.is(await statusOf(reopen(mallory, back(made.fileId))), NtStatus.STATUS_ACCESS_DENIED);
  t.is((await reopen(await join(h), back(made.fileId))).oplockLevel, OplockLevel.BATCH);
});

test('what waits too long ends, and what is in the way ends at once [MS-SMB2 3.3.6.2]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2(0, 5000)] });
  t.deepEqual(decode(durableHandleResponseV2, made.createContexts[0]!.data), { timeoutMs: 5000, flags: 0 });
  await lose(first);
  await h.advance(4999);
  t.is([...h.server.durables.waiting].length, 1);
  await h.advance(1);
  t.is([...h.server.durables.waiting].length, 0);
  const second = await join(h);
  t.is(await statusOf(reopen(second, backV2(made.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);

  const third = await create(second, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(second);
  const other = await mount(await h.logOn({}, 'bob'));
  const theirs = await create(other, 'f', BATCH);
  t.is(theirs.oplockLevel, OplockLevel.BATCH, 'nobody has it any more');
  t.is(await statusOf(reopen(await join(h), backV2(third.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});

test('a CREATE that comes twice opens once; without the flag it is refused [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const body = createBody('f', { shareAccess: 0, createContexts: [v2()] });
  const send = (flags: number) =>
    m.client.request(Command.CREATE, createRequest, createResponse, body, { treeId: m.treeId, flags });
  const made = (await send(0)).body!;
  t.is(await statusOf(send(0)), NtStatus.STATUS_DUPLICATE_OBJECTID);
  const again = (await send(HeaderFlags.REPLAY_OPERATION)).body!;
  t.deepEqual(again.fileId, made.fileId);
  t.is(again.createAction, made.createAction);
  // Who uses the FileId has seen the answer.
  await write(m, made.fileId, 'x');
  t.is(await statusOf(send(HeaderFlags.REPLAY_OPERATION)), NtStatus.STATUS_SHARING_VIOLATION);
});

test('a LOCK that is repeated after a reconnect does not lock twice [MS-SMB2 3.3.5.14]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v1] });
  const lock = (lockSequenceNumber: number, flags: number) =>
    m.client.request(
      Command.LOCK,
      lockRequest,
      lockResponse,
      { lockSequenceNumber, lockSequenceIndex: 1, fileId, locks: [{ offset: 0n, length: 1n, flags }] },
      { treeId: m.treeId },
    );
  await lock(1, LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY);
  await lock(1, LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY);
  await lock(2, LockFlags.UNLOCK);
  await lock(2, LockFlags.UNLOCK);
  t.is(await statusOf(lock(3, LockFlags.UNLOCK)), NtStatus.STATUS_RANGE_NOT_LOCKED);
});

test('durable contexts that exclude each other are refused [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const none = { persistent: 0n, volatile: 0n };
  for (const createContexts of [
    [v1, v2()],
    [v2(), back(none)],
    [backV2(none), back(none)],
    [backV2(none), v1],
  ]) {
    t.is(await statusOf(create(m, 'f', { createContexts })), NtStatus.STATUS_INVALID_PARAMETER);
  }
});
test('who comes back for a stream by the name of another is refused [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const key = '77777777-1111-4111-8111-111111111111';
  const asked: CreateContext = {
    name: 'RqLs',
    data: encode(lease, {
      version: 2,
      leaseKey: key,
      leaseState: 3,
      flags: 0,
      leaseDuration: 0n,
      parentLeaseKey: '00000000-0000-0000-0000-000000000000',
      epoch: 0,
    }),
  };
  const first = await join(h);
  const made = await create(first, 'f:s', { requestedOplockLevel: 0xff, createContexts: [asked, v2()] });
  await lose(first);
  const second = await join(h);
  const as = (name: string): Promise<number> =>
    statusOf(
      create(second, name, {
        requestedOplockLevel: 0xff,
        desiredAccess: 0,
        createContexts: [asked, backV2(made.fileId)],
      }),
    );
  t.is(await as('f:t'), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await as('f'), NtStatus.STATUS_INVALID_PARAMETER);
  t.is(await as('F:S:$DATA'), NtStatus.STATUS_SUCCESS);
});

test('what a client comes back for with a wrong flag or name is refused as it is wrong [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
  const connected = await join(h);
  t.is(await statusOf(reopen(connected, backV2(made.fileId, 2))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  await lose(first);
  const second = await join(h);
  t.is(await statusOf(reopen(second, backV2(made.fileId, 2))), NtStatus.STATUS_INVALID_PARAMETER, 'not persistent');
  const both = { createContexts: [backV2(made.fileId), QFID, mxac()] };
  const again = await reopen(second, backV2(made.fileId), both);
  t.deepEqual(
    again.createContexts.map(({ name }) => name),
    ['MxAc'],
    'the identity is not told again [MS-SMB2 3.3.5.9.9]',
  );
});

test('MxAc says nothing of a file that is as the client knows it [MS-SMB2 3.3.5.9.5]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const ask = async (timestamp?: bigint) => {
    const made = await create(m, 'f', { createContexts: [mxac(timestamp)] });
    await close(m, made.fileId);
    return { made, ...decode(queryMaximalAccessResponse, made.createContexts[0]!.data) };
  };
  const { made, queryStatus, maximalAccess } = await ask();
  t.deepEqual([queryStatus, maximalAccess], [NtStatus.STATUS_SUCCESS, ALL]);
  const known = await ask(made.changeTime);
  t.deepEqual([known.queryStatus, known.maximalAccess], [NtStatus.STATUS_NONE_MAPPED, 0]);
  t.is((await ask(made.changeTime + 1n)).queryStatus, NtStatus.STATUS_SUCCESS);
});

test('a directory, and an open of attributes alone, are opened again where a file is replayed [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  for (const [name, more] of [
    ['d', { createOptions: CreateOptions.DIRECTORY_FILE }],
    ['f', { desiredAccess: AccessMask.FILE_READ_ATTRIBUTES }],
  ] as const) {
    const made = await create(m, name, { createContexts: [v2()], ...more });
    const again = await create(m, name, { createContexts: [v2()], ...more });
    t.notDeepEqual(again.fileId, made.fileId);
  }
});

const QFID: CreateContext = { name: 'QFid', data: new Uint8Array(0) };
const mxac = (timestamp?: bigint): CreateContext => ({
  name: 'MxAc',
  data: encode(queryMaximalAccessRequest, timestamp === undefined ? {} : { timestamp }),
});

test('a durable open that may write does not come back where the share no longer lets its user write [MS-SMB2 3.3.5.7]', async (t) => {
  for (const context of [v1, v2()]) {
    let may: 'read' | 'write' = 'write';
    const h = startServer({}, { access: () => may });
    const first = await join(h);
    const made = await create(first, 'f', { ...BATCH, createContexts: [context] });
    await lose(first);
    may = 'read';
    const second = await join(h);
    const comesBack = context === v1 ? back(made.fileId) : backV2(made.fileId);
    t.is(await statusOf(reopen(second, comesBack)), NtStatus.STATUS_ACCESS_DENIED);
    if (context !== v1) {
      const replay = second.client.request(
        Command.CREATE,
        createRequest,
        createResponse,
        createBody('f', { ...BATCH, createContexts: [context] }),
        { treeId: second.treeId, flags: HeaderFlags.REPLAY_OPERATION },
      );
      t.is(await statusOf(replay), NtStatus.STATUS_ACCESS_DENIED);
    }
    may = 'write';
    await t.notThrowsAsync(reopen(await mount(second.client), comesBack), 'it waits for its client still');
    t.deepEqual(h.errors, []);
  }
});

test('an open that another client came back for is found by that one’s CreateGuid, and by none when it is closed [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const first = await join(h);
  const { fileId } = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(first);
  const elsewhere = 'bbbbbbbb-0000-4000-8000-000000000000';
  const second = await mount(await h.logOn({ clientGuid: elsewhere }));
  const again = await reopen(second, backV2(fileId));
  const { durables } = h.server;
  t.is(durables.byCreateGuid(CLIENT, GUID), undefined);
  t.is(durables.byCreateGuid(elsewhere, GUID)?.fileId.volatile, again.fileId.volatile);
  await close(second, again.fileId);
  t.is(durables.byCreateGuid(CLIENT, GUID), undefined);
  t.is(durables.byCreateGuid(elsewhere, GUID), undefined);
});
