import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { PASSWORD, TestDaemon, temporaryFolder, tsmbd, USER } from './helpers/daemon.ts';

const login = (daemon: TestDaemon, user = USER, password = PASSWORD): Promise<SmbClient> =>
  SmbClient.login('127.0.0.1', daemon.port, user, password);

test.serial('status, share list, debug and shutdown over the control socket', async (t) => {
  await using daemon = await TestDaemon.start('', 'comment = Papers');
  t.is(statSync(join(daemon.state, 'control.sock')).mode & 0o777, 0o600);
  const client = await login(daemon);
  await client.tree('files');

  const status = JSON.parse((await daemon.control('status', '--json')).stdout);
  t.is(status.connections, 1);
  t.is(status.sessions.length, 1);
  t.like(status.sessions[0], { user: USER, dialect: '3.1.1', guest: false, anonymous: false });
  t.like(status.sessions[0].trees[0], { share: 'files', opens: 0 });
  t.regex((await daemon.control('status')).stdout, /\\ann from 127\.0\.0\.1.*SMB 3\.1\.1/);
  const [loop] = JSON.parse((await daemon.control('status', '--loop', '--json')).stdout);
  t.true(loop.sinceStart.turns > 0 && loop.sinceStart.max >= loop.sinceStart.p50);
  t.is(typeof loop.sinceStart.longest.work, 'string');
  t.regex((await daemon.control('status', '--loop')).stdout, /^worker +since .*\n0 +start /);
  t.regex((await daemon.control('explain-open', 'nowhere/f')).stderr, /no share nowhere/);
  t.is((await daemon.control('explain-open', 'files')).stdout, 'files: \\ is not open\n');
  t.is((await daemon.control('share', 'list')).stdout, `files\t${daemon.folder}\tPapers\n`);

  t.is((await daemon.control('debug', 'conn')).stdout, 'conn: on\n');
  (await login(daemon)).close();
  t.is((await daemon.control('debug', 'conn')).stdout, 'conn: off\n');
  t.regex(daemon.log, /"component":"conn"/);
  const unknown = await daemon.control('debug', 'everything');
  t.is(unknown.status, 1);
  t.regex(unknown.stderr, /no component everything; there are smb, auth/);

  t.is((await daemon.control('shutdown')).status, 0);
  t.is(await daemon.end(), 0);
  await client.ended();
  t.false(existsSync(join(daemon.state, 'control.sock')));
  t.regex((await daemon.control('status')).stderr, /no tsmbd runs with this state directory/);
});

test.serial('reload and SIGHUP show new shares and keep sessions; a wrong file changes nothing', async (t) => {
  await using daemon = await TestDaemon.start();
  const client = await login(daemon);
  t.is(await client.tree('files'), (await client.tree('files')) - 1);

  const more = `[more]\npath = ${daemon.folder}\n`;
  daemon.configure('', more);
  t.is((await daemon.control('reload')).status, 0);
  await t.notThrowsAsync(client.tree('more'));

  daemon.configure('nonsense = 1', more);
  const refused = await daemon.control('reload');
  t.is(refused.status, 1);
  t.regex(refused.stderr, /tsmbd\.conf:6: unknown parameter "nonsense"/);
  await t.notThrowsAsync(client.tree('more'));

  daemon.configure('', '');
  daemon.process.kill('SIGHUP');
  while (!daemon.log.includes('"shares":1,')) await new Promise((resolve) => setTimeout(resolve, 10));
  await t.throwsAsync(client.tree('more'));
  await t.notThrowsAsync(client.tree('files'));
  client.close();
});

test.serial('SIGTERM closes connections and ends with 0', async (t) => {
  await using daemon = await TestDaemon.start();
  const client = await login(daemon);
  t.is(await daemon.end('SIGTERM'), 0);
  await client.ended();
  t.pass();
});

