import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ntHash } from '@tsmbd/ntlm-auth';
import { State } from '../../src/state/state.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How many workers the daemons have. The tests hold for any number. */
const WORKERS = `workers = ${process.env['TSMBD_TEST_WORKERS'] ?? 'auto'}`;

/** The user of the test daemons. */
export const USER = 'ann';
export const PASSWORD = 'Correct-horse-7';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(file: string, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined).end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

/** Runs `tsmbd …`. */
export function tsmbd(args: readonly string[], input = ''): Promise<Ended> {
  return run(process.execPath, [MAIN, ...args], input);
}

/** A folder of a test's own, gone when it is disposed. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'tsmbd-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** `tsmbd serve` in a process of its own, on a free port, with one share `files` and one user. */
export class TestDaemon implements AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly state: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly #log: () => string;
  readonly #remove: () => void;

  private constructor(folder: string, port: number, child: ChildProcess, log: () => string, remove: () => void) {
    this.folder = join(folder, 'files');
    this.config = join(folder, 'tsmbd.conf');
    this.state = join(folder, 'state');
    this.port = port;
    this.process = child;
    this.#log = log;
    this.#remove = remove;
  }

  /** Starts one; `globals` and `shares` are lines of its configuration. */
  static async start(globals = '', shares = '', options: readonly string[] = []): Promise<TestDaemon> {
    const temporary = temporaryFolder();
    const folder = temporary.path;
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'tsmbd.conf'), configuration(folder, globals, shares));
    const state = join(folder, 'state');
    addUser(state, USER, PASSWORD);
    return TestDaemon.#launch(folder, options, () => temporary[Symbol.dispose]());
  }

  /** Starts one with the `tsmbd.conf` that is in `folder`, and the user, or no accounts at all. */
  static startIn(folder: string, hasUser = true, env = process.env): Promise<TestDaemon> {
    if (hasUser) addUser(join(folder, 'state'), USER, PASSWORD);
    return TestDaemon.#launch(folder, ['--port', '0', '--host', '127.0.0.1'], () => undefined, env);
  }

  static async #launch(
    folder: string,
    options: readonly string[],
    remove: () => void,
    env = process.env,
  ): Promise<TestDaemon> {
    const state = join(folder, 'state');
    const words = [MAIN, 'serve', '--config', join(folder, 'tsmbd.conf'), '--state', state, ...options];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = /on port (\d+)/.exec(output);
        if (match !== null) resolve(Number(match[1]));
      });
      child.once('exit', (status) => reject(new Error(`tsmbd ended with ${status}: ${log}`)));
    });
    return new TestDaemon(folder, port, child, () => log, remove);
  }

  /**
   * Kills it with SIGKILL, and starts it again on another port, on what it has left. The new one is
   * to be disposed of.
   */
  async killAndStart(): Promise<TestDaemon> {
    await this.end('SIGKILL');
    return TestDaemon.#launch(join(this.folder, '..'), [], this.#remove);
  }

  /** What it has logged, JSON lines. */
  get log(): string {
    return this.#log();
  }

  /** Writes its configuration anew. */
  configure(globals: string, shares: string): void {
    writeFileSync(this.config, configuration(join(this.folder, '..'), globals, shares));
  }

  /** Runs a command that speaks to it. */
  control(...words: string[]): Promise<Ended> {
    return tsmbd([...words, '--state', this.state]);
  }

  /** Sends a signal, or just waits; resolves with the exit status. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exit = once(this.process, 'exit');
    if (signal !== undefined) this.process.kill(signal);
    const [status] = (await exit) as [number | null];
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
    this.#remove();
  }
}

/**
 * What `tsmbd user add` does, without a process. The account is the user that runs the tests, whose
 * folders they are.
 */
export function addUser(stateDirectory: string, name: string, password: string): void {
  using state = new State(stateDirectory, '');
  state.table.set({ name, ntHash: ntHash(password) });
  state.table.setUnix(name, { unixUser: String(process.geteuid!()), unixGroup: undefined, unixGroups: [] });
}

function configuration(folder: string, globals: string, shares: string): string {
  return `[global]
tcp port = 0
interfaces = 127.0.0.1
bind interfaces only = yes
${globals.includes('workers =') ? '' : WORKERS}
${globals}
${globals.includes('guest account') ? '' : `guest account = ${process.geteuid!()}`}
[files]
path = ${join(folder, 'files')}
read only = no
${shares}
`;
}
