import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { foldersPerConnect } from '../src/config/per-connect.ts';
import { isPerConnect, substituted } from '../src/config/substitutions.ts';
import { PASSWORD, TestDaemon, temporaryFolder, USER } from './helpers/daemon.ts';

const VALUES = {
  user: 'ann',
  domain: 'HOME',
  share: 'data',
  localAddress: '10.0.0.1',
  address: '10.0.0.1',
  at: new Date(2026, 0, 2, 3, 4, 5),
};

test('a path stands for what smbd makes of it', (t) => {
  t.is(substituted('/srv/%D/%U-%u/%S/%I/%t/%%U', VALUES), '/srv/HOME/ann-ann/data/10.0.0.1/20260102_030405/%U');
  t.is(substituted('/srv/100% %', VALUES), '/srv/100% %');
  t.deepEqual(
    ['/srv', '/srv/%S', '/srv/%%U', '/srv/%U', '/%t', '/%I'].map((path) => isPerConnect(path)),
    [false, false, false, true, true, true],
  );
});

test("what cannot be a folder's name is no part of a path", (t) => {
  for (const user of ['', '.', '..', 'a/b', '/', 'a\0'])
    t.is(substituted('/srv/x%U', { ...VALUES, user }), undefined, JSON.stringify(user));
  t.is(substituted('/srv/%U', { ...VALUES, user: '...' }), '/srv/...');
});

test('trees of one folder have one back end; another folder of the same path has its own', (t) => {
  using folder = temporaryFolder();
  const refused: unknown[] = [];
  const path = join(folder.path, '%U');
  const find = foldersPerConnect({ share: 's', path, makeMode: undefined, open: () => createMemoryVfs() }, (error) =>
    refused.push(error),
  );
  const as = (name: string) =>
    find({
      identity: { name, domain: 'D', sid: 'S-1-1', groups: [] },
      address: '::ffff:10.0.0.1',
      localAddress: '::1',
      at: 0n,
    });
  t.is(as('ann'), undefined);
  t.is(as('..'), undefined);
  t.is(refused.length, 2);
  mkdirSync(join(folder.path, 'ann'));
  const first = as('ann');
  t.truthy(first);
  t.is(as('ann'), first);
  renameSync(join(folder.path, 'ann'), join(folder.path, 'old'));
  mkdirSync(join(folder.path, 'ann'));
  t.not(as('ann'), first);
});

test.serial('path = …/%U: each user has his folder, made where that is wanted', async (t) => {
  using folder = temporaryFolder();
  const own = (name: string, more: string) => `[${name}]\npath = ${folder.path}/${name}/%U\nread only = no\n${more}\n`;
  const shares = own('made', 'make path = yes\ndirectory mask = 0700') + own('missing', '');
  await using daemon = await TestDaemon.start('', shares);
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD);
  await client.tree('made');
  t.is(statSync(join(folder.path, 'made', USER)).mode & 0o777, 0o700);
  // STATUS_BAD_NETWORK_NAME
  t.is(((await t.throwsAsync(client.tree('missing'))) as { status?: number }).status, 0xc000_00cc);
  t.false(existsSync(join(folder.path, 'missing')));
  mkdirSync(join(folder.path, 'missing', USER), { recursive: true });
  await t.notThrowsAsync(client.tree('missing'));
  client.close();
});
