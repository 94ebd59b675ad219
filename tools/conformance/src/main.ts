import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { runAll, type TestShare } from './run-all.ts';
import { startDaemon, TORTURE_SETTINGS, USER, USER2 } from './server.ts';
import { listTests, type TortureOptions, type TortureResult } from './torture.ts';

/**
 * `node tools/conformance/src/main.ts`: smbtorture's smb2 tests against the daemon of this tree.
 */
const program = new Command('conformance')
  .description("run Samba's smbtorture against tsmbd, test by test")
  .option('--match <regex>', 'tests to run, by name from its start', 'smb2\\.')
  .option('--list <file>', 'tests to run, a name a line, as far as --match says so; all of them must pass')
  .option('--workers <n>', 'worker threads of the daemon; with --jobs 1, two connections are at different ones', 'auto')
  .option('--jobs <n>', 'tests at once for each daemon', '2')
  .option('--daemons <n>', 'daemons at once', '1')
  .option('--timeout <s>', 'seconds for each test', '100')
  .option('--folder <path>', 'where the shares are made, for tests that need another file system', '/dev/shm')
  .option('--out <file>', 'write the names that passed')
  .parse();
const options = program.opts<{
  match: string;
  list?: string;
  workers: string;
  jobs: string;
  daemons: string;
  timeout: string;
  folder: string;
  out?: string;
}>();

const all = listTests();
const known =
  options.list === undefined ? all : namesIn(options.list).map((name) => [name, all.get(name) ?? name] as const);
const wanted = [...known].filter(([name]) => new RegExp(`^(?:${options.match})`).test(name));

/** Tests that need a server with other settings, and these settings. */
const groups: readonly { match: RegExp; settings: string }[] = [
  { match: /^smb2\.session-require-signing\./, settings: 'server signing = mandatory' },
  { match: /^smb2\.change_notify_disabled\./, settings: `${TORTURE_SETTINGS}\nchange notify = no` },
  { match: /^smb2\.kernel-oplocks\./, settings: `${TORTURE_SETTINGS}\nkernel oplocks = yes` },
  { match: /^smb2\.replay\.replay5$/, settings: `${TORTURE_SETTINGS}\ncontinuous availability = yes` },
  { match: /^smb2\.dosmode$/, settings: `${TORTURE_SETTINGS}\nhide files = /hidefile/\nhide dot files = yes` },
  {
    match: /^smb2\.twrp\./,
    settings: `${TORTURE_SETTINGS}\nvfs objects = shadow_copy2\nshadow:mountpoint = {folder}\nshadow:snapdir = .snapshots`,
  },
  { match: /^smb2\.mangle$/, settings: `${TORTURE_SETTINGS}\nmangled names = yes` },
  { match: /^smb2\.create_no_streams\./, settings: `${TORTURE_SETTINGS}\nnamed streams = no` },
  { match: /^/, settings: TORTURE_SETTINGS },
];
const results: TortureResult[] = [];
const left = new Map(wanted);
for (const { match, settings } of groups) {
  const tests = [...left].filter(([name]) => match.test(name));
  if (tests.length === 0) continue;
  for (const [name] of tests) left.delete(name);
  await using daemons = new AsyncDisposableStack();
  const shares: TestShare[] = [];
  for (let n = 0; n < Math.min(Number(options.daemons), tests.length); n++) {
    const daemon = await startDaemon(
      Number(options.jobs),
      `${settings}\nworkers = ${options.workers}`,
      undefined,
      options.folder,
    );
    daemons.use(daemon);
    shares.push(...daemon.shares);
  }
  const torture: TortureOptions = {
    host: '127.0.0.1',
    user: USER,
    user2: USER2,
    timeoutS: Number(options.timeout),
    options: optionsFor,
    shareOf: (name: string) => (name.startsWith('smb2.acls_non_canonical.') ? 'noncanonical' : undefined),
  };
  const first = await runAll(tests, shares, torture, show);
  // Some tests depend on timing, and the machine may have been busy. So tests that failed run once
  // more, alone.
  const failed = new Set(first.filter((r) => r.status !== 'pass').map((r) => r.name));
  const again = options.list === undefined ? [] : tests.filter(([name]) => failed.has(name));
  const second = await runAll(again, shares.slice(0, 1), torture, show);
  const repeated = new Set(second.map((r) => r.name));
  results.push(...first.filter((r) => !repeated.has(r.name)), ...second);
}
const passed = results.filter((r) => r.status === 'pass');
console.log(`${passed.length} of ${results.length} passed`);
if (options.out !== undefined)
  writeFileSync(
    options.out,
    `${passed
      .map((r) => r.name)
      .sort()
      .join('\n')}\n`,
  );
if (options.list !== undefined && passed.length < results.length) process.exitCode = 1;

function show(r: TortureResult): void {
  console.log(`${r.status}\t${r.name}\t${r.seconds.toFixed(1)}\t${r.reason}`);
}

/** Arguments that smbtorture needs for some tests. */
function optionsFor(name: string, folder: string): readonly string[] {
  // This server lets files grow to NTFS's limit, as Samba does.
  if (name === 'smb2.rw.invalid') return ['--target=samba3'];
  // smbtorture assumes that only Samba has shares whose folder depends on the user and the time of
  // connecting.
  if (name === 'smb2.lease.dynamic_share') return ['--target=samba3'];
  // The xattrs in which descriptors are kept. No client can set them by name.
  if (name === 'smb2.ea.acl_xattr') return ['--option=torture:acl_xattr_name=NTACL'];
  // Tools that work on an existing file.
  if (/^smb2\.(set-sparse|zero-data)-ioctl$/.test(name)) {
    writeFileSync(join(folder, 'file'), 'some bytes');
    const range = ['--option=torture:offset=0', '--option=torture:beyond_final_zero=4096'];
    return ['--option=torture:filename=file', ...range];
  }
  if (name.startsWith('smb2.twrp.')) return snapshotOptions(folder);
  // Tests that also are a local program.
  if (/^smb2\.(kernel-oplocks|samba3misc)\./.test(name)) return [`--option=torture:localdir=${folder}`];
  return [];
}

/** Makes a snapshot of a share with a file and a stream, as the settings above say where. */
function snapshotOptions(folder: string): readonly string[] {
  const snapshot = '@GMT-2026.11.21-04.00.00';
  const root = join(dirname(folder), '.snapshots', snapshot, basename(folder));
  mkdirSync(root, { recursive: true });
  for (const at of [root, folder]) {
    writeFileSync(join(at, 'file'), 'some bytes');
    mkdirSync(join(at, 'subdir'), { recursive: true });
    writeFileSync(join(at, 'subdir', 'hardlink'), '');
    spawnSync('setfattr', ['-n', 'user.DosStream.stream:$DATA', '-v', '0x61626300', join(at, 'file')]);
  }
  const values = { snapshot, file: 'file', stream: 'stream', stream_size: '3' };
  return Object.entries(values).map(([key, value]) => `--option=torture:twrp_${key}=${value}`);
}

/** Names of a list: one per line; `#` starts a comment. */
function namesIn(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
