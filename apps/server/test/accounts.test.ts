import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import test from 'ava';
import { parseAccounts } from '../src/state/import-accounts.ts';
import { State } from '../src/state/state.ts';
import { temporaryFolder, tsmbd } from './helpers/daemon.ts';

const namesOf = (state: State): string[] => state.accounts().map((account) => account.name);

test('accounts are added, changed, listed and removed; names do not care about case', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, 'BOX');
  const { table } = state;
  t.true(table.set({ name: 'Ann', ntHash: ntHash('one') }));
  t.false(table.set({ name: 'ANN', ntHash: ntHash('two') }));
  t.true(table.add({ name: 'bob', ntHash: ntHash('three') }));
  t.false(table.add({ name: 'BOB', ntHash: ntHash('four') }));
  t.deepEqual(namesOf(state), ['Ann', 'bob']);
  t.like(state.find('ann'), { name: 'Ann', domain: 'BOX', sid: `${state.machineSid}-1000`, ntHash: ntHash('two') });
  t.is(state.find('bob')!.sid, `${state.machineSid}-1001`);
  t.deepEqual(state.find('bob')!.ntHash, ntHash('three'));
  t.true(table.remove('ANN'));
  t.false(table.remove('ann'));
  t.is(state.find('ann'), undefined);
  t.false(table.setPassword('ann', ntHash('five')));
  t.is(state.find('ann'), undefined, 'a password makes no account');
});

test('identity and accounts outlive the process, in a file for its owner alone', (t) => {
  using folder = temporaryFolder();
  const directory = join(folder.path, 'new');
  let before: { guid: string; sid: string };
  {
    using state = new State(directory, '');
    state.table.set({ name: 'ann', ntHash: ntHash('one') });
    before = { guid: state.serverGuid, sid: state.machineSid };
  }
  t.is(statSync(directory).mode & 0o777, 0o700);
  t.is(statSync(join(directory, 'state.db')).mode & 0o777, 0o600);
  using state = new State(directory, '');
  t.deepEqual({ guid: state.serverGuid, sid: state.machineSid }, before);
  t.deepEqual(namesOf(state), ['ann']);
});

test('lines of "pdbedit -w" and of ksmbdpwd.db are read', (t) => {
  // The NT hash of "Password", [MS-NLMP] 4.2.2.1.2.
  const hash = 'a4f49c406510bdcab6824ee7c30fd852';
  const base64 = Buffer.from(hash, 'hex').toString('base64');
  const accounts = parseAccounts(
    `# comment\n\nann:1000:${'X'.repeat(32)}:${hash.toUpperCase()}:[U          ]:LCT-5F000000:\nbob:${base64}\n`,
  );
  t.deepEqual(
    accounts.map(({ name, ntHash: h }) => [name, Buffer.from(h).toString('hex')]),
    [
      ['ann', hash],
      ['bob', hash],
    ],
  );
});

test('a line that is neither is refused by its number, without repeating it', (t) => {
  const error = t.throws(() => parseAccounts('ann:secret-not-a-hash\n'));
  t.regex(error.message, /^line 1: /);
  t.false(error.message.includes('secret'));
  const hash = 'a'.repeat(32);
  for (const line of [
    `ann:1000:x:${'Z'.repeat(32)}:[U]:LCT-0:`,
    `ann:1000:x:${hash}:U:LCT-0:`,
    `ann:1000:x:${hash}:[U`,
    `ann:1000:x:${hash}`,
    `:1000:x:${hash}:[U]:`,
    'ann',
    'ann:AAAA',
    `ann:${Buffer.alloc(16, 1).toString('base64')}:D`,
  ]) {
    t.throws(() => parseAccounts(`${line}\n`), { message: /^line 1: / }, line);
  }
});

