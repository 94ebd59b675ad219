import type { Identity } from '@tsmbd/smb2-server';
import type { SystemUser } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { accessOf, actsAsOf, isNamed } from '../src/config/acts-as.ts';
import { settingsOf } from '../src/config/load.ts';
import type { NamedUsers } from '../src/config/named-users.ts';
import type { ShareValues } from '../src/config/parameters.ts';
import { parseConfig } from '../src/config/parse.ts';
import { LocalSids } from '../src/identity/local-sids.ts';
import { sayWhose } from '../src/identity/say-whose.ts';
import { TimedCache, Unanswered } from '../src/identity/timed-cache.ts';
import { UnixUsers } from '../src/identity/unix-users.ts';
import { mapOf } from '../src/identity/username-map.ts';
import { State } from '../src/state/state.ts';
import { addUser, temporaryFolder, tsmbd } from './helpers/daemon.ts';

/** A name service with two users and two groups. */
const SERVICE = {
  asked: [] as (string | number)[],
  user(key: string | number): Promise<SystemUser | undefined> {
    SERVICE.asked.push(key);
    const all = [
      { name: 'ann', uid: 1001, gid: 1001 },
      { name: 'bob', uid: 1002, gid: 1002 },
    ];
    return Promise.resolve(all.find(({ name, uid }) => name === key || uid === key));
  },
  group(key: string | number) {
    const all = [
      { name: 'staff', gid: 50 },
      { name: 'admins', gid: 60 },
    ];
    return Promise.resolve(all.find(({ name, gid }) => name === key || gid === key));
  },
  groupsOf: ({ name, gid }: SystemUser) => Promise.resolve(name === 'ann' ? [gid, 50] : [gid]),
};

test('an account is the user of its name, or the one that it is said to be', async (t) => {
  const users = new UnixUsers(SERVICE);
  t.deepEqual(await users.identity({ user: 'ann' }), { uid: 1001, gid: 1001, groups: [1001, 50] });
  t.deepEqual(await users.identity({ user: 'Ann' }), { uid: 1001, gid: 1001, groups: [1001, 50] });
  t.deepEqual(await users.identity({ user: '1002', group: 'staff', groups: ['60', 'nosuch'] }), {
    uid: 1002,
    gid: 50,
    groups: [50, 1002, 60],
  });
  t.deepEqual(await users.identity({ user: '4711' }), { uid: 4711, gid: 65_534, groups: [65_534] });
  t.is(await users.identity({ user: 'nosuch' }), undefined);
  for (const none of ['4294967295', '-1', '0x10', '99999999999']) t.is(await users.identity({ user: none }), undefined);
  await t.throwsAsync(users.identity({ user: 'ann', group: 'nosuch' }), { message: 'no group nosuch' });
  SERVICE.asked.length = 0;
  await users.identity({ user: 'ann' });
  t.deepEqual(SERVICE.asked, []);
});

test('a name service that is silent is waited for a while, and what it said last counts', async (t) => {
  let now = 0;
  const times = { found: 100, missing: 10, patience: 20, atOnce: 1, max: 2 };
  const cache = new TimedCache<string>(times, () => now);
  let answer: Promise<string | undefined> = Promise.resolve('one');
  let asked = 0;
  const get = (key: string): Promise<string | undefined> =>
    cache.get(key, () => {
      asked += 1;
      return answer;
    });
  t.deepEqual(await Promise.all([get('a'), get('a')]), ['one', 'one']);
  t.is(asked, 1);
  now = 101;
  answer = new Promise(() => {});
  t.is(await get('a'), 'one');
  await t.throwsAsync(get('b'), { instanceOf: Unanswered });
  // One question at a time: the one without an answer keeps its place, and others wait for it.
  t.is(asked, 2);
});

test('a service that fails is asked again, and its failure is told', async (t) => {
  const cache = new TimedCache<string>({ found: 100, missing: 10, patience: 1_000, atOnce: 1, max: 2 });
  await t.throwsAsync(
    cache.get('a', () => Promise.reject(new Error('down'))),
    { message: 'down' },
  );
  t.is(await cache.get('a', () => Promise.resolve('up')), 'up');
});

test('a map of user names: quotes, many names, the last line, everybody', (t) => {
  const map = mapOf('# remark\nroot = admin "Admin Istrator"\n!ann = anne Annie\n\nguest = *\n');
  t.is(map('ADMIN'), 'guest');
  t.is(map('annie'), 'ann');
  t.is(map('stranger'), 'guest');
  const without = mapOf('root = admin "Admin Istrator"\nann = root');
  t.is(without('admin istrator'), 'ann');
  t.is(without('bob'), 'bob');
  for (const [text, said] of [
    ['ann', /line 1: expected/],
    ['\n= bob', /line 2: expected/],
    ['ann =', /line 1: expected/],
    ['ann = @staff', /line 1: @staff: groups/],
  ] as const) {
    t.throws(() => mapOf(text), { message: said });
  }
});