test.serial('accounts that are added, changed and removed count at the next logon', async (t) => {
  await using daemon = await TestDaemon.start();
  await t.throwsAsync(login(daemon, 'bob', 'x'));
  await tsmbd(['user', 'add', 'bob', '--state', daemon.state], 'first\n');
  (await login(daemon, 'BOB', 'first')).close();
  await tsmbd(['user', 'passwd', 'bob', '--state', daemon.state], 'second\n');
  (await login(daemon, 'bob', 'second')).close();
  await tsmbd(['user', 'remove', 'bob', '--state', daemon.state]);
  await t.throwsAsync(login(daemon, 'bob', 'second'));
});

test.serial('logs at level debug hold no password, hash or key', async (t) => {
  await using daemon = await TestDaemon.start('', '', ['--log-level', 'debug']);
  const client = await login(daemon);
  await client.tree('files');
  await t.throwsAsync(login(daemon, USER, 'Wrong-horse-8'));
  const session = client.sessionKey!;
  client.close();
  // Workers log by way of the main thread.
  while (!daemon.log.includes('logon refused')) await new Promise((resolve) => setTimeout(resolve, 10));
  t.regex(daemon.log, /logged on/);
  for (const secret of [ntHash(PASSWORD), session]) {
    const bytes = Buffer.from(secret);
    t.false(daemon.log.toLowerCase().includes(bytes.toString('hex')));
    t.false(daemon.log.includes(bytes.toString('base64')));
  }
  t.false(daemon.log.includes(PASSWORD));
  t.false(daemon.log.includes('Wrong-horse-8'));
});

test.serial('guests and anonymous users are refused, unless the configuration lets them in', async (t) => {
  await using closed = await TestDaemon.start();
  await t.throwsAsync(login(closed, 'nobody-here', 'x'));
  await t.throwsAsync(login(closed, '', ''));

  await using open = await TestDaemon.start('map to guest = bad user\nrestrict anonymous = 0', 'guest ok = yes');
  const guest = await login(open, 'nobody-here', 'x');
  await t.notThrowsAsync(guest.tree('files'));
  guest.close();
  await t.throwsAsync(login(open, USER, 'wrong'), undefined, 'a wrong password makes nobody a guest');
});

test.serial('a daemon that cannot have its port says so and keeps no password', async (t) => {
  await using daemon = await TestDaemon.start();
  using folder = temporaryFolder();
  const words = ['--state', folder.path, '--share', `a=${folder.path}`, '--host', '127.0.0.1', '--user', 'eve'];
  const ended = await tsmbd(['serve', ...words, '--port', String(daemon.port)]);
  t.is(ended.status, 1);
  t.regex(ended.stderr, /is taken; --port chooses another/);
  t.is((await tsmbd(['user', 'list', '--state', folder.path])).stdout, '');
});

test.serial('no option of serve is passed over beside another that makes it nothing', async (t) => {
  using folder = temporaryFolder();
  const config = join(folder.path, 'tsmbd.conf');
  // Nothing is there to serve: where an option is passed over, serve still ends.
  const missing = join(folder.path, 'missing');
  writeFileSync(config, '[global]\ntcp port = 0\n[..]\npath = /srv/%S\nread only = no\n');
  const serve = (...words: string[]) => tsmbd(['serve', '--state', join(folder.path, 'state'), ...words]);
  for (const option of [
    ['--read-only'],
    ['--guest'],
    ['--user', 'eve'],
    ['--password', 'x'],
    ['--share', `b=${folder.path}`],
  ]) {
    const ended = await serve('--config', config, ...option);
    t.is(ended.status, 1, option[0]!);
    t.regex(ended.stderr, new RegExp(`${option[0]} and --config do not go together`));
  }
  for (const option of ['--user', '--password']) {
    const ended = await serve('--guest', option, 'x', '--share', `a=${missing}`);
    t.regex(ended.stderr, new RegExp(`${option} and --guest do not go together`));
  }
  t.regex((await serve('--config', config, '--port', 'many')).stderr, /--port many: expected ports from 0/);
  t.regex((await serve('--share', `a=${folder.path}`, '--share', 'A=/')).stderr, /--share A: two folders of one name/);
});

test.serial('port and address of the command line go before those of the file', async (t) => {
  await using daemon = await TestDaemon.start('', '', ['--port', '0', '--host', '127.0.0.1']);
  await t.notThrowsAsync(login(daemon));
});
