import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Target } from '../cases/job.ts';
import type { ClientAnswer, ClientRequest, RoundResult, Window } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url));

/** A client process, seen from the bench. It is sent one request at a time. */
class ClientProcess {
  readonly #child: ChildProcess;
  #waiting: { resolve: (result: RoundResult | undefined) => void; reject: (error: Error) => void } | undefined;
  #gone: string | undefined;
  readonly #exited: Promise<void>;

  constructor() {
    // What the bench itself was started with (a profiler, say) is not for its clients.
    this.#child = fork(PROGRAM, { execArgv: [] });
    this.#child.on('message', (answer: ClientAnswer) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (answer.type === 'done') waiting?.resolve(answer.result);
      else waiting?.reject(new Error(`a client failed: ${answer.message}`));
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#gone = `a client ended with ${signal ?? code}`;
        this.#waiting?.reject(new Error(this.#gone));
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  ask(request: ClientRequest): Promise<RoundResult | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(new Error(this.#gone));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#child.send(request);
    });
  }

  async end(): Promise<void> {
    if (this.#gone !== undefined) return;
    await this.ask({ type: 'end' });
    await this.#exited;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Clients that do the same on one server, each in a process of its own. */
export class Clients implements AsyncDisposable {
  readonly #all: readonly ClientProcess[];

  private constructor(all: readonly ClientProcess[]) {
    this.#all = all;
  }

  /**
   * Starts the clients; each has connected and is ready when this resolves.
   *
   * @param descriptors files and sockets that each may have open; default what the bench may have
   */
  static async start(
    job: Job,
    target: Omit<Target, 'client' | 'clients'>,
    count: number,
    descriptors?: number,
  ): Promise<Clients> {
    const clients = new Clients(Array.from({ length: count }, () => new ClientProcess()));
    try {
      await Promise.all(
        clients.#all.map((client, i) => {
          if (descriptors !== undefined) raiseLimit(client.pid, descriptors);
          return client.ask({ type: 'start', job: job.name, target: { ...target, client: i, clients: count } });
        }),
      );
    } catch (error) {
      for (const client of clients.#all) client.kill();
      throw error;
    }
    return clients;
  }

  /** What is done before a round and not counted. All clients have done it when this resolves. */
  async prepare(): Promise<void> {
    await Promise.all(this.#all.map((client) => client.ask({ type: 'prepare' })));
  }

  /** One round; all clients count from the same moment to the same moment. */
  round({ startAt, endAt }: Window): Promise<RoundResult[]> {
    return Promise.all(this.#all.map(async (client) => (await client.ask({ type: 'round', startAt, endAt }))!));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((client) => client.end()));
  }
}

/**
 * Gives a process room for descriptors, prlimit(1). Throws if this user may not raise the limit
 * that far.
 */
function raiseLimit(pid: number, descriptors: number): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:${descriptors}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit --nofile=${descriptors}: ${stderr}`);
}
