import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateDisposition,
  NtStatus,
  ntStatusName,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { TEST_ACCOUNTS } from '../src/testing.ts';
import { startServer } from './harness.ts';
import { create, type Mount, mount, statusOf } from './requests.ts';

const { FILE_READ_DATA, FILE_WRITE_DATA, WRITE_OWNER, WRITE_DAC, READ_CONTROL, DELETE } = AccessMask;
const { ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED } = AccessMask;
const BACKUP_INTENT = 0x4000;
const ALICE = TEST_ACCOUNTS[0]!.sid;
const ADMINISTRATORS = 'S-1-5-32-544';
const STRANGER = 'S-1-5-21-9-9-9-9';

type Line = Record<string, unknown>;

/** Alice as an administrator, bob as a user, and a file of somebody else. */
async function world(share = {}, sddl = `O:${STRANGER}G:${STRANGER}D:`) {
  const vfs = createMemoryVfs();
  const lines: Line[] = [];
  const accounts = TEST_ACCOUNTS.map((account, i) =>
    i === 0 ? { ...account, groups: [...account.groups, ADMINISTRATORS] } : account,
  );
  const environment = {
    accounts: { find: (user: string) => accounts.find(({ name }) => name === user.toLowerCase()) },
    log: (level: string, component: string, message: string, fields: Line = {}): void =>
      void lines.push({ level, component, message, ...fields }),
  };
  const h = startServer({}, { vfs, ...share }, environment);
  await describe(vfs, sddl);
  const alice = await mount(await h.logOn());
  const bob = await mount(await h.logOn({}, 'bob'));
  return { h, vfs, alice, bob, lines };
}

async function describe(vfs: Vfs, sddl: string): Promise<void> {
  const { handle } = await vfs.open(['f'], { disposition: 'open-or-create', kind: 'file', data: 'none' });
  await handle.setSecurityDescriptor(encode(securityDescriptor, parseSddl(sddl)));
  await handle.close();
}

async function open(m: Mount, desiredAccess: number, createOptions = 0): Promise<string> {
  const body = { desiredAccess, createOptions, createDisposition: CreateDisposition.OPEN };
  return ntStatusName(await statusOf(create(m, 'f', body)))!;
}

test('a backup reads, and a restore writes, what the descriptor denies, if the user may and says so [MS-FSA 2.1.5.1]', async (t) => {
  const { alice, bob } = await world();
  for (const access of [FILE_READ_DATA, FILE_WRITE_DATA, WRITE_DAC, READ_CONTROL]) {
    t.is(await open(alice, access, BACKUP_INTENT), 'STATUS_SUCCESS');
    t.is(await open(alice, access), 'STATUS_ACCESS_DENIED');
    t.is(await open(bob, access, BACKUP_INTENT), 'STATUS_ACCESS_DENIED');
  }
  // Ownership is taken without an intent. [MS-DTYP] 2.5.3.2
  t.is(await open(alice, WRITE_OWNER), 'STATUS_SUCCESS');
  t.is(await open(bob, WRITE_OWNER), 'STATUS_ACCESS_DENIED');
});

test('no privilege goes past a read-only share', async (t) => {
  const { alice } = await world({ readOnly: true });
  t.is(await open(alice, FILE_READ_DATA, BACKUP_INTENT), 'STATUS_SUCCESS');
  for (const access of [FILE_WRITE_DATA, DELETE, WRITE_DAC, WRITE_OWNER]) {
    t.is(await open(alice, access, BACKUP_INTENT), 'STATUS_ACCESS_DENIED');
  }
  t.is(await open(alice, ACCESS_SYSTEM_SECURITY), 'STATUS_PRIVILEGE_NOT_HELD');
});

async function setSecurity(m: Mount, access: number, parts: number, sddl: string): Promise<string> {
  const body = { desiredAccess: access, createDisposition: CreateDisposition.OPEN };
  const { fileId } = await create(m, 'f', body);
  const buffer = encode(securityDescriptor, parseSddl(sddl));
  const request = { infoType: 3, fileInfoClass: 0, additionalInformation: parts, fileId, buffer };
  const options = { treeId: m.treeId };
  return ntStatusName(
    await statusOf(m.client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, request, options)),
  )!;
}

