import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { nodeProblem } from '../src/node-version.ts';
import { sentence } from '../src/system-error.ts';
import { run, TestDaemon, temporaryFolder, tsmbd } from './helpers/daemon.ts';

test.serial('a word that is no command is not taken for an option of serve', async (t) => {
  for (const [word, said] of [
    ['statsu', 'tsmbd: unknown command statsu; did you mean status?\n'],
    ['bogus', /^tsmbd: unknown command bogus; there are serve, user, group, capture, .*help\n$/],
  ] as const) {
    const { status, stderr } = await tsmbd([word]);
    t.is(status, 1);
    if (typeof said === 'string') t.is(stderr, said);
    else t.regex(stderr, said);
  }
});

test.serial('npm start knows the commands that tsmbd knows', async (t) => {
  const script = fileURLToPath(new URL('../../../scripts/run.mjs', import.meta.url));
  for (const command of ['capture', 'explain-open']) {
    const { status, stdout } = await run(process.execPath, [script, 'start', command, '--help']);
    t.is(status, 0);
    t.regex(stdout, new RegExp(`^Usage: tsmbd ${command} `));
  }
});

test('an older Node is told which one is needed', (t) => {
  t.is(nodeProblem('26.3.0'), undefined);
  t.is(nodeProblem('24.0.0'), undefined);
  t.regex(nodeProblem('20.20.2')!, /^Node 24 or later is needed, this is 20\.20\.2/);
});

test("the system's errors become sentences, and others stay as they are", (t) => {
  const of = (fields: object): string => sentence(Object.assign(new Error('ECODE: raw'), fields));
  t.is(of({ code: 'ENOENT', syscall: 'open', path: '/a' }), 'cannot open /a: there is no such file or folder');
  t.is(of({ code: 'EACCES', syscall: 'mkdir', path: '/a' }), 'cannot make /a: permission denied');
  t.is(of({ code: 'ELOOP', syscall: 'open', path: '/a' }), 'cannot open /a: it is a symbolic link');
  t.is(of({ code: 'EWHAT', syscall: 'open', path: '/a' }), 'ECODE: raw');
  t.is(sentence('text'), 'text');
});

test.serial('no file that cannot be had is answered by a code of the system', async (t) => {
  using folder = temporaryFolder();
  const missing = join(folder.path, 'missing');
  const state = join(folder.path, 'state');
  for (const words of [
    ['serve', '--config', missing, '--state', state],
    ['testparm', missing],
    ['user', 'import', missing, '--state', state],
    ['user', 'list', '--state', join(missing.replace('missing', 'a-file'), 'state')],
    ['status', '--state', missing],
  ]) {
    writeFileSync(join(folder.path, 'a-file'), '');
    const { status, stderr } = await tsmbd(words);
    t.is(status, 1, words.join(' '));
    t.notRegex(stderr, /E[A-Z]{4,}|at .*\.ts/, words.join(' '));
    t.true(stderr.includes(folder.path), stderr);
  }
});

test.serial('a state that is no database is named', async (t) => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'state'), { mode: 0o700 });
  writeFileSync(
    join(folder.path, 'state', 'state.db'),
    'this is no database, and long enough to be looked at\n'.repeat(99),
  );
  const { status, stderr } = await tsmbd(['user', 'list', '--state', join(folder.path, 'state')]);
  t.is(status, 1);
  t.regex(stderr, /the state .*\/state\.db cannot be used: file is not a database/);
});

test.serial('a server without accounts says so, and a reload says what it cannot change', async (t) => {
  using folder = temporaryFolder();
  const config = join(folder.path, 'tsmbd.conf');
  const text = `[files]\npath = ${folder.path}\n`;
  writeFileSync(config, text);
  await using daemon = await TestDaemon.startIn(folder.path, false);
  t.regex(daemon.log, /there are no accounts: nobody can log on/);
  writeFileSync(config, `[global]\nmax server connections = 7\nload printers = no\n${text}`);
  const { status, stdout } = await daemon.control('reload');
  t.is(status, 0);
  t.is(stdout, 'a restart is needed for what is new of: max server connections\n');
});

test.serial('a capture ends for who waits for it when somebody else stops it, or the daemon ends', async (t) => {
  const waitFor = async (path: string): Promise<void> => {
    for (let i = 0; i < 500; i++) {
      try {
        if (readFileSync(path).length > 0) return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        // Not made yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    t.fail(`no ${path}`);
  };
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start();
  const capture = (name: string) =>
    daemon.control('capture', '--client', '127.0.0.1', '--out', join(folder.path, name));
  const first = capture('first');
  await waitFor(join(folder.path, 'first'));
  // The waiting is asked for just behind the start.
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is((await daemon.control('capture', '--stop')).status, 0);
  t.regex((await first).stdout, /0 messages, \d+ bytes in .*first\n$/);
  const second = capture('second');
  await waitFor(join(folder.path, 'second'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await daemon.end('SIGTERM');
  const ended = await second;
  t.is(ended.status, 0, ended.stderr);
  t.regex(ended.stdout, /0 messages, \d+ bytes in .*second\n$/);
});
