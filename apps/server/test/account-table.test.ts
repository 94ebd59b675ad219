import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ntHash } from '@tsmbd/ntlm-auth';
import test from 'ava';
import { MemoryAccounts } from '../src/accounts.ts';
import { State } from '../src/state/state.ts';
import { temporaryFolder, tsmbd } from './helpers/daemon.ts';

const HASH = ntHash('x');

const add = (state: State, name: string): string => {
  state.table.add({ name, ntHash: HASH });
  return state.find(name)!.sid;
};

/**
 * A state as the version before this one left it, which knew neither a counter, nor keys, nor
 * disabled accounts.
 */
function oldState(directory: string, accounts: readonly (readonly [rid: number, name: string])[]): void {
  using db = new DatabaseSync(join(directory, 'state.db'));
  db.exec(`
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE accounts (
      rid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, nt_hash BLOB NOT NULL
    ) STRICT;
  `);
  for (const [rid, name] of accounts) {
    db.prepare('INSERT INTO accounts (rid, name, nt_hash) VALUES (?, ?, ?)').run(rid, name, ntHash(name));
  }
}

test("a removed user's SID is not given to the next user", (t) => {
  using folder = temporaryFolder();
  const given = new Set<string>();
  for (let i = 0; i < 3; i++) {
    using state = new State(folder.path, '');
    for (const name of ['ann', 'bob']) given.add(add(state, name));
    for (const name of ['bob', 'ann']) t.true(state.table.remove(name));
  }
  t.is(given.size, 6);
});

test('a user who was removed from a state of an older version does not leave his SID to the next', (t) => {
  using folder = temporaryFolder();
  oldState(folder.path, [
    [1000, 'ann'],
    [1007, 'bob'],
  ]);
  using state = new State(folder.path, '');
  t.is(state.find('bob')!.sid, `${state.machineSid}-1007`);
  t.true(state.table.remove('bob'));
  t.is(add(state, 'carl'), `${state.machineSid}-1008`);
});

test('the counter is never below an account that another version has added meanwhile', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, '');
  add(state, 'ann');
  using db = new DatabaseSync(join(folder.path, 'state.db'));
  db.prepare('INSERT INTO accounts (rid, name, nt_hash) VALUES (1020, ?, ?)').run('old', HASH);
  t.is(add(state, 'bob'), `${state.machineSid}-1021`);
});

test.serial('two processes that add at once neither give one RID twice nor both add one name', async (t) => {
  using folder = temporaryFolder();
  const run = (name: string) => tsmbd(['user', 'add', name, '--state', folder.path], 'Correct-horse-7\n');
  const ended = await Promise.all(['ann', 'ANN', 'Ann', 'aNN', 'bob', 'carl', 'dora', 'eve'].map(run));
  const added = ended.filter(({ stdout }) => stdout.startsWith('added'));
  t.is(added.length, 5, ended.map(({ stdout, stderr }) => stdout + stderr).join(''));
  t.is(added.filter(({ stdout }) => /ann/i.test(stdout)).length, 1);
  using state = new State(folder.path, '');
  t.is(new Set(state.accounts().map(({ sid }) => sid)).size, 5);
});

test('a name is one account in whatever letter case, of all scripts', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, '');
  const names = ['Ünal', 'юзер', 'Ελένη', 'ann'];
  for (const name of names) add(state, name);
  for (const name of ['ünal', 'ÜNAL', 'ЮЗЕР', 'ΕΛΈΝΗ', 'ANN']) {
    t.false(state.table.add({ name, ntHash: HASH }), name);
    t.truthy(state.find(name), name);
  }
  t.is(state.find('ünal')!.name, 'Ünal');
  t.is(state.find('Юзер')!.name, 'юзер');
  // Not the same letters: Unicode's capital of ı is I, of ſ is S.
  for (const name of ['unal', 'ſam', 'ınal']) t.is(state.find(name), undefined, name);
  const memory = new MemoryAccounts(
    ['Ünal', 'sam'].map((name) => ({ name, password: 'x' })),
    'BOX',
  );
  t.is(memory.find('üNAL')!.name, 'Ünal');
  t.is(memory.find('ſam'), undefined);
  t.throws(
    () =>
      new MemoryAccounts(
        [
          { name: 'юзер', password: 'x' },
          { name: 'ЮЗЕР', password: 'y' },
        ],
        'BOX',
      ),
  );
});

test('accounts whose names have become one by an upgrade are not lost, nor taken for each other', (t) => {
  using folder = temporaryFolder();
  oldState(folder.path, [
    [1000, 'Ünal'],
    [1001, 'ünal'],
    [1002, 'юзер'],
    [1003, 'ann'],
  ]);
  {
    using state = new State(folder.path, '');
    const sid = (name: string) => state.find(name)?.sid.split('-').at(-1);
    t.deepEqual(['Ünal', 'ünal', 'üNAL', 'ÜNAL'].map(sid), ['1000', '1001', '1001', '1000']);
    t.deepEqual(['юзер', 'ЮЗЕР', 'ANN'].map(sid), ['1002', '1002', '1003']);
    t.deepEqual(state.find('ünal')!.ntHash, ntHash('ünal'));
    t.is(state.accounts().length, 4);
    t.true(state.table.setPassword('ünal', ntHash('new')));
    t.deepEqual(state.find('Ünal')!.ntHash, ntHash('Ünal'));
    t.true(state.table.remove('Ünal'));
    // The other one has the name to itself now.
    t.is(sid('ÜNAL'), '1001');
  }
  using again = new State(folder.path, '');
  t.deepEqual(
    again.accounts().map(({ name }) => name),
    ['ann', 'ünal', 'юзер'],
  );
});

test('a new hash does not enable an account again', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, '');
  state.table.add({ name: 'ann', ntHash: HASH, disabled: true });
  state.table.setPassword('ann', ntHash('y'));
  t.true(state.find('ann')!.disabled);
  state.table.set({ name: 'ann', ntHash: ntHash('z') });
  t.true(state.find('ann')!.disabled);
  state.table.setAll([{ name: 'ann', ntHash: HASH, disabled: false }]);
  t.false(state.find('ann')!.disabled);
});

test('of accounts that are imported together, none is taken when one cannot be', (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, '');
  const broken = { name: 'bob', ntHash: null as never };
  t.throws(() => state.table.setAll([{ name: 'ann', ntHash: HASH }, broken]));
  t.deepEqual(state.accounts(), []);
});