test('who may restore gives a file to anybody; others only to themselves [MS-FSA 2.1.5.17]', async (t) => {
  const { alice, bob, vfs } = await world();
  t.is(await setSecurity(alice, WRITE_OWNER, 1, `O:${ALICE}`), 'STATUS_SUCCESS');
  t.is(await setSecurity(alice, WRITE_OWNER, 1, `O:${STRANGER}`), 'STATUS_SUCCESS');
  await describe(vfs, `O:${STRANGER}G:${STRANGER}D:(A;;FA;;;WD)`);
  t.is(await setSecurity(bob, WRITE_OWNER, 1, `O:${ALICE}`), 'STATUS_INVALID_OWNER');
});

test('a SACL is set and seen by administrators alone, and its entries are lines in the log', async (t) => {
  const { h, alice, bob, lines, vfs } = await world({}, `O:${STRANGER}G:${STRANGER}D:(A;;FR;;;WD)`);
  t.is(await open(bob, ACCESS_SYSTEM_SECURITY), 'STATUS_PRIVILEGE_NOT_HELD');
  t.is(await open(alice, ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED), 'STATUS_SUCCESS');
  const sacl = 'S:(AU;SA;0x1;;;WD)(AU;FA;0x2;;;WD)(AU;SAFA;DC;;;S-1-5-21-9-9-9-8)';
  t.is(await setSecurity(alice, ACCESS_SYSTEM_SECURITY, 8, sacl), 'STATUS_SUCCESS');
  const { handle } = await vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'none' });
  t.is((await handle.getSecurityDescriptor())!.length > 100, true);
  await handle.close();
  const audits = (): Line[] => lines.filter(({ message }) => message === 'audit');
  t.deepEqual(audits(), []);
  t.is(await open(bob, READ_CONTROL), 'STATUS_SUCCESS');
  t.deepEqual(audits(), []);
  t.is(await open(bob, FILE_READ_DATA | READ_CONTROL), 'STATUS_SUCCESS');
  t.is(await open(bob, FILE_READ_DATA | FILE_WRITE_DATA), 'STATUS_ACCESS_DENIED');
  t.deepEqual(audits(), [
    {
      level: 'info',
      component: 'vfs',
      message: 'audit',
      outcome: 'success',
      user: 'TEST\\bob',
      from: 'client',
      share: 'share',
      path: 'f',
      rights: ['FILE_READ_DATA'],
    },
    {
      level: 'info',
      component: 'vfs',
      message: 'audit',
      outcome: 'failure',
      user: 'TEST\\bob',
      from: 'client',
      share: 'share',
      path: 'f',
      rights: ['FILE_WRITE_DATA'],
    },
  ]);
  for (let i = 0; i < 150; i++) await open(bob, FILE_WRITE_DATA);
  // Each worker that has a part in it counts for itself.
  t.true(audits().length <= 102, 'the log is not filled');
  await h.advance(10_000);
  await open(bob, FILE_WRITE_DATA);
  t.true((audits().at(-1)!['notLogged'] as number) >= 50);
});

test('a new file gets a SACL from an administrator alone [MS-SMB2 2.2.13.2.2]', async (t) => {
  const { alice, bob } = await world();
  const data = encode(securityDescriptor, parseSddl('D:(A;;FA;;;WD)S:(AU;SA;0x1;;;WD)'));
  const make = async (m: Mount, name: string): Promise<number> =>
    statusOf(
      create(m, name, {
        createDisposition: CreateDisposition.CREATE,
        createContexts: [{ name: 'SecD', data }],
      }),
    );
  t.is(await make(alice, 'by-alice'), NtStatus.STATUS_SUCCESS);
  t.is(await make(bob, 'by-bob'), NtStatus.STATUS_ACCESS_DENIED);
});
