import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import { Command, createRequest, createResponse, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import { createBody, SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { State } from '../src/state/state.ts';
import { addUser, TestDaemon, temporaryFolder } from './helpers/daemon.ts';
import { statusOf } from './helpers/status.ts';

/** What somebody may do on a share, found out by doing it. */
type Outcome = 'none' | 'read' | 'write' | 'no logon';

const FILE_READ_DATA = 0x1;
const FILE_WRITE_DATA = 0x2;
const FILE_OPEN = 1;
const FILE_CREATE = 2;

/** What a reader hears on a share that he may not write, and on one that nobody may. */
const REFUSED: ReadonlySet<string> = new Set(['STATUS_ACCESS_DENIED', 'STATUS_MEDIA_WRITE_PROTECTED']);

let made = 0;

/**
 * Connects as `user`, reads `there.txt`, writes it, and makes a file. Fails the test when the three
 * do not agree.
 */
async function outcomeOf(
  port: number,
  share: string,
  folder: string,
  user: string,
  password: string,
): Promise<Outcome> {
  const client = await SmbClient.connect('127.0.0.1', port);
  try {
    await client.negotiate();
    if ((await statusOf(() => client.logOn(user, password))) !== 'STATUS_SUCCESS') return 'no logon';
    let treeId = 0;
    const connected = await statusOf(async () => {
      treeId = await client.tree(share);
    });
    if (connected !== 'STATUS_SUCCESS') {
      if (connected !== 'STATUS_ACCESS_DENIED') throw new Error(connected);
      return 'none';
    }
    const open = (name: string, desiredAccess: number, createDisposition: number): Promise<string> =>
      statusOf(() =>
        client.request(
          Command.CREATE,
          createRequest,
          createResponse,
          createBody(name, { desiredAccess, createDisposition }),
          { treeId },
        ),
      );
    if ((await open('there.txt', FILE_READ_DATA, FILE_OPEN)) !== 'STATUS_SUCCESS') throw new Error('cannot even read');
    const written = await open('there.txt', FILE_WRITE_DATA, FILE_OPEN);
    const name = `new-${++made}.txt`;
    const created = await open(name, FILE_WRITE_DATA, FILE_CREATE);
    if ((created === 'STATUS_SUCCESS') !== existsSync(join(folder, name))) throw new Error(`${created}, but on disk?`);
    if (written === 'STATUS_SUCCESS' && created === 'STATUS_SUCCESS') return 'write';
    if (REFUSED.has(written) && REFUSED.has(created)) return 'read';
    throw new Error(`writing: ${written}, making: ${created}`);
  } finally {
    client.close();
  }
}

/** Parameters of a share, and what `ann` and `bob smith` may there. */
const LISTS: readonly (readonly [share: string, lines: string, ann: Outcome, bob: Outcome])[] = [
  ['open', 'read only = no', 'write', 'write'],
  ['closed', 'read only = yes', 'read', 'read'],
  ['valid', 'read only = no\nvalid users = ann', 'write', 'none'],
  ['valid-both', 'read only = no\nvalid users = ann "bob smith"', 'write', 'write'],
  ['valid-quoted', 'read only = no\nvalid users = "bob smith"', 'none', 'write'],
  ['invalid', 'read only = no\ninvalid users = ann', 'none', 'write'],
  ['invalid-quoted', 'read only = no\ninvalid users = "bob smith"', 'write', 'none'],
  ['invalid-wins', 'read only = no\nvalid users = ann, "bob smith"\ninvalid users = ann', 'none', 'write'],
  ['invalid-writer', 'write list = ann, "BOB SMITH"\ninvalid users = "Bob Smith"', 'write', 'none'],
  ['readers', 'read only = no\nread list = ann', 'read', 'write'],
  ['readers-quoted', 'read only = no\nread list = "bob smith"', 'write', 'read'],
  ['writers', 'read only = yes\nwrite list = ann', 'write', 'read'],
  ['writers-quoted', 'read only = yes\nwrite list = "bob smith"', 'read', 'write'],
  ['both-lists', 'read only = no\nread list = ann, "bob smith"\nwrite list = ann', 'write', 'read'],
  ['valid-reader', 'read only = no\nvalid users = ann\nread list = ann', 'read', 'none'],
  ['valid-writer', 'read only = yes\nvalid users = "bob smith"\nwrite list = ann, "bob smith"', 'none', 'write'],
];

test.serial('no list of users is passed over: two accounts on a share for each, over the wire', async (t) => {
  t.timeout(60_000);
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'there.txt'), 'there');
  const shares = LISTS.map(([share, lines]) => `[${share}]\npath = ${folder.path}\n${lines}\n`).join('');
  await using daemon = await TestDaemon.start('', shares);
  addUser(daemon.state, 'bob smith', 'bob-password');
  addUser(daemon.state, 'ann', 'ann-password');
  for (const [share, , ann, bob] of LISTS) {
    const outcome = (user: string, password: string) => outcomeOf(daemon.port, share, folder.path, user, password);
    t.is(await outcome('ann', 'ann-password'), ann, `ann on ${share}`);
    t.is(await outcome('Bob Smith', 'bob-password'), bob, `bob smith on ${share}`);
  }
});

