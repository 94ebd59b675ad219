import { AccessMask } from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { accessNames } from '../src/model/refusals.ts';
import { isTheirFault } from '../src/pipeline/fault-owner.ts';
import { settle, startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';

type Line = Record<string, unknown>;

function logged(share = {}, config = {}, environment = {}) {
  const lines: Line[] = [];
  const log = (level: string, component: string, message: string, fields: Line = {}): void =>
    void lines.push({ level, component, message, ...fields });
  const h = startServer(config, share, { log, ...environment });
  return { h, of: (message: string): Line[] => lines.filter((line) => line['message'] === message) };
}

test('a refusal says who, from where, which share and path, what was wanted, and why', async (t) => {
  const { h, of } = logged({ readOnly: true });
  const m = await mount(await h.logOn());
  await statusOf(create(m, 'letters.txt', { desiredAccess: AccessMask.FILE_WRITE_DATA | AccessMask.DELETE }));
  const [line, ...more] = of('access refused');
  t.deepEqual(more, []);
  const { reason, ...rest } = line!;
  t.deepEqual(rest, {
    level: 'info',
    component: 'auth',
    message: 'access refused',
    command: 'CREATE',
    from: 'client',
    user: 'TEST\\alice',
    share: 'share',
    path: 'letters.txt',
    wanted: ['FILE_WRITE_DATA', 'DELETE'],
    status: 'STATUS_ACCESS_DENIED',
    rule: 'read-only share',
  });
  t.is(typeof reason, 'string');
});

test('a share that is refused, or is not there, is named', async (t) => {
  const { h, of } = logged({ access: () => 'none' });
  const client = await h.logOn();
  await statusOf(client.tree('share'));
  await statusOf(client.tree('nowhere'));
  t.deepEqual(
    of('access refused').map(({ command, user, share, status }) => [command, user, share, status]),
    [
      ['TREE_CONNECT', 'TEST\\alice', 'share', 'STATUS_ACCESS_DENIED'],
      ['TREE_CONNECT', 'TEST\\alice', 'nowhere', 'STATUS_BAD_NETWORK_NAME'],
    ],
  );
});

for (const [why, share, user, reason] of [
  ['its host', { admits: () => false }, 'alice', 'the share does not admit the host client (hosts allow, hosts deny)'],
  ['a guest', {}, 'mallory', 'guests may not connect to the share'],
  [
    'a user list',
    { access: () => 'none' as const },
    'alice',
    "the share's lists (valid users, invalid users) leave this user nothing",
  ],
] as const) {
  test(`who does not get into a share for ${why} is told apart in the log`, async (t) => {
    const { h, of } = logged(share, { guest: 'bad-user' });
    const client = await h.logOn({ sign: user === 'alice' }, user);
    if (user !== 'alice') client.signer = undefined;
    await statusOf(client.tree('share'));
    t.is(of('access refused')[0]!['reason'], reason);
  });
}

test('a client that is refused all the time fills no log: the rest is counted', async (t) => {
  const { h, of } = logged();
  const client = await h.logOn();
  for (let i = 0; i < 25; i++) await statusOf(client.tree('nowhere'));
  t.is(of('access refused').length, 10);
  await h.advance(10_000);
  await statusOf(client.tree('nowhere'));
  t.is(of('access refused').length, 11);
  t.is(of('access refused').at(-1)!['notLogged'], 15);
  for (let i = 0; i < 12; i++) await statusOf(client.tree('nowhere'));
  client.close();
  await settle();
  t.deepEqual(
    of('more access was refused').map(({ from, notLogged }) => [from, notLogged]),
    [['client', 3]],
  );
});

test('what is not found is no refusal of access', async (t) => {
  const { h, of } = logged();
  const m = await mount(await h.logOn());
  await statusOf(create(m, 'none', { createDisposition: 1 }));
  t.deepEqual(of('access refused'), []);
  t.is(of('refused')[0]!['level'], 'debug');
  t.is(of('refused')[0]!['status'], 'STATUS_OBJECT_NAME_NOT_FOUND');
});

test('rights have names, and bits without one are shown', (t) => {
  t.deepEqual(accessNames(AccessMask.FILE_READ_DATA | AccessMask.GENERIC_ALL | 0x0400_0000), [
    'FILE_READ_DATA',
    '0x4000000',
    'GENERIC_ALL',
  ]);
});

const THEIRS = 'code of the embedding program (a Vfs, AccountSource or access) has thrown';
const fail = (): never => {
  throw new TypeError('their mistake');
};

for (const [what, share, environment] of [
  ['access', { access: fail }, {}],
  [
    'an access that throws no error',
    {
      access: () => {
        throw 'text';
      },
    },
    {},
  ],
  ['a Vfs', { vfs: Object.assign(createMemoryVfs(), { open: fail }) }, {}],
  ['an AccountSource', {}, { accounts: { find: fail } }],
] as const) {
  test(`what ${what} of the embedding program throws is not called a bug of ours`, async (t) => {
    const { h, of } = logged(share, {}, environment);
    await statusOf(
      h
        .logOn()
        .then((client) => mount(client))
        .then((m) => create(m, 'f')),
    ).catch(() => 0);
    t.deepEqual(of('bug: a handler failed'), []);
    t.is(of(THEIRS).length, 1);
    t.is(of(THEIRS)[0]!['level'], 'error');
  });
}

test('what this package throws is ours, wherever it is installed', (t) => {
  const at = (...frames: string[]): Error =>
    Object.assign(new Error('x'), { stack: `Error: x\n${frames.map((f) => `    at ${f}`).join('\n')}` });
  const here = new URL('../src/pipeline/chain.ts', import.meta.url).href;
  t.false(isTheirFault(at(`f (${here}:1:2)`)));
  t.false(isTheirFault(at('Buffer.copy (node:buffer:1:2)', `async ${here}:1:2`)));
  t.false(isTheirFault(at('f (file:///app/node_modules/@tsmbd/vfs-adapter/dist/index.js:1:2)')));
  t.true(isTheirFault(at('f (file:///app/src/my-vfs.js:1:2)', `g (${here}:1:2)`)));
  t.true(isTheirFault(at('f (/app/my-vfs.cjs:1:2)')));
});
