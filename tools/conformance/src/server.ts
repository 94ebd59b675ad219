import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestShare } from './run-all.ts';

/** A daemon of this tree, started for tests in a folder of its own. */
export interface TestDaemon extends AsyncDisposable {
  readonly port: number;
  readonly shares: readonly TestShare[];
  readonly pid: number;
  /** Its state folder. */
  readonly state: string;
  /** `tsmbd status --json`. */
  status(...options: readonly string[]): Promise<unknown>;
}

const execute = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));

/** Users of the test daemon, `name%password`. */
export const USER = 'u1%Passw0rd1';
export const USER2 = 'u2%Passw0rd2';

/**
 * Settings that smbtorture expects: it signs when it chooses to, logs on anonymously, and uses the
 * FSCTLs for tests.
 */
export const TORTURE_SETTINGS = 'server signing = auto\nrestrict anonymous = 0\nsmbd:FSCTL_SMBTORTURE = yes';

/** Shares that some tests look for by their names. */
const SPECIAL_SHARES: readonly { name: string; mode: number; below?: string; settings: string }[] = [
  { name: 'hideunread', mode: 0o755, settings: 'hide unreadable = yes' },
  { name: 'noncanonical', mode: 0o755, settings: 'acl flag inherited canonicalization = no' },
  // A tree connect to this share works, but opening its root does not.
  { name: 'noperm', mode: 0, settings: '' },
  // A client that connects a second later gets another folder.
  { name: 'dynamic_share', mode: 0o755, below: '/%t', settings: 'make path = yes\ncontinuous availability = no' },
];

/**
 * Starts `tsmbd serve` with `count` shares in memory-backed folders, and two users.
 *
 * @param onLog gets what the daemon logs; without it the log goes to stderr
 */
export async function startDaemon(count: number, globals = '', onLog?: (text: string) => void): Promise<TestDaemon> {
  const folder = mkdtempSync('/dev/shm/tsmbd-conformance-');
  const shares = Array.from({ length: count }, (_, i) => ({ name: `t${i}`, folder: join(folder, `t${i}`) }));
  for (const share of shares) mkdirSync(share.folder);
  const config = join(folder, 'tsmbd.conf');
  const special = SPECIAL_SHARES.map(({ name, mode, settings, below = '' }) => {
    const path = join(folder, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return `[${name}]\npath = ${path}${below}\nread only = no\n${settings}\n`;
  });
  const sections = shares.map((s) => `[${s.name}]\npath = ${s.folder}\nread only = no\n`);
  writeFileSync(
    config,
    `[global]\ntcp port = 0\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nhide dot files = no\n${workersLine(globals)}${globals}\n${[...sections, ...special].join('\n')}`,
  );
  const state = join(folder, 'state');
  for (const user of [USER, USER2]) {
    const [name = '', password = ''] = user.split('%');
    // The accounts are the user who runs the suites, whose folders are shared.
    await run(['user', 'add', name, '--uid', String(process.geteuid!()), '--state', state], `${password}\n`);
  }
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config, '--state', state, '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', onLog === undefined ? 'inherit' : 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => onLog?.(chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const match = /on port (\d+)/.exec(output);
      if (match !== null) resolve(Number(match[1]));
    });
    child.on('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
  });
  return {
    port,
    shares: shares.map((share) => ({ ...share, port })),
    pid: child.pid!,
    state,
    async status(...options) {
      const { stdout } = await execute(process.execPath, [MAIN, 'status', '--json', ...options, '--state', state]);
      return JSON.parse(stdout);
    },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The tests of the tools that use this hold for any number of workers. */
function workersLine(globals: string): string {
  const workers = process.env['TSMBD_TEST_WORKERS'];
  return workers === undefined || globals.includes('workers =') ? '' : `workers = ${workers}\n`;
}

function run(args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(input);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tsmbd ${args[0]} ended with ${code}`))));
  });
}