const ids = (name: string, unix?: Identity['unix'], ...groups: string[]): Identity => ({
  name,
  domain: 'BOX',
  sid: `S-1-5-21-1-2-3-${name.length}`,
  groups,
  unix,
});

const NAMED: NamedUsers = {
  groupSids: (name) => (name === 'staff' ? ['S-1-22-2-50', 'S-1-5-21-9'] : []),
  user: (name) => (name === 'ann' ? ids('ann', { uid: 1001, gid: 1001, groups: [1001] }) : undefined),
  gid: (name) => (name === 'staff' ? 50 : undefined),
  identityOf: (identity, unix) => ({ ...identity, unix }),
};

function values(lines: string): ShareValues {
  return settingsOf(parseConfig(`[s]\npath = /srv\nread only = no\n${lines}\n`, 'x.conf')).shares.get('s')!;
}

test('@, + and & name groups of the system and of this machine', (t) => {
  for (const sign of ['@', '+', '&', '@+']) {
    const list = [`${sign}staff`];
    t.true(isNamed(ids('bob', undefined, 'S-1-22-2-50'), list, NAMED), sign);
    t.true(isNamed(ids('bob', undefined, 'S-1-5-21-9'), list, NAMED), sign);
    t.false(isNamed(ids('bob', undefined, 'S-1-22-2-51'), list, NAMED), sign);
    // A user of the group's name is not in it, and nobody is in a group that is not there.
    t.false(isNamed(ids('staff'), list, NAMED), sign);
    t.false(isNamed(ids('bob'), [`${sign}nosuch`], NAMED), sign);
  }
  const bob = ids('bob', undefined, 'S-1-22-2-50');
  t.is(accessOf(bob, values('invalid users = @staff'), NAMED), 'none');
  t.is(accessOf(bob, values('valid users = @staff'), NAMED), 'write');
  t.is(accessOf(bob, values('valid users = @nosuch'), NAMED), 'none');
  t.is(accessOf(bob, values('read list = +staff'), NAMED), 'read');
});

test('force user, force group and admin users say who acts; a share whose forced user is missing is for nobody', (t) => {
  const bob = ids('bob', { uid: 1002, gid: 1002, groups: [1002] });
  const who = (lines: string, identity = bob) => actsAsOf(values(lines), NAMED)?.(identity) ?? identity;
  t.is(who(''), bob);
  t.deepEqual(who('force user = ann').unix, { uid: 1001, gid: 1001, groups: [1001] });
  t.is(who('force user = ann').name, 'ann');
  t.deepEqual(who('force group = staff').unix, { uid: 1002, gid: 50, groups: [1002, 50] });
  t.deepEqual(who('force group = +staff').unix, bob.unix);
  const member = ids('bob', { uid: 1002, gid: 1002, groups: [1002, 50] });
  t.deepEqual(who('force group = +staff', member).unix, { uid: 1002, gid: 50, groups: [1002, 50] });
  t.deepEqual(who('force user = ann\ngroup = staff').unix, { uid: 1001, gid: 50, groups: [1001, 50] });
  const admin = who('admin users = bob');
  t.deepEqual([admin.unix, admin.isAdmin], [{ uid: 0, gid: 1002, groups: [1002] }, true]);
  // The list is about who logged on.
  t.is(who('admin users = ann\nforce user = ann').isAdmin, undefined);
  t.is(who('admin users = bob\nforce user = ann').isAdmin, true);
  // The same object each time: storage knows users by it.
  const acts = actsAsOf(values('force user = ann'), NAMED)!;
  t.is(acts(bob), acts(bob));
  t.is(accessOf(bob, values('force user = nosuch'), NAMED), 'none');
  t.is(accessOf(bob, values('force group = nosuch'), NAMED), 'none');
});

test('accounts and groups have the SIDs of this machine, all others those of Samba’s Unix users', async (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, 'BOX');
  for (const name of ['ann', 'carl', 'bob']) state.table.set({ name, ntHash: new Uint8Array(16) });
  state.table.setUnix('bob', { unixUser: '1001', unixGroup: undefined, unixGroups: [] });
  t.true(state.groups.add('staff', undefined));
  t.false(state.groups.add('ANN', undefined));
  const sids = new LocalSids(state, new UnixUsers(SERVICE));
  await sids.load();
  const [ann, bob] = ['ann', 'bob'].map((name) => `${state.machineSid}-${state.table.find(name)!.rid}`);
  const staff = `${state.machineSid}-${state.groups.find('staff')!.rid}`;
  // Two accounts are one user; the first one is shown as the owner.
  t.deepEqual(
    [sids.sidOfUser(1001), sids.sidOfUser(1002), sids.sidOfGroup(50), sids.sidOfGroup(60)],
    [ann!, 'S-1-22-1-1002', staff, 'S-1-22-2-60'],
  );
  t.deepEqual([sids.idOf(ann!), sids.idOf(bob!), sids.idOf(staff)], [{ uid: 1001 }, { uid: 1001 }, { gid: 50 }]);
  t.deepEqual(
    [sids.idOf('S-1-22-1-7'), sids.idOf('S-1-22-2-8'), sids.idOf('S-1-1-0')],
    [{ uid: 7 }, { gid: 8 }, undefined],
  );
  t.is(sids.groupSid('STAFF'), staff);
  // No RID is given twice, whatever had it.
  state.groups.remove('staff');
  state.table.set({ name: 'dora', ntHash: new Uint8Array(16) });
  t.true(state.table.find('dora')!.rid > Number(staff.split('-').at(-1)));
});

