import { NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { close, create, mount, statusOf } from '../requests.ts';
import { everywhere } from './stage.ts';
import { settleWorkers, startWorkers } from './world.ts';

const { STATUS_INSUFFICIENT_RESOURCES, STATUS_REQUEST_NOT_ACCEPTED, STATUS_LOGON_FAILURE } = NtStatus;

test('several workers have no more users than one would', async (t) => {
  const w = startWorkers(3, { config: { maxSessions: 3 } });
  const clients = [];
  for (const worker of [0, 1, 2]) clients.push(await w.at(worker).logOn());
  for (const worker of [0, 1, 2]) t.is(await statusOf(w.at(worker).logOn()), STATUS_INSUFFICIENT_RESOURCES);
  clients[1]!.close();
  await settleWorkers();
  await t.notThrowsAsync(w.at(2).logOn());
  t.is(await statusOf(w.at(1).logOn()), STATUS_INSUFFICIENT_RESOURCES);
});

everywhere(
  'a session has no more opens at all workers than it may have at one',
  async (t, s) => {
    await s.home('far');
    const m = await mount(await s.alice.logOn());
    const opens = [await create(m, 'near'), await create(m, 'far'), await create(m, 'far')];
    for (const name of ['near', 'far', 'another']) {
      t.is(await statusOf(create(m, name)), STATUS_INSUFFICIENT_RESOURCES, name);
    }
    await close(m, opens[1]!.fileId);
    await create(m, 'near');
    t.is(await statusOf(create(m, 'far')), STATUS_INSUFFICIENT_RESOURCES);
    const other = await mount(await s.bob.logOn());
    t.is((await create(other, 'far')).createAction, 1, 'another session');
  },
  () => ({ config: { maxOpensPerSession: 3 } }),
);

everywhere(
  'a share has no more connections at all workers than it may have at one',
  async (t, s) => {
    const [first, second] = [await s.alice.logOn(), await s.bob.logOn({}, 'bob')];
    const m = await mount(first);
    await second.tree('share');
    for (const h of [s.alice, s.bob])
      t.is(await statusOf((await h.logOn()).tree('share')), STATUS_REQUEST_NOT_ACCEPTED);
    // What is carried out at another worker is no connection more.
    await s.home('f');
    await create(m, 'f');
    first.close();
    await settleWorkers();
    await t.notThrowsAsync(second.tree('share'));
    t.is(await statusOf((await s.alice.logOn()).tree('share')), STATUS_REQUEST_NOT_ACCEPTED);
  },
  () => ({ share: { maxConnections: 2 } }),
);

test('a guesser does not get more guesses by connecting to several workers', async (t) => {
  const w = startWorkers(3);
  let verdicts = 0;
  let at = 0;
  const guess = (): void => {
    const attempt = statusOf(w.at(at++ % 3).logOn({}, 'alice', 'wrong'));
    void attempt.then((status) => {
      if (status === STATUS_LOGON_FAILURE) verdicts += 1;
    });
  };
  for (let i = 0; i < 4; i++) guess();
  await settleWorkers();
  t.is(verdicts, 1);
  await w.advance(250);
  t.is(verdicts, 2);
  await w.advance(499);
  t.is(verdicts, 2);
  await w.advance(1);
  t.is(verdicts, 3);
  await w.advance(1000);
  t.is(verdicts, 4);
  t.deepEqual(w.errors, []);
});

test('guesses go on being delayed while the worker that counts them is gone', async (t) => {
  const w = startWorkers(2);
  await w.kill(0);
  const first = statusOf(w.at(1).logOn({}, 'alice', 'wrong'));
  t.is(await first, STATUS_LOGON_FAILURE);
  let ended = false;
  const second = statusOf(w.at(1).logOn({}, 'alice', 'wrong')).then(() => {
    ended = true;
  });
  await settleWorkers();
  t.false(ended);
  await w.advance(250);
  await second;
  await t.notThrowsAsync(w.at(1).logOn({}, 'bob'));
});
