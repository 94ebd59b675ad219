import { LeaseState, NtStatus, OplockLevel } from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { Share, Visitor } from '../src/index.ts';
import { BATCH, back, CLIENT, lose, reopen, v1 } from './durable-client.ts';
import { alone, diskShare, type Harness, settle, startServer } from './harness.ts';
import { acknowledge, CLIENT_A, client, key, leased } from './lease-client.ts';
import { create, mount, read, statusOf, write } from './requests.ts';

const RWH = LeaseState.READ_CACHING | LeaseState.WRITE_CACHING | LeaseState.HANDLE_CACHING;

/** A share that is another folder for each name that `folderOf` says; '' is none. */
function perTree(folderOf: (visitor: Visitor) => string, more: Partial<Share> = {}): Harness {
  const folders = new Map<string, Vfs>();
  const base = diskShare('share', undefined!, more);
  const at = async (visitor: Visitor): Promise<Share | undefined> => {
    const name = folderOf(visitor);
    await settle();
    if (name === '') return undefined;
    const vfs = folders.get(name) ?? createMemoryVfs();
    folders.set(name, vfs);
    return { ...base, vfs, place: ['srv', name] };
  };
  const h = startServer();
  h.server.setShares([{ ...base, at }]);
  return h;
}

alone('a share that is another folder for each user: each has his own', async (t) => {
  const asked: string[] = [];
  const h = perTree(({ identity, address }) => {
    asked.push(`${identity.name} ${address}`);
    return identity.name;
  });
  const alice = await mount(await h.logOn());
  const bob = await mount(await h.logOn({}, 'bob'));
  const hers = await create(alice, 'f');
  await write(alice, hers.fileId, 'hers');
  const his = await create(bob, 'f');
  t.is(await read(alice, hers.fileId), 'hers');
  await write(bob, his.fileId, 'his');
  t.is(await read(alice, hers.fileId), 'hers');
  const again = await mount(await h.logOn());
  t.is(await read(again, (await create(again, 'f')).fileId), 'hers');
  t.deepEqual(asked, ['alice client', 'bob client', 'alice client']);
  t.deepEqual(h.errors, []);
});

test('who has no folder of his own, or may not connect, gets no tree [MS-SMB2 3.3.5.7]', async (t) => {
  const asked: string[] = [];
  const none = ({ identity }: Visitor): string => {
    asked.push(identity.name);
    return '';
  };
  const h = perTree(none, { access: ({ name }) => (name === 'bob' ? 'none' : 'write') });
  t.is(await statusOf(mount(await h.logOn())), NtStatus.STATUS_BAD_NETWORK_NAME);
  t.is(await statusOf(mount(await h.logOn({}, 'bob'))), NtStatus.STATUS_ACCESS_DENIED);
  t.deepEqual(asked, ['alice']);
  const client = await h.logOn();
  const connecting = mount(client).catch(() => {});
  client.close();
  await connecting;
  await settle();
  t.is(h.server.treeCount(h.server.share('share')!), 0);
  t.deepEqual(h.errors, []);
});

test('a durable open is not found from a tree of another folder [MS-SMB2 3.3.5.9.7]', async (t) => {
  let folder = 'one';
  const h = perTree(() => folder);
  const join = async () => mount(await h.logOn({ clientGuid: CLIENT }));
  const first = await join();
  const made = await create(first, 'f', { ...BATCH, createContexts: [v1] });
  await write(first, made.fileId, 'kept');
  await lose(first);
  folder = 'two';
  t.is(await statusOf(reopen(await join(), back(made.fileId))), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  folder = 'one';
  const second = await join();
  t.is(await read(second, (await reopen(second, back(made.fileId))).fileId), 'kept');
});

alone('a client that takes two files of one name for one is left nothing to cache of either', async (t) => {
  let folder = 'one';
  const h = perTree(() => folder);
  const first = await client(h, CLIENT_A);
  t.is((await leased(first, 'f', key(1), RWH)).lease?.leaseState, RWH);
  folder = 'two';
  const second = await client(h, CLIENT_A);
  const { response, lease } = await leased(second, 'f', key(1), RWH);
  t.is(response.oplockLevel, OplockLevel.LEASE);
  t.like(lease, { leaseKey: key(1), leaseState: LeaseState.NONE });
  await settle();
  const [told] = [...first.breaks, ...second.breaks];
  t.like(told, { leaseKey: key(1), currentLeaseState: RWH, newLeaseState: LeaseState.NONE });
  await acknowledge(first, key(1), LeaseState.NONE);
  t.is((await leased(first, 'f', key(1), RWH)).lease?.leaseState, LeaseState.NONE);
  // In one folder it knows that they are two.
  t.is(await statusOf(leased(first, 'other', key(1), RWH)), NtStatus.STATUS_INVALID_PARAMETER);
  t.deepEqual(h.errors, []);
});
