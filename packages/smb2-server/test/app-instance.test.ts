import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  appInstanceId,
  appInstanceVersion,
  type CreateContext,
  CreateContextName,
  Dialect,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { BATCH, CLIENT, v2 } from './durable-client.ts';
import { type Harness, startServer } from './harness.ts';
import { create, type Mount, mount, read, statusOf } from './requests.ts';

const OTHER = 'bbbbbbbb-0000-4000-8000-000000000000';
const APP: CreateContext = {
  name: CreateContextName.APP_INSTANCE_ID,
  data: encode(appInstanceId, { appInstanceId: '99999999-2222-4333-8444-555555555555' }),
};
const version = (high: bigint, low = 0n): CreateContext => ({
  name: CreateContextName.APP_INSTANCE_VERSION,
  data: encode(appInstanceVersion, { appInstanceVersionHigh: high, appInstanceVersionLow: low }),
});
const ALONE = { shareAccess: 0 };

async function join(
  h: Harness,
  clientGuid: string,
  user?: string,
  dialect: number = Dialect.SMB_3_1_1,
): Promise<Mount> {
  return mount(await h.logOn({ clientGuid, dialects: [dialect] }, user));
}

test('an application that moves takes its files along, durable or not [MS-SMB2 3.3.5.9.13]', async (t) => {
  const h = startServer();
  const [here, there] = [await join(h, CLIENT), await join(h, OTHER)];
  for (const [name, contexts] of [
    ['f', [APP]],
    ['g', [v2(), APP]],
  ] as const) {
    const made = await create(here, name, { ...BATCH, ...ALONE, createContexts: contexts });
    const moved = await create(there, name, { ...ALONE, createContexts: [APP] });
    t.is(await statusOf(read(here, made.fileId)), NtStatus.STATUS_FILE_CLOSED);
    const again = create(there, name, { ...ALONE, createContexts: [APP] });
    t.is(await statusOf(again), NtStatus.STATUS_SHARING_VIOLATION, 'of the same client');
    await create(here, name, { ...ALONE, createContexts: [APP] });
    t.is(await statusOf(read(there, moved.fileId)), NtStatus.STATUS_FILE_CLOSED);
  }
  t.deepEqual(h.errors, []);
});

test('a version that is not newer is refused, and none where there is one [MS-SMB2 3.3.5.9.13]', async (t) => {
  const h = startServer();
  const here = await join(h, CLIENT);
  const there = await join(h, OTHER);
  await create(here, 'f', { ...ALONE, createContexts: [APP, version(2n, 5n)] });
  for (const contexts of [[APP], [APP, version(1n, 9n)], [APP, version(2n, 5n)], [APP, version(2n, 4n)]]) {
    const later = create(there, 'f', { ...ALONE, createContexts: contexts });
    t.is(await statusOf(later), NtStatus.STATUS_FILE_FORCED_CLOSED);
  }
  // Dialects before 3.1.1 have no versions.
  const old = await join(h, 'cccccccc-0000-4000-8000-000000000000', 'alice', Dialect.SMB_3_0_2);
  t.is(
    await statusOf(create(old, 'f', { ...ALONE, createContexts: [APP, version(3n)] })),
    NtStatus.STATUS_FILE_FORCED_CLOSED,
  );
  t.truthy(await create(there, 'f', { ...ALONE, createContexts: [APP, version(2n, 6n)] }));
});

test('who may not read the file takes it from nobody [MS-SMB2 3.3.5.9.13]', async (t) => {
  const h = startServer();
  const here = await join(h, CLIENT);
  const made = await create(here, 'f', { ...ALONE, createContexts: [APP, OWNER_ONLY] });
  const mallory = await join(h, OTHER, 'bob');
  t.is(await statusOf(create(mallory, 'f', { createContexts: [APP] })), NtStatus.STATUS_ACCESS_DENIED);
  t.is(await statusOf(read(here, made.fileId)), NtStatus.STATUS_END_OF_FILE);
});

test('an application that moves leaves its other files where they are open [MS-SMB2 3.3.5.9.13]', async (t) => {
  const h = startServer();
  const [here, there] = [await join(h, CLIENT), await join(h, OTHER)];
  const other = await create(here, 'g', { ...ALONE, createContexts: [APP] });
  await create(here, 'f', { ...ALONE, createContexts: [APP] });
  await create(there, 'f', { ...ALONE, createContexts: [APP] });
  t.is(await statusOf(read(here, other.fileId)), NtStatus.STATUS_END_OF_FILE);
});

const OWNER_ONLY: CreateContext = {
  name: 'SecD',
  data: encode(securityDescriptor, parseSddl('D:P(A;;FA;;;CO)')),
};