test('an account that could not log on at the other server is not let in here', (t) => {
  const hash = 'a4f49c406510bdcab6824ee7c30fd852';
  const flagged = (flags: string, nt = hash) =>
    parseAccounts(`ann:1000:${'X'.repeat(32)}:${nt}:[${flags}]:LCT-0:\n`)[0]!;
  for (const flags of ['U          ', 'UX         ', 'UH']) t.false(flagged(flags).disabled, flags);
  for (const flags of ['DU         ', 'UD', 'NU', 'UL', 'W          ', 'S', 'I', 'UW', 'D', '           ', '', 'X']) {
    t.true(flagged(flags).disabled, flags);
    t.is(Buffer.from(flagged(flags).ntHash).toString('hex'), hash, 'what it had is kept');
  }
  const zeros = Buffer.alloc(16);
  const none = [
    flagged('U', 'X'.repeat(32)),
    flagged('U', `NO PASSWORD${'X'.repeat(21)}`),
    flagged('U', '0'.repeat(32)),
    parseAccounts(`ann:${zeros.toString('base64')}\n`)[0]!,
  ];
  for (const account of none) {
    t.true(account.disabled);
    t.is(account.ntHash.length, 16);
    t.notDeepEqual(Buffer.from(account.ntHash), zeros, 'nobody knows the hash');
  }
  t.throws(() => parseAccounts(`Ünal:1:x:${hash}:[DU]:\nünal:2:x:${hash}:[U]:\n`), {
    message: /^line 2: ünal is there/,
  });
});

test.serial('tsmbd user: from the command line, passwords from standard input', async (t) => {
  using folder = temporaryFolder();
  const state = ['--state', folder.path];
  t.is((await tsmbd(['user', 'add', 'ann', ...state], 'Correct-horse-7\n')).stdout, 'added ann\n');
  t.regex((await tsmbd(['user', 'add', 'ann', ...state], 'x\n')).stderr, /ann exists/);
  t.regex((await tsmbd(['user', 'add', 'eve', ...state], '')).stderr, /no password on standard input/);
  t.regex((await tsmbd(['user', 'add', 'a/b', ...state], 'x\n')).stderr, /not a user name/);
  const warned = await tsmbd(['user', 'passwd', 'ann', '--password', 'seen', ...state]);
  t.regex(warned.stderr, /warning: a password on the command line can be read by every user/);
  const file = join(folder.path, 'ksmbdpwd.db');
  writeFileSync(file, `bob:${Buffer.from(ntHash('two')).toString('base64')}\n`);
  t.is((await tsmbd(['user', 'import', file, ...state])).stdout, 'imported 1 accounts\n');
  t.is((await tsmbd(['user', 'list', ...state])).stdout, 'ann\nbob\n');
  t.is((await tsmbd(['user', 'remove', 'ann', ...state])).stdout, 'removed ann\n');
  writeFileSync(file, `eve:1001:x:${'a'.repeat(32)}:[DU         ]:LCT-0:\n`);
  t.is((await tsmbd(['user', 'import', file, ...state])).stdout, 'imported 1 accounts, 1 of them disabled\n');
  t.is((await tsmbd(['user', 'list', ...state])).stdout, 'bob\neve (disabled)\n');
  t.is((await tsmbd(['user', 'passwd', 'eve', ...state], 'new\n')).stdout, 'changed the password of eve\n');
  t.is((await tsmbd(['user', 'list', ...state])).stdout, 'bob\neve (disabled)\n');
  t.is((await tsmbd(['user', 'enable', 'eve', ...state])).stdout, 'enabled eve\n');
  t.is((await tsmbd(['user', 'disable', 'bob', ...state])).stdout, 'disabled bob\n');
  t.is((await tsmbd(['user', 'list', ...state])).stdout, 'bob (disabled)\neve\n');
  t.regex((await tsmbd(['user', 'enable', 'nobody', ...state])).stderr, /no user nobody/);
  using kept = new State(folder.path, '');
  t.deepEqual(kept.find('bob')!.ntHash, ntHash('two'));
});
