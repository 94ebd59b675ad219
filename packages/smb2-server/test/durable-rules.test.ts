import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  CreateOptions,
  type CreateRequest,
  createRequest,
  createResponse,
  durableHandleResponseV2,
  type FileId,
  FsctlCode,
  HeaderFlags,
  ioctlRequest,
  ioctlResponse,
  lease,
  NtStatus,
  networkResiliencyRequest,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { BATCH, back, backV2, CLIENT, join, lose, reopen, v2 } from './durable-client.ts';
import { diskShare, startServer } from './harness.ts';
import { key } from './lease-client.ts';
import { create, createBody, type Mount, mount, statusOf } from './requests.ts';

const {
  STATUS_ACCESS_DENIED,
  STATUS_DUPLICATE_OBJECTID,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_SUCCESS,
} = NtStatus;

/** Reads and handles of the n-th lease. */
function leaseOf(n: number): CreateContext {
  const parentLeaseKey = '00000000-0000-0000-0000-000000000000';
  const wanted = { version: 2 as const, leaseKey: key(n), leaseState: 3, flags: 0, leaseDuration: 0n };
  return { name: 'RqLs', data: encode(lease, { ...wanted, parentLeaseKey, epoch: 0 }) };
}

const LEASED = { requestedOplockLevel: OplockLevel.LEASE };

function replay({ client, treeId }: Mount, name: string, more: Partial<CreateRequest>) {
  const options = { treeId, flags: HeaderFlags.REPLAY_OPERATION };
  return client.request(Command.CREATE, createRequest, createResponse, createBody(name, more), options);
}

function resiliency({ client, treeId }: Mount, fileId: FileId, timeoutMs: number) {
  const NOTHING = new Uint8Array(0);
  const body = {
    ctlCode: FsctlCode.LMR_REQUEST_RESILIENCY,
    fileId,
    input: encode(networkResiliencyRequest, { timeoutMs }),
    output: NOTHING,
    maxInputResponse: 0,
    maxOutputResponse: 0,
    flags: 1,
  };
  return client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId });
}

test('a CREATE is not replayed in another session while its open is in use [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const [first, second] = [await join(h), await join(h)];
  const wanted = { ...BATCH, createContexts: [v2()] };
  const made = await create(first, 'f', wanted);
  t.is(await statusOf(replay(second, 'f', wanted)), STATUS_DUPLICATE_OBJECTID);
  t.deepEqual((await replay(first, 'f', wanted)).body!.fileId, made.fileId);
});

test('a CREATE with another lease than at first is no replay [MS-SMB2 3.3.5.9.10]', async (t) => {
  const m = await join(startServer());
  const made = await create(m, 'f', { ...LEASED, createContexts: [v2(), leaseOf(1)] });
  const other = replay(m, 'f', { ...LEASED, createContexts: [v2(), leaseOf(2)] });
  t.is(await statusOf(other), STATUS_ACCESS_DENIED);
  t.is(await statusOf(replay(m, 'f', { ...BATCH, createContexts: [v2()] })), STATUS_ACCESS_DENIED, 'without a lease');
  const same = await replay(m, 'f', { ...LEASED, createContexts: [v2(), leaseOf(1)] });
  t.deepEqual(same.body!.fileId, made.fileId);
});

test('a durable open comes back in its own share and in no other [MS-SMB2 3.3.5.9.7]', async (t) => {
  const h = startServer();
  h.server.setShares([...h.server.shares, diskShare('other', createMemoryVfs())]);
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2()] });
  await lose(m);
  const client = await h.logOn({ clientGuid: CLIENT });
  const other = await mount(client, 'other');
  for (const context of [back(made.fileId), backV2(made.fileId)]) {
    t.is(await statusOf(reopen(other, context)), STATUS_OBJECT_NAME_NOT_FOUND);
  }
  t.is(await statusOf(reopen(await mount(client), backV2(made.fileId))), STATUS_SUCCESS);
});

test('a reconnect with another CreateGuid finds nothing, whatever else is wrong with it [MS-SMB2 3.3.5.9.12]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const made = await create(m, 'f', { ...LEASED, createContexts: [v2(), leaseOf(1)] });
  await lose(m);
  const again = await join(h);
  const [guid, named] = [backV2(made.fileId), backV2(made.fileId)];
  guid.data[16]! ^= 1;
  const comesBack = (context: CreateContext, name: string) =>
    statusOf(create(again, name, { ...LEASED, desiredAccess: 0, createContexts: [context, leaseOf(1)] }));
  t.is(await comesBack(guid, 'f'), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await comesBack(guid, 'g'), STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(await comesBack(named, 'g'), STATUS_INVALID_PARAMETER, 'another file by the lease’s name');
  t.is(await comesBack(named, 'f'), STATUS_SUCCESS);
});

test('a directory is not durable, nor is a file where the share has no durable opens [MS-SMB2 3.3.5.9.10]', async (t) => {
  const names = async (m: Mount, name: string, createOptions: number): Promise<string[]> => {
    const wanted = { ...LEASED, createOptions, createContexts: [v2(), leaseOf(1)] };
    return (await create(m, name, wanted)).createContexts.map((context) => context.name).sort();
  };
  t.deepEqual(await names(await join(startServer()), 'f', 0), ['DH2Q', 'RqLs']);
  t.deepEqual(await names(await join(startServer()), 'd', CreateOptions.DIRECTORY_FILE), ['RqLs']);
  t.deepEqual(await names(await join(startServer({}, { durableHandles: false })), 'f', 0), ['RqLs']);
});

test('an open that is durable stays its owner’s when another user of the session asks for resiliency', async (t) => {
  const h = startServer();
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2()] });
  await m.client.logOn('bob', 'bob-password');
  await resiliency(m, made.fileId, 0);
  await lose(m);
  t.is(await statusOf(reopen(await join(h, 'bob'), backV2(made.fileId))), STATUS_ACCESS_DENIED);
  t.is(await statusOf(reopen(await join(h), backV2(made.fileId))), STATUS_SUCCESS);
});

test('an open waits five minutes for its client at most [MS-SMB2 3.3.5.9.10]', async (t) => {
  const h = startServer();
  const m = await join(h);
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(0, 0x7fff_ffff)] });
  const granted = made.createContexts.find(({ name }) => name === 'DH2Q')!;
  t.is(decode(durableHandleResponseV2, granted.data).timeoutMs, 300_000);
  await lose(m);
  await h.advance(299_000);
  t.is([...h.server.durables.waiting].length, 1);
  await h.advance(2_000);
  t.is([...h.server.durables.waiting].length, 0);
});

test('resiliency of more than five minutes is refused [MS-SMB2 3.3.5.15.9]', async (t) => {
  const m = await join(startServer());
  const { fileId } = await create(m, 'f');
  t.is(await statusOf(resiliency(m, fileId, 300_001)), STATUS_INVALID_PARAMETER);
  t.is(await statusOf(resiliency(m, fileId, 300_000)), STATUS_SUCCESS);
});
