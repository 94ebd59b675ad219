import { parseSddl } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateDisposition,
  ntStatusName,
  treeConnectRequest,
  treeConnectResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { TEST_ACCOUNTS } from '../src/testing.ts';
import { startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';

const ALICE = TEST_ACCOUNTS[0]!.sid;
const { FILE_READ_DATA, FILE_WRITE_DATA, WRITE_DAC, FILE_ALL_ACCESS, READ_CONTROL } = AccessMask;

for (const { title, sddl, connects, may, mayNot } of [
  { title: 'full control', sddl: 'D:(A;;FA;;;AU)', connects: true, may: [FILE_ALL_ACCESS], mayNot: [] },
  {
    title: 'reading',
    sddl: 'D:(A;;FR;;;AU)',
    connects: true,
    may: [FILE_READ_DATA],
    mayNot: [FILE_WRITE_DATA, WRITE_DAC],
  },
  { title: 'nothing', sddl: 'D:', connects: false, may: [], mayNot: [] },
  { title: 'nothing to its owner', sddl: `O:${ALICE}D:`, connects: false, may: [], mayNot: [] },
  {
    title: 'reading to its owner',
    sddl: `O:${ALICE}D:(A;;FR;;;AU)`,
    connects: true,
    may: [READ_CONTROL],
    mayNot: [WRITE_DAC],
  },
  {
    title: 'nothing to whom it denies',
    sddl: `D:(D;;FA;;;${ALICE})(A;;FA;;;AU)`,
    connects: false,
    may: [],
    mayNot: [],
  },
  { title: 'only attributes', sddl: 'D:(A;;0x80;;;AU)', connects: false, may: [], mayNot: [] },
]) {
  test(`a share whose descriptor gives ${title} [MS-SMB2 3.3.5.7]`, async (t) => {
    const h = startServer({}, { securityDescriptor: parseSddl(sddl) });
    const client = await h.logOn();
    if (!connects) {
      t.is(ntStatusName(await statusOf(client.tree('share'))), 'STATUS_ACCESS_DENIED');
      return;
    }
    const m = await mount(client);
    const open = async (desiredAccess: number, createDisposition = CreateDisposition.OPEN as number): Promise<string> =>
      ntStatusName(await statusOf(create(m, '', { desiredAccess, createDisposition })))!;
    for (const access of may) t.is(await open(access), 'STATUS_SUCCESS');
    for (const access of mayNot) t.is(await open(access), 'STATUS_ACCESS_DENIED');
  });
}

test('MaximalAccess of a tree is what the descriptor of the share leaves [MS-SMB2 2.2.10]', async (t) => {
  const h = startServer({}, { securityDescriptor: parseSddl('D:(A;;FR;;;AU)') });
  const client = await h.logOn();
  const request = { flags: 0, path: '\\\\server\\share', contexts: [] };
  const { body } = await client.request(
    Command.TREE_CONNECT,
    treeConnectRequest,
    treeConnectResponse,
    request as never,
  );
  t.is(body!.maximalAccess, AccessMask.FILE_GENERIC_READ);
});

test('lists of users and the descriptor of a share count together', async (t) => {
  const h = startServer({}, { securityDescriptor: parseSddl('D:(A;;FA;;;AU)'), access: () => 'read' });
  const m = await mount(await h.logOn());
  const status = await statusOf(create(m, 'new', { desiredAccess: FILE_WRITE_DATA }));
  t.is(ntStatusName(status), 'STATUS_ACCESS_DENIED');
});
