import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import test from 'ava';
import { parseAccounts } from '../src/state/import-accounts.ts';
import { State } from '../src/state/state.ts';
import { temporaryFolder, tsmbd } from './helpers/daemon.ts';

test('accounts are added, changed, listed and removed; names do not care about case', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, 'BOX');
  t.true(state.setAccount('Ann', ntHash('one')));
  t.false(state.setAccount('ANN', ntHash('two')));
  t.true(state.setAccount('bob', ntHash('three')));
  t.deepEqual(state.accountNames(), ['Ann', 'bob']);
  t.like(state.find('ann'), { name: 'Ann', domain: 'BOX', sid: `${state.machineSid}-1000`, ntHash: ntHash('two') });
  t.is(state.find('bob')!.sid, `${state.machineSid}-1001`);
  t.true(state.removeAccount('ANN'));
  t.false(state.removeAccount('ann'));
  t.is(state.find('ann'), undefined);
});

test('identity and accounts outlive the process, in a file for its owner alone', (t) => {
  using folder = temporaryFolder();
  const directory = join(folder.path, 'new');
  let before: { guid: string; sid: string };
  {
    using state = new State(directory, '');
    state.setAccount('ann', ntHash('one'));
    before = { guid: state.serverGuid, sid: state.machineSid };
  }
  t.is(statSync(directory).mode & 0o777, 0o700);
  t.is(statSync(join(directory, 'state.db')).mode & 0o777, 0o600);
  using state = new State(directory, '');
  t.deepEqual({ guid: state.serverGuid, sid: state.machineSid }, before);
  t.deepEqual(state.accountNames(), ['ann']);
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
  t.throws(() => parseAccounts(`ann:1000:x:${'X'.repeat(32)}:[DU]:LCT-0:\n`), { message: /^line 1: / });
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
  using kept = new State(folder.path, '');
  t.deepEqual(kept.find('bob')!.ntHash, ntHash('two'));
});