test.serial('no guest gets in where nobody let guests in, nor onto a share that is not for them', async (t) => {
  t.timeout(60_000);
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'there.txt'), 'there');
  const share = (name: string, lines: string) => `[${name}]\npath = ${folder.path}\nread only = no\n${lines}\n`;
  const shares =
    share('users', 'guest ok = no') +
    share('all', 'guest ok = yes') +
    share('show', 'guest ok = yes\nread list = guest') +
    share('not-guests', 'guest ok = yes\ninvalid users = guest') +
    share('ann-alone', 'guest ok = yes\nvalid users = ann');
  const open = 'map to guest = bad user\nrestrict anonymous = 0';
  const expected = { users: 'none', all: 'write', show: 'read', 'not-guests': 'none', 'ann-alone': 'none' } as const;
  for (const [globals, lets] of [
    ['', false],
    [open, true],
  ] as const) {
    await using daemon = await TestDaemon.start(globals, shares);
    const outcome = (name: string, user: string, password: string) =>
      outcomeOf(daemon.port, name, folder.path, user, password);
    for (const [name, guest] of Object.entries(expected)) {
      t.is(await outcome(name, 'stranger', 'x'), lets ? guest : 'no logon', `a guest on ${name}`);
    }
    for (const [name, guest] of Object.entries({ users: 'none', all: 'write', 'ann-alone': 'none' } as const)) {
      t.is(await outcome(name, '', ''), lets ? guest : 'no logon', `an anonymous user on ${name}`);
    }
    // Who has an account is no guest, least of all with a wrong password.
    t.is(await outcome('all', 'ann', 'wrong'), 'no logon');
    t.is(await outcome('ann-alone', 'ann', 'Correct-horse-7'), 'write');
    t.is(await outcome('users', 'ann', 'Correct-horse-7'), 'write');
  }
});

test.serial('an account that is disabled logs nobody on, and only who knows its password hears why', async (t) => {
  await using daemon = await TestDaemon.start('map to guest = bad user', 'guest ok = yes');
  {
    using state = new State(daemon.state, '');
    state.table.set({ name: 'gone', ntHash: ntHash('right'), disabled: true });
  }
  const logOn = async (user: string, password: string): Promise<string> => {
    const client = await SmbClient.connect('127.0.0.1', daemon.port);
    await client.negotiate();
    const status = await statusOf(() => client.logOn(user, password));
    client.close();
    return status;
  };
  t.is(await logOn('gone', 'right'), 'STATUS_ACCOUNT_DISABLED');
  t.is(await logOn('gone', 'wrong'), 'STATUS_LOGON_FAILURE');
  await daemon.control('user', 'enable', 'gone');
  t.is(await logOn('gone', 'right'), 'STATUS_SUCCESS');
});

test.serial('nobody is kept out because of the case of a letter that is not ASCII', async (t) => {
  using folder = temporaryFolder();
  for (const name of ['a', 'b']) mkdirSync(join(folder.path, name));
  const share = (name: string, lines: string) => `[${name}]\npath = ${folder.path}/${name}\n${lines}\n`;
  await using daemon = await TestDaemon.start(
    '',
    share('a', 'valid users = ÜNAL') + share('b', 'invalid users = ЮЗЕР'),
  );
  addUser(daemon.state, 'Ünal', 'x');
  addUser(daemon.state, 'юзер', 'y');
  const trees = async (user: string, password: string): Promise<string[]> => {
    const client = await SmbClient.login('127.0.0.1', daemon.port, user, password);
    const statuses = [await statusOf(() => client.tree('a')), await statusOf(() => client.tree('b'))];
    client.close();
    return statuses;
  };
  const [yes, no] = ['STATUS_SUCCESS', ntStatusName(NtStatus.STATUS_ACCESS_DENIED)];
  for (const name of ['ünal', 'ÜNAL', 'Ünal']) t.deepEqual(await trees(name, 'x'), [yes, yes], name);
  for (const name of ['юзер', 'ЮЗЕР', 'Юзер']) t.deepEqual(await trees(name, 'y'), [no, no], name);
});
