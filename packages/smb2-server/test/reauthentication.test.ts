import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  createRequest,
  createResponse,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  type FileId,
  HeaderFlags,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { create, createBody, type Mount, mount, read, statusOf, write } from './requests.ts';

const GUID = '11111111-2222-4333-8444-555555555555';
const CLIENT = 'cccccccc-0000-4000-8000-000000000000';
const ALICE = 'S-1-5-21-1-2-3-1000';
const { STATUS_ACCESS_DENIED } = NtStatus;

/** Lets nobody but alice do anything. */
const alicesOnly: CreateContext = {
  name: 'SecD',
  data: encode(securityDescriptor, parseSddl(`O:${ALICE}G:${ALICE}D:P(A;;FA;;;${ALICE})`)),
};

function logOnAgain({ client }: Mount, user: string): Promise<void> {
  return client.logOn(user, user === '' ? '' : `${user}-password`);
}

test('who authenticates as another on his session keeps what he has open, and opens no more than the other may', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f', { createContexts: [alicesOnly] });
  await write(m, fileId, 'abc');
  await logOnAgain(m, 'bob');
  t.is(await read(m, fileId), 'abc', 'Open.GrantedAccess stays, and so do the keys');
  t.is(await write(m, fileId, 'd', 3n), 1);
  t.is(await statusOf(create(m, 'f')), STATUS_ACCESS_DENIED);
  await logOnAgain(m, 'alice');
  await t.notThrowsAsync(create(m, 'f'));
  t.deepEqual(h.errors, []);
});

test('who authenticates as nobody connects to no share that nobody may connect to', async (t) => {
  const h = startServer({ allowAnonymous: true });
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  await logOnAgain(m, '');
  t.is(await write(m, fileId, 'a'), 1);
  t.is(await statusOf(m.client.tree('share')), STATUS_ACCESS_DENIED);
  await logOnAgain(m, 'alice');
  await t.notThrowsAsync(m.client.tree('share'));
});

test('a wrong password ends the session that it was to renew, with all that is open [MS-SMB2 3.3.5.5.3]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  await create(m, 'f', { shareAccess: 0 });
  const refused = statusOf(m.client.logOn('alice', 'wrong'));
  await settle();
  await h.advance(30_000);
  t.is(await refused, NtStatus.STATUS_LOGON_FAILURE);
  t.is(h.server.sessions.size, 0);
  await t.notThrowsAsync(create(await mount(await h.logOn({}, 'bob')), 'f', { shareAccess: 0 }));
});

test('a durable open stays its owner’s, whoever the session is of when it is lost [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const join = async (user: string): Promise<Mount> => mount(await h.logOn({ clientGuid: CLIENT }, user));
  const wanted = {
    requestedOplockLevel: OplockLevel.BATCH,
    createContexts: [
      { name: 'DH2Q', data: encode(durableHandleRequestV2, { timeoutMs: 0, flags: 0, createGuid: GUID }) },
    ],
  };
  const back = (m: Mount, fileId: FileId) =>
    create(m, 'f', {
      desiredAccess: 0,
      createContexts: [
        { name: 'DH2C', data: encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags: 0 }) },
      ],
    });
  const replay = (m: Mount) =>
    m.client.request(Command.CREATE, createRequest, createResponse, createBody('f', wanted), {
      treeId: m.treeId,
      flags: HeaderFlags.REPLAY_OPERATION,
    });

  const first = await join('alice');
  const made = await create(first, 'f', wanted);
  await logOnAgain(first, 'bob');
  first.client.close();
  await settle();
  const bob = await join('bob');
  t.is(await statusOf(back(bob, made.fileId)), STATUS_ACCESS_DENIED);
  t.is(await statusOf(replay(bob)), STATUS_ACCESS_DENIED);
  const alice = await join('alice');
  t.is((await replay(alice)).body!.createAction, made.createAction);

  await logOnAgain(alice, 'bob');
  t.is(await statusOf(replay(alice)), STATUS_ACCESS_DENIED, 'not even in the same session');
  alice.client.close();
  await settle();
  await t.notThrowsAsync(back(await join('alice'), made.fileId));
  t.deepEqual(h.errors, []);
});
