import { NtStatus } from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { Share } from '../src/index.ts';
import { alone, diskShare, settle, startServer } from './harness.ts';
import { close, create, mount, statusOf } from './requests.ts';

/** A back end that says when it is disposed of. */
function noted(disposed: string[], name: string): Vfs {
  const vfs = createMemoryVfs();
  vfs.dispose = () => void disposed.push(name);
  return vfs;
}

alone('a share that was removed holds its back end until its last tree is gone, and no longer', async (t) => {
  const disposed: string[] = [];
  const vfs = noted(disposed, 'a');
  const h = startServer({}, { vfs });
  const first = await h.logOn();
  const m = await mount(first);
  const second = await h.logOn({}, 'bob');
  await mount(second);
  const { fileId } = await create(m, 'f');
  h.server.setShares([]);
  second.close();
  await settle();
  t.deepEqual(disposed, [], 'a tree is left');
  await close(m, fileId);
  t.deepEqual(disposed, []);
  first.close();
  await settle();
  t.deepEqual(disposed, ['a']);
});

alone('a back end that another share shows is not disposed of', async (t) => {
  const disposed: string[] = [];
  const vfs = noted(disposed, 'a');
  const h = startServer({}, { vfs });
  h.server.setShares([diskShare('other', vfs)]);
  t.deepEqual(disposed, []);
  h.server.setShares([]);
  await settle();
  t.deepEqual(disposed, ['a']);
});

alone(
  'who connects finds what the share is now; trees keep what they have; what is shown no more goes with them',
  async (t) => {
    const disposed: string[] = [];
    const base = diskShare('share', noted(disposed, 'first'));
    let shown: Share | undefined = base;
    let served = base;
    const h = startServer();
    h.server.setShares([
      {
        ...base,
        get vfs() {
          return served.vfs!;
        },
        current: () => {
          served = shown ?? served;
          return shown;
        },
      },
    ]);
    const old = await mount(await h.logOn());
    const { fileId } = await create(old, 'old');
    shown = undefined;
    t.is(await statusOf(mount(await h.logOn({}, 'bob'))), NtStatus.STATUS_BAD_NETWORK_NAME);
    shown = { ...base, vfs: noted(disposed, 'second') };
    const now = await mount(await h.logOn({}, 'bob'));
    t.is(await statusOf(create(now, 'old', { createDisposition: 1 })), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    await close(old, fileId);
    t.is(await statusOf(create(old, 'old', { createDisposition: 1 })), NtStatus.STATUS_SUCCESS);
    t.deepEqual(disposed, []);
    h.server.setShares([]);
    old.client.close();
    await settle();
    t.deepEqual(disposed, ['first']);
    now.client.close();
    await settle();
    t.deepEqual(disposed, ['first', 'second']);
  },
);

test("a back end that is one tree's own goes with the tree", async (t) => {
  const disposed: string[] = [];
  const base = diskShare('share', undefined!);
  const h = startServer();
  h.server.setShares([{ ...base, at: ({ identity }) => ({ ...base, vfs: noted(disposed, identity.name) }) }]);
  const alice = await h.logOn();
  await mount(alice);
  await mount(await h.logOn({}, 'bob'));
  alice.close();
  await settle();
  t.deepEqual(disposed, ['alice']);
});
