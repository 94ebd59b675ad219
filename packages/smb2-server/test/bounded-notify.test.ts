import { decode } from '@tsmbd/ms-dtyp';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  FileAction,
  type FileId,
  fileNotifyInformation,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { MAX_WAITING } from '../src/commands/change-notify.ts';
import type { NotifyWatch } from '../src/notify/notify.ts';
import { alone, settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, statusOf } from './requests.ts';
import { toldVfs } from './told-vfs.ts';

/** A server whose back end tells of what the test says that others changed. */
function withWatch() {
  const { vfs, tell } = toldVfs();
  return { h: startServer({}, { vfs }), tell };
}

function watch(m: Mount, fileId: FileId) {
  const body = { flags: 1, outputBufferLength: 65_536, fileId, completionFilter: 0x17f };
  const expected = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_NOTIFY_ENUM_DIR];
  return m.client
    .request(Command.CHANGE_NOTIFY, changeNotifyRequest, changeNotifyResponse, body, { treeId: m.treeId }, expected)
    .then(({ header, body: answer }) => ({
      status: header.status,
      changes: decode(fileNotifyInformation, answer!.buffer),
    }));
}

const directory = (m: Mount) => create(m, '', { createOptions: 1, desiredAccess: 1, createDisposition: 1 });

alone('what the back end tells of together goes out in one answer', async (t) => {
  const { h, tell } = withWatch();
  const m = await mount(await h.logOn());
  const { fileId } = await directory(m);
  const answer = watch(m, fileId);
  await settle();
  for (const name of ['a', 'b', 'c']) tell('added', name);
  t.deepEqual(
    (await answer).changes.map(({ fileName }) => fileName),
    ['a', 'b', 'c'],
  );
});

alone(
  'thousands of local renames are not told one by one, nor looked at: one STATUS_NOTIFY_ENUM_DIR says it when they end',
  async (t) => {
    const { h, tell } = withWatch();
    const m = await mount(await h.logOn());
    const { fileId } = await directory(m);
    let answer = watch(m, fileId);
    await settle();
    const watched = [...h.server.opens.all()][0]!.watch as NotifyWatch;
    const { pushLater } = watched;
    let told = 0;
    watched.pushLater = (change) => {
      told++;
      pushLater.call(watched, change);
    };
    for (let i = 0; i < 3000; i++) {
      tell('renamed-from', `f${i}`);
      tell('renamed-to', `f${i + 1}`);
    }
    t.is(told, 512, 'no more is looked at');
    await answer;
    answer = watch(m, fileId);
    let over = false;
    void answer.then(() => {
      over = true;
    });
    await settle();
    t.false(over, 'nothing is told as long as they may come');
    for (let i = 0; i < 10; i++) tell('added', `g${i}`);
    t.is(told, 512);
    await h.advance(200);
    t.is((await answer).status, NtStatus.STATUS_NOTIFY_ENUM_DIR);
    // So many came in that time that those of the next are not looked at either.
    tell('added', 'unseen');
    t.is(told, 512);
    answer = watch(m, fileId);
    await settle();
    await h.advance(200);
    t.is((await answer).status, NtStatus.STATUS_NOTIFY_ENUM_DIR);
    const after = watch(m, fileId);
    await settle();
    tell('added', 'single');
    t.deepEqual((await after).changes, [{ action: FileAction.ADDED, fileName: 'single' }]);
  },
);

test('no more than 128 CHANGE_NOTIFY wait at one open: STATUS_INSUFFICIENT_RESOURCES', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const [one, two] = [await directory(m), await directory(m)];
  const waiting = Array.from({ length: MAX_WAITING }, () => statusOf(watch(m, one.fileId)));
  t.is(await statusOf(watch(m, one.fileId)), NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  const other = statusOf(watch(m, two.fileId));
  await settle();
  const watched = [...h.server.opens.all()].map((open) => open.watch!.waiting);
  t.deepEqual(watched, [MAX_WAITING, 1]);
  await close(m, one.fileId);
  t.deepEqual(new Set(await Promise.all(waiting)), new Set([NtStatus.STATUS_NOTIFY_CLEANUP]));
  await close(m, two.fileId);
  t.is(await other, NtStatus.STATUS_NOTIFY_CLEANUP);
});

test('neither CLOSE nor CANCEL looks at requests that wait for something else', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const [one, two] = [await directory(m), await directory(m)];
  const many = Array.from({ length: 100 }, () => statusOf(watch(m, one.fileId)));
  const single = statusOf(watch(m, two.fileId));
  await settle();
  const [connection] = [...h.server.connections];
  let looks = 0;
  connection!.pending.values = () => {
    looks++;
    return new Map().values();
  };
  await close(m, two.fileId);
  t.is(await single, NtStatus.STATUS_NOTIFY_CLEANUP);
  t.is(connection!.pending.size, 100);
  await close(m, one.fileId);
  await Promise.all(many);
  t.is(looks, 0);
});
