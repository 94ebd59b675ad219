import { CreateOptions, NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { BATCH, backV2, join, lose, reopen, v2 } from './durable-client.ts';
import { alone, startServer } from './harness.ts';
import { close, create, type Mount, mount, statusOf } from './requests.ts';

/** How many more files the session can open. */
async function fill(m: Mount, name: string): Promise<number> {
  for (let count = 0; ; count++) {
    const status = await statusOf(create(m, `${name}${count}`));
    if (status === NtStatus.STATUS_TOO_MANY_OPENED_FILES) return count;
    if (status !== NtStatus.STATUS_SUCCESS) throw new Error(`0x${status.toString(16)}`);
  }
}

alone(
  'one session that opens without end leaves descriptors for others: STATUS_TOO_MANY_OPENED_FILES is its own',
  async (t) => {
    const h = startServer({ maxDescriptors: 64, maxOpensPerSession: 1000 });
    const first = await mount(await h.logOn());
    t.is(await fill(first, 'a'), 31, 'half of them');
    const second = await mount(await h.logOn({}, 'bob'));
    const made = await create(second, 'mine');
    t.true((await fill(second, 'b')) >= 12, 'half of what was left');
    t.is(await statusOf(create(first, 'more')), NtStatus.STATUS_TOO_MANY_OPENED_FILES);
    const third = await mount(await h.logOn());
    await create(third, 'still');
    await close(second, made.fileId);
    await create(second, 'again');
    first.client.close();
    await h.advance(1);
    t.true((await fill(second, 'c')) > 5, 'what has gone is free again');
    t.deepEqual(h.errors, []);
  },
);

test('opens that come all at once are counted before they are open', async (t) => {
  const h = startServer({ maxDescriptors: 64, maxOpensPerSession: 1000 });
  const m = await mount(await h.logOn());
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => statusOf(create(m, `f${i}`))));
  const opened = all.filter((status) => status === NtStatus.STATUS_SUCCESS).length;
  t.true(opened > 10 && opened < 32, `${opened} of 100`);
  const refused = all.filter((status) => status === NtStatus.STATUS_TOO_MANY_OPENED_FILES).length;
  t.is(opened + refused, 100);
});

test('a directory counts for its listing too, and a CREATE that fails counts for nothing', async (t) => {
  const h = startServer({ maxDescriptors: 32, maxOpensPerSession: 1000 });
  const m = await mount(await h.logOn());
  const options = { createOptions: CreateOptions.DIRECTORY_FILE };
  for (let i = 0; i < 100; i++) {
    t.is(await statusOf(create(m, 'missing', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  }
  let opened = 0;
  while ((await statusOf(create(m, 'd', { ...options, createDisposition: 3 }))) === NtStatus.STATUS_SUCCESS) opened++;
  t.is(opened, 8, 'fifteen files would have had room');
});

alone('an open that its client came back for is counted for the session that has it now', async (t) => {
  const h = startServer({ maxDescriptors: 17, maxOpensPerSession: 1000 });
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(m);
  const again = await join(h);
  const { fileId } = await reopen(again, backV2(made.fileId));
  t.is(await fill(again, 'a'), 6, 'seven, were it not counted');
  await close(again, fileId);
  t.is(await fill(again, 'b'), 1);
});