test('all accounts are asked about together, and by all who wait at once', async (t) => {
  using folder = temporaryFolder();
  using state = new State(folder.path, '');
  const names = Array.from({ length: 20 }, (_, i) => `user${i}`);
  for (const name of names) addUser(folder.path, name, 'Passw0rd1');
  for (const name of names) state.table.setUnix(name, { unixUser: undefined, unixGroup: undefined, unixGroups: [] });
  const asked: string[] = [];
  const all = Promise.withResolvers<void>();
  const service = {
    ...SERVICE,
    // It answers nobody before it has been asked about everybody.
    async user(key: string | number): Promise<SystemUser | undefined> {
      asked.push(String(key));
      if (asked.length === names.length) all.resolve();
      await all.promise;
      return { name: String(key), uid: 2000 + names.indexOf(String(key)), gid: 2000 };
    },
  };
  const times = { found: 60_000, missing: 10_000, patience: 5_000, atOnce: names.length, max: 100 };
  const sids = new LocalSids(state, new UnixUsers(service, times));
  await Promise.all([sids.refresh(), sids.refresh(), sids.load()]);
  t.deepEqual(asked.toSorted(), names.toSorted());
  for (const [i, name] of names.entries()) t.is(sids.sidOfUser(2000 + i), state.find(name)!.sid);
});

test('tsmbd user and tsmbd group keep who is who, and refuse who is not there', async (t) => {
  using folder = temporaryFolder();
  const state = ['--state', folder.path];
  addUser(folder.path, 'ann', 'x');
  addUser(folder.path, 'bob', 'x');
  const said = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await tsmbd([...words, ...state], 'Secret-1\n');
    return (stdout + stderr).trim();
  };
  t.is(await said('user', 'set', 'ann', '--uid', 'daemon', '--group', 'root', '--group', 'sys'), 'changed ann');
  t.is(await said('user', 'set', 'nobody-here', '--uid', 'daemon'), 'tsmbd: no user nobody-here');
  t.is(await said('user', 'add', 'carl', '--uid', 'no-such-user'), 'tsmbd: no user no-such-user on this system');
  t.regex(await said('user', 'add', 'carl', '--uid', '60999'), /60999: --gid says which group/);
  t.is(await said('user', 'add', 'carl', '--uid', '60999', '--gid', '60999'), 'added carl');
  t.is(await said('group', 'add', 'team'), 'added team');
  t.is(await said('group', 'add', 'TEAM'), 'tsmbd: there is a group or a user TEAM');
  t.is(await said('user', 'add', 'team'), 'tsmbd: team is a group');
  t.is(await said('group', 'join', 'team', 'bob', 'ANN'), 'bob is in team\nann is in team');
  t.is(await said('group', 'join', 'team', 'bob', 'eve'), 'tsmbd: no user eve');
  t.is(await said('group', 'leave', 'team', 'bob'), 'bob is not in team');
  t.is(await said('group', 'list'), 'team: ann');
  {
    using kept = new State(folder.path, '');
    const { unixUser, unixGroup, unixGroups, rid } = kept.table.find('ann')!;
    t.deepEqual([unixUser, unixGroup, unixGroups], ['daemon', undefined, ['root', 'sys']]);
    t.deepEqual(
      kept.groups.of(rid).map(({ name }) => name),
      ['team'],
    );
  }
  t.is(await said('group', 'remove', 'team'), 'removed team');
  t.is(await said('group', 'remove', 'team'), 'tsmbd: no group team');
});

test('without the right to act as users, the log says for each share as whom files are opened', (t) => {
  const lines: string[] = [];
  const log = {
    write: (level: string, _component: string, message: string, fields?: object) =>
      lines.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`),
  };
  const settings = settingsOf(
    parseConfig(
      '[a]\npath = /\n[b]\npath = /no/such/folder\nread only = no\nforce user = x\n[c]\npath = /\navailable = no\n',
      'x.conf',
    ),
  );
  sayWhose(settings, false, log);
  t.is(lines.length, 2);
  t.regex(lines[0]!, /^info: all files are opened and made as one user.*"share":"a","user":".+"needs":"CAP_SETUID/);
  t.regex(lines[1]!, /^warn: nobody can write here.*"share":"b".*"force user":"x"/);
  sayWhose(settings, true, log);
  t.is(lines.length, 3);
});
