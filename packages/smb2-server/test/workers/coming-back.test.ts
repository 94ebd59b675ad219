import { encode } from '@tsmbd/ms-dtyp';
import {
  appInstanceId,
  Command,
  type CreateContext,
  CreateContextName,
  type CreateResponse,
  createRequest,
  createResponse,
  HeaderFlags,
  LockFlags,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { statusOf as status } from '../../src/index.ts';
import { BATCH, back, backV2, CLIENT, join, lock, reopen, v1, v2 } from '../durable-client.ts';
import { acknowledge, client, key, leased } from '../lease-client.ts';
import { close, create, createBody, type Mount, mount, read, statusOf, write } from '../requests.ts';
import { stagedVfs } from '../staged-vfs.ts';
import { TestStore } from '../test-store.ts';
import { EXCLUSIVE, everywhere, holdAt, isAnswered } from './stage.ts';
import { settleWorkers, startWorkers, type WorkersWorld } from './world.ts';

const { STATUS_OBJECT_NAME_NOT_FOUND, STATUS_ACCESS_DENIED, STATUS_FILE_CLOSED } = NtStatus;
const OTHER = 'bbbbbbbb-0000-4000-8000-000000000000';
const APP: CreateContext = {
  name: CreateContextName.APP_INSTANCE_ID,
  data: encode(appInstanceId, { appInstanceId: '99999999-2222-4333-8444-555555555555' }),
};
const ALONE = { shareAccess: 0 };

async function lose(m: Mount): Promise<void> {
  m.client.close();
  await settleWorkers();
}

for (const [version, asks, reconnects] of [
  ['1, 3.3.5.9.7', v1, back],
  ['2, 3.3.5.9.12', v2(), backV2],
] as const) {
  everywhere(
    `a durable open is not lost to who comes back by another worker [MS-SMB2] version ${version}`,
    async (t, s) => {
      await s.home('f');
      const first = await join(s.alice);
      const made = await create(first, 'f', { ...BATCH, createContexts: [asks] });
      t.is(made.createContexts.length, 1);
      await write(first, made.fileId, 'kept');
      await lock(first, made.fileId, 0n, EXCLUSIVE, 1);
      await lose(first);
      const statuses = await Promise.all(s.w.servers.map((server) => status(server)));
      t.is(statuses.flatMap(({ waitingOpens }) => waitingOpens).length, 1);
      const mallory = await join(s.bob, 'bob');
      t.is(await statusOf(reopen(mallory, reconnects(made.fileId))), STATUS_ACCESS_DENIED, 'another user');
      const second = await join(s.bob);
      const again = await reopen(second, reconnects(made.fileId));
      t.is(again.oplockLevel, OplockLevel.BATCH);
      t.is(again.fileId.persistent, made.fileId.persistent);
      t.not(again.fileId.volatile, made.fileId.volatile);
      t.is(await read(second, again.fileId), 'kept');
      t.is(await statusOf(reopen(await join(s.alice), reconnects(made.fileId))), STATUS_OBJECT_NAME_NOT_FOUND);
      await lock(second, again.fileId, 0n, LockFlags.UNLOCK, 2);
      await close(second, again.fileId);
      t.is(s.w.servers.flatMap((server) => [...server.opens.all()]).length, 0);
    },
  );
}

everywhere(
  'a durable open at another worker ends when somebody else wants the file, or in time [MS-SMB2 3.3.6.2]',
  async (t, s) => {
    await s.home('f');
    const first = await join(s.alice);
    const made = await create(first, 'f', { ...BATCH, createContexts: [v2(0, 5000)] });
    await lose(first);
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    const theirs = await create(bob, 'f', BATCH);
    t.is(theirs.oplockLevel, OplockLevel.BATCH, 'nobody has it any more');
    t.is(await statusOf(reopen(await join(s.bob), backV2(made.fileId))), STATUS_OBJECT_NAME_NOT_FOUND);
    await close(bob, theirs.fileId);
    const second = await join(s.alice);
    const again = await create(second, 'f', { ...BATCH, createContexts: [v2(0, 5000)] });
    await lose(second);
    await s.w.advance(5000);
    t.is(await statusOf(reopen(await join(s.bob), backV2(again.fileId))), STATUS_OBJECT_NAME_NOT_FOUND);
  },
);

everywhere('a CREATE that comes twice opens once, also by another worker [MS-SMB2 3.3.5.9.10]', async (t, s) => {
  await s.home('f');
  const m = await join(s.alice);
  const second = await join(s.bob);
  const body = createBody('f', { ...ALONE, createContexts: [v2()] });
  const send = ({ client, treeId }: Mount, flags: number) =>
    client.request(Command.CREATE, createRequest, createResponse, body, { treeId, flags });
  const made = (await send(m, 0)).body!;
  t.is(await statusOf(send(m, 0)), NtStatus.STATUS_DUPLICATE_OBJECTID);
  t.is(await statusOf(send(second, 0)), NtStatus.STATUS_DUPLICATE_OBJECTID);
  const again = (await send(m, HeaderFlags.REPLAY_OPERATION)).body!;
  t.deepEqual(again.fileId, made.fileId);
  t.is(again.createAction, made.createAction);
  // Who uses the FileId has seen the answer.
  t.is(await statusOf(read(m, made.fileId)), NtStatus.STATUS_END_OF_FILE);
  t.is(await statusOf(send(m, HeaderFlags.REPLAY_OPERATION)), NtStatus.STATUS_SHARING_VIOLATION);
});

everywhere(
  'a repeated CREATE finds nothing that its client has used, and leaves nothing open [MS-SMB2 3.3.5.9.10]',
  async (t, s) => {
    await s.home('f');
    const m = await join(s.alice);
    const body = createBody('f', { ...ALONE, createContexts: [v2()] });
    const send = (flags: number) =>
      m.client.request(Command.CREATE, createRequest, createResponse, body, { treeId: m.treeId, flags });
    for (const repeats of [0, 2]) {
      const { fileId } = (await send(0)).body!;
      for (let i = 0; i < repeats; i++) await send(HeaderFlags.REPLAY_OPERATION);
      t.is(await statusOf(read(m, fileId)), NtStatus.STATUS_END_OF_FILE);
      t.is(await statusOf(send(HeaderFlags.REPLAY_OPERATION)), NtStatus.STATUS_SHARING_VIOLATION, `${repeats} repeats`);
      await close(m, fileId);
    }
    s.letGo();
    await lose(m);
    t.deepEqual(s.w.left(), []);
  },
);

everywhere('a lease comes back with its durable open by another worker [MS-SMB2 3.3.5.9.12]', async (t, s) => {
  await s.home('f');
  const first = await client(s.alice, CLIENT);
  const held = await leased(first, 'f', key(1), 7);
  t.is(held.lease?.leaseState, 7);
  await close(first, held.response.fileId);
  const again = await leased(await client(s.bob, CLIENT), 'f', key(1), 7);
  t.is(again.lease?.leaseState, 7);
  const bob = create(await client(s.alice, OTHER), 'f');
  t.false(await isAnswered(bob));
  await acknowledge(first, key(1), 3);
  t.is((await bob).createAction, 1);
});

everywhere('an application that moves to another worker takes its files along [MS-SMB2 3.3.5.9.13]', async (t, s) => {
  await s.home('f');
  const here = await join(s.alice);
  const there = await mount(await s.bob.logOn({ clientGuid: OTHER }));
  for (const contexts of [[APP], [v2(), APP]]) {
    const made = await create(here, 'f', { ...BATCH, ...ALONE, createContexts: contexts });
    const moved = await create(there, 'f', { ...ALONE, createContexts: [APP] });
    t.is(await statusOf(read(here, made.fileId)), STATUS_FILE_CLOSED);
    const again = create(there, 'f', { ...ALONE, createContexts: [APP] });
    t.is(await statusOf(again), NtStatus.STATUS_SHARING_VIOLATION, 'of the same client');
    await close(there, moved.fileId);
  }
});

everywhere(
  'a user ends his own session at another worker by its PreviousSessionId, nobody else’s [MS-SMB2 3.3.5.5.3]',
  async (t, s) => {
    await s.home('f');
    const lost = await mount(await s.alice.logOn());
    await create(lost, 'f', ALONE);
    const logOn = async (user: string, password: string): Promise<Mount> => {
      const next = s.bob.connect();
      await next.negotiate();
      await next.logOn(user, password, '', lost.client.sessionId);
      return mount(next);
    };
    const other = await logOn('bob', 'bob-password');
    t.is(await statusOf(create(other, 'f')), NtStatus.STATUS_SHARING_VIOLATION);
    t.true(s.alice.server.sessions.has(lost.client.sessionId));
    const wrong = statusOf(logOn('alice', 'wrong'));
    await settleWorkers();
    await s.w.advance(5_000);
    t.is(await wrong, NtStatus.STATUS_LOGON_FAILURE);
    t.true(s.alice.server.sessions.has(lost.client.sessionId));
    const m = await logOn('alice', 'alice-password');
    t.false(s.alice.server.sessions.has(lost.client.sessionId));
    t.is((await create(m, 'f', ALONE)).createAction, 1);
  },
);

everywhere(
  'a persistent open is neither taken nor repeated by way of another worker [MS-SMB2 3.3.5.9.10, 3.3.5.9.12]',
  async (t, s) => {
    await s.home('f');
    const m = await join(s.alice);
    const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
    const bob = await mount(await s.bob.logOn({}, 'bob'));
    await lose(m);
    t.is(await statusOf(create(bob, 'f')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
    const second = await join(s.bob);
    t.is(await statusOf(create(second, 'g', { createContexts: [v2(2)] })), NtStatus.STATUS_DUPLICATE_OBJECTID);
    const again = await reopen(second, backV2(made.fileId, 2));
    await write(second, again.fileId, 'kept');
    t.is(await read(second, again.fileId), 'kept');
  },
  () => ({ share: { continuouslyAvailable: true }, environment: { persistentStore: new TestStore() } }),
);

/** Messages from one worker to another wait until the returned function is called. */
function holdMail({ servers }: WorkersWorld, from: number, to: number): () => void {
  const link = servers[from]!.env.workers!;
  const { post } = link;
  const held: Parameters<typeof post>[] = [];
  link.post = (...message) => {
    if (message[0] === to) held.push(message);
    else post(...message);
  };
  return () => {
    link.post = post;
    for (const message of held) post(...message);
  };
}

for (const [what, ask] of [
  ['reclaimed', (m: Mount, { fileId }: CreateResponse) => reopen(m, backV2(fileId))],
  ['repeated', (m: Mount) => createAgain(m)],
] as const) {
  test(`an open can be ${what} before its home has heard that the connection is gone [MS-SMB2 3.3.5.9.12]`, async (t) => {
    const w = startWorkers(3);
    const release = await holdAt(w, 1, 'f', 'file');
    const first = await join(w.at(0));
    const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
    release();
    const second = await join(w.at(2));
    const letGo = holdMail(w, 0, 1);
    await lose(first);
    const asking = ask(second, made);
    t.false(await isAnswered(asking));
    letGo();
    t.is((await asking).fileId.persistent, made.fileId.persistent);
    t.deepEqual(w.errors, []);
  });

  test(`an open can be ${what} when its worker has died, and its home has not heard of that`, async (t) => {
    const w = startWorkers(3);
    await holdAt(w, 1, 'f', 'file');
    const first = await join(w.at(0));
    const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
    const second = await join(w.at(2));
    holdMail(w, 1, 0);
    const asking = ask(second, made);
    t.false(await isAnswered(asking), 'the worker may have died');
    await w.kill(0);
    t.is((await asking).fileId.persistent, made.fileId.persistent);
    t.deepEqual(w.errors, []);
  });
}

test('an open can be reclaimed while others of its lost connection are being closed [MS-SMB2 3.3.5.9.12]', async (t) => {
  const staged = stagedVfs();
  const w = startWorkers(2, { share: { vfs: staged.vfs } });
  for (const name of ['f', 'g']) await holdAt(w, 1, name, 'file');
  const first = await join(w.at(0));
  await create(first, 'g');
  const made = await create(first, 'f', { ...BATCH, createContexts: [v2()] });
  const second = await join(w.at(1));
  staged.hold('close');
  await lose(first);
  const asking = reopen(second, backV2(made.fileId));
  t.false(await isAnswered(asking));
  await staged.letGo();
  t.is((await asking).fileId.persistent, made.fileId.persistent);
  t.deepEqual(w.errors, []);
});

test('an open is not lost to a client that goes in any turn of its coming back', async (t) => {
  const w = startWorkers(3);
  await holdAt(w, 1, 'f', 'file');
  let m = await join(w.at(0));
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2()] });
  for (let turns = 0; turns < 12; turns++) {
    const next = await join(w.at(2));
    // The home asks the open's worker whether the connection is there, and meanwhile both go.
    const asking = reopen(next, backV2(fileId)).catch(() => undefined);
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    m.client.close();
    next.client.close();
    await settleWorkers();
    await asking;
    m = await join(w.at(0));
    const again = await reopen(m, backV2(fileId));
    t.is(again.fileId.persistent, fileId.persistent, `after ${turns} turns`);
  }
  t.deepEqual(w.errors, []);
});

/** Repeats the CREATE of `f`. */
async function createAgain({ client, treeId }: Mount): Promise<CreateResponse> {
  const body = createBody('f', { ...BATCH, createContexts: [v2()] });
  const options = { treeId, flags: HeaderFlags.REPLAY_OPERATION };
  return (await client.request(Command.CREATE, createRequest, createResponse, body, options)).body!;
}
