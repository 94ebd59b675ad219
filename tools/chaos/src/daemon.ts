import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));
const execute = promisify(execFile);

/** The daemon's one user. */
export const USER = { name: 'u1', password: 'Passw0rd1' };
/** Its one share, with `continuous availability = yes`. */
export const SHARE = 'kept';

/** How long until a client has noticed that the daemon has closed its connection. */
const NOTICE_MS = 50;

/** The part of `tsmbd status --json` that is used. */
export interface DaemonStatus {
  readonly sessions: readonly { readonly trees: readonly { readonly opens: readonly unknown[] }[] }[];
  readonly waitingOpens: readonly unknown[];
}

/** The daemon of this tree, killed and started again on the same port and state. */
export class MortalDaemon implements AsyncDisposable {
  readonly port: number;
  /** The log's lines of level error, and the output of a process that ends by itself. */
  readonly complaints: string[] = [];
  readonly #folder = mkdtempSync('/dev/shm/tsmbd-chaos-');
  readonly #workers: string;
  #child: ChildProcess | undefined;
  /** How many workers have died. */
  #deaths = 0;

  /** @param workers as the configuration has it: a number, or `auto` */
  constructor(port: number, workers: string) {
    this.port = port;
    this.#workers = workers;
    const folder = join(this.#folder, 'share');
    mkdirSync(folder);
    writeFileSync(
      this.#config,
      `[global]\ntcp port = ${port}\ninterfaces = 127.0.0.1\nbind interfaces only = yes\n` +
        `workers = ${workers}\nsmbd:FSCTL_SMBTORTURE = yes\n` +
        `[${SHARE}]\npath = ${folder}\nread only = no\ncontinuous availability = yes\n`,
    );
    const args = [MAIN, 'user', 'add', USER.name, '--uid', String(process.geteuid!()), '--state', this.#state];
    spawnSync(process.execPath, args, { input: `${USER.password}\n` });
  }

  get #config(): string {
    return join(this.#folder, 'tsmbd.conf');
  }

  get #state(): string {
    return join(this.#folder, 'state');
  }

  /** Returns before the daemon listens: clients try until they reach it. */
  start(): void {
    const args = [MAIN, 'serve', '--config', this.#config, '--state', this.#state, '--log-level', 'error'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text: Buffer) => this.#complain(text.toString()));
    child.on('exit', (code) => {
      if (child === this.#child) this.complaints.push(`the daemon ended with ${code}`);
    });
    this.#child = child;
  }

  /** Sends SIGKILL: nothing is told, flushed or closed. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /**
   * Ends one of the worker threads, whichever runs. Returns when its clients have lost their
   * connections, and those clients of other workers that had something there.
   */
  async killWorker(below: (most: number) => number): Promise<void> {
    const count = Math.min(availableParallelism(), 16);
    const worker = below(this.#workers === 'auto' ? count : Number(this.#workers));
    const before = this.#deaths;
    try {
      await execute(process.execPath, [MAIN, 'kill-worker', String(worker), '--state', this.#state]);
    } catch (error) {
      // The worker has been killed a moment ago and is not up again, or the daemon is not up yet.
      const said = String((error as { stderr?: unknown }).stderr);
      if (!said.includes(`no worker ${worker} runs`) && !said.includes('no tsmbd runs')) throw error;
      return;
    }
    while (this.#deaths === before) await sleep(10);
    // The workers are asked behind the word that one of them has died.
    await this.status();
    await sleep(NOTICE_MS);
  }

  async status(): Promise<DaemonStatus> {
    const { stdout } = await execute(process.execPath, [MAIN, 'status', '--json', '--state', this.#state]);
    return JSON.parse(stdout) as DaemonStatus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #complain(text: string): void {
    for (const line of text.split('\n')) {
      if (line.includes('a worker has died')) this.#deaths++;
      else if (line.trim() !== '') this.complaints.push(line.trim());
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}
