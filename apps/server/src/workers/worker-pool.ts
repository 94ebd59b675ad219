import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import {
  type DenialAnswer,
  type DenialQuestion,
  forgetWorker,
  type LogComponent,
  type LoopStatus,
  type OpenExplanation,
  type ServerStatus,
  workerMemory,
} from '@tsmbd/smb2-server';
import { closeMarkedDescriptors, descriptorMarks, duplicateDescriptor } from '@tsmbd/vfs-adapter';
import type { Capture, CapturedConnection } from '../capture/capture.ts';
import type { Settings } from '../config/load.ts';
import type { Engines } from '../engines.ts';
import type { Log } from '../logging.ts';
import type { State } from '../state/state.ts';
import { joinDenials, joinExplanations } from './join-explanations.ts';
import { joinStatus } from './join-status.ts';
import type { FromWorker } from './messages.ts';
import { WorkerHandle } from './worker-handle.ts';

export interface PoolOptions {
  readonly settings: Settings;
  readonly state: State;
  readonly log: Log;
}

/** A connection that no worker has yet. */
interface Accepted {
  readonly descriptor: number;
  readonly ended: () => void;
}

/** How long until a worker that died is started again, if it died soon after its start. */
const AGAIN_MS = 1_000;

/**
 * Workers that serve the clients of one daemon. The main thread accepts connections, gives each to
 * the worker that has fewest, and never touches a file's bytes. A worker that dies takes its
 * connections with it, and no others, and is started again.
 */
export class WorkerPool implements Engines {
  readonly #options: PoolOptions;
  readonly #memory: SharedArrayBuffer;
  readonly #marks = descriptorMarks();
  readonly #count: number;
  /** Workers that are up. */
  readonly #workers: (WorkerHandle | undefined)[];
  /** Workers whose threads run, whether they are up already or not. */
  readonly #threads = new Map<number, WorkerHandle>();
  /** Connections that came while no worker was up. */
  #unplaced: Accepted[] = [];
  readonly #captured = new Map<string, CapturedConnection>();
  #settings: Settings;
  #debugging: readonly LogComponent[];
  #observer: Capture | undefined;
  #isEnding = false;
  #nextConnection = 1;

  private constructor(options: PoolOptions, count: number) {
    this.#options = options;
    this.#settings = options.settings;
    this.#debugging = options.log.debugging;
    this.#count = count;
    this.#memory = workerMemory(count, randomBytes(4));
    this.#workers = Array.from({ length: count }, () => undefined);
  }

  readonly #leaseSignal = (): void => {
    for (const worker of this.#running) worker.post({ type: 'lease-signal' });
  };

  /** Starts the workers. Rejects with the error of the first that cannot start. */
  static async start(options: PoolOptions, count: number): Promise<WorkerPool> {
    const pool = new WorkerPool(options, count);
    // Before a worker can take a lease: a SIGIO without a listener ends the process.
    process.on('SIGIO', pool.#leaseSignal);
    try {
      await Promise.all(pool.#workers.map((_, worker) => pool.#start(worker)));
    } catch (error) {
      await pool.end('a worker could not be started');
      throw error;
    }
    return pool;
  }

  async #start(worker: number): Promise<void> {
    const { state, log } = this.#options;
    const handle = new WorkerHandle({
      own: worker,
      count: this.#count,
      memory: this.#memory,
      marks: this.#marks,
      settings: this.#settings,
      stateDirectory: state.directory,
      domain: state.domain,
      logLevel: log.level,
      debugging: this.#debugging,
    });
    handle.onMessage = (message) => this.#receive(worker, handle, message);
    handle.onExit = (error) => this.#died(worker, handle, error);
    this.#introduce(worker, handle);
    await handle.ready;
    // It may have died since.
    if (this.#isEnding || handle.hasEnded) return;
    this.#workers[worker] = handle;
    for (const connection of this.#unplaced.splice(0)) this.#give(connection);
    if (this.#observer !== undefined) handle.post({ type: 'observe', client: this.#observer.client });
  }

  /**
   * Connects a new worker with the others before it is up: a file whose persistent opens it
   * restores is at home there at once, and requests about it wait in the port.
   */
  #introduce(worker: number, handle: WorkerHandle): void {
    for (const [other, peer] of this.#threads) {
      const { port1, port2 } = new MessageChannel();
      handle.post({ type: 'peer', worker: other, port: port1 }, [port1]);
      peer.post({ type: 'peer', worker, port: port2 }, [port2]);
    }
    this.#threads.set(worker, handle);
  }

  #receive(worker: number, handle: WorkerHandle, message: Exclude<FromWorker, { type: 'ready' | 'answer' }>): void {
    switch (message.type) {
      case 'log':
        this.#options.log.write(message.level, message.component, message.message, { worker, ...message.fields });
        break;
      case 'ended':
        handle.ended(message.id);
        break;
      case 'message':
        this.#capture(worker, handle, message);
    }
  }

  #capture(worker: number, handle: WorkerHandle, message: Extract<FromWorker, { type: 'message' }>): void {
    const { connection, fromClient, bytes, wasProtected, length } = message;
    handle.post({ type: 'observed', bytes: bytes.length });
    const key = `${worker}/${connection.id}`;
    const captured = this.#captured.get(key) ?? { id: connection.id, transport: connection };
    this.#captured.set(key, captured);
    this.#observer?.message(captured, fromClient, bytes, wasProtected, length);
  }

  /** Called when a worker has ended, whatever the reason. */
  #died(worker: number, handle: WorkerHandle, error: unknown): void {
    const wasUp = this.#workers[worker] === handle;
    this.#workers[worker] = undefined;
    this.#threads.delete(worker);
    if (!this.#isEnding) {
      this.#options.log.write('error', 'smb', 'a worker has died: it is started again', { worker, error });
    }
    // Locks and leases that it had of the system end with its descriptors.
    closeMarkedDescriptors(this.#marks, worker, closeSync);
    forgetWorker(this.#memory, worker, this.#count);
    for (const other of this.#threads.values()) other.post({ type: 'gone', worker });
    if (!wasUp || this.#isEnding) return;
    const wait = handle.livedMs < AGAIN_MS ? AGAIN_MS : 0;
    setTimeout(() => this.#again(worker), wait).unref();
  }

  #again(worker: number): void {
    if (this.#isEnding) return;
    this.#start(worker).catch((error: unknown) => {
      this.#options.log.write('error', 'smb', 'a worker could not be started again', { worker, error });
      setTimeout(() => this.#again(worker), AGAIN_MS).unref();
    });
  }

  get #running(): WorkerHandle[] {
    return this.#workers.filter((worker) => worker !== undefined);
  }

  get listening(): Engines['listening'] {
    return {
      onConnection: (connection) => connection.destroy('the workers take descriptors'),
      onDescriptor: (descriptor, _address, ended) => this.#place(descriptor, ended),
      makeRoom: (group) => this.#makeRoom(group),
    };
  }

  /** Has one worker close a connection on which nobody has logged on. */
  async #makeRoom(group: string | undefined): Promise<boolean> {
    for (const worker of this.#running) {
      // A worker that dies now closes all that it has.
      if (await worker.ask('make-room', group).catch(() => true)) return true;
    }
    return false;
  }

  /** Gives a connection to the worker that has fewest. */
  #place(descriptor: number, ended: () => void): void {
    this.#give({ descriptor: duplicateDescriptor(descriptor), ended });
  }

  #give(connection: Accepted): void {
    const [least] = this.#running.sort((a, b) => a.connections - b.connections);
    if (least === undefined) this.#unplaced.push(connection);
    else least.take(this.#nextConnection++, connection.descriptor, connection.ended);
  }

  set observer(observer: Capture | undefined) {
    this.#observer = observer;
    this.#captured.clear();
    for (const worker of this.#running) worker.post({ type: 'observe', client: observer?.client });
  }

  async status(): Promise<ServerStatus> {
    return joinStatus(await Promise.all(this.#running.map((worker) => worker.ask('status', undefined))));
  }

  loop(): Promise<readonly LoopStatus[]> {
    return Promise.all(this.#running.map((worker) => worker.ask('loop', undefined)));
  }

  async explainOpen(share: string, path: string): Promise<OpenExplanation | undefined> {
    const asks = { share, path };
    return joinExplanations(await Promise.all(this.#running.map((worker) => worker.ask('explain-open', asks))));
  }

  async whyDenied(question: DenialQuestion): Promise<DenialAnswer> {
    return joinDenials(await Promise.all(this.#running.map((worker) => worker.ask('why-denied', question))));
  }

  async reconfigure(settings: Settings): Promise<void> {
    await Promise.all(this.#running.map((worker) => worker.ask('reconfigure', settings)));
    this.#settings = settings;
  }

  debug(components: readonly LogComponent[]): void {
    this.#debugging = components;
    for (const worker of this.#running) worker.post({ type: 'debug', components });
  }

  kill(worker: number): void {
    const handle = this.#workers[worker];
    if (handle === undefined) throw new Error(`no worker ${worker} runs`);
    handle.kill();
  }

  async end(reason: string): Promise<void> {
    this.#isEnding = true;
    const running = this.#running;
    // The engines end sessions and opens at one another: none goes before all have done so.
    await Promise.all(running.map((worker) => worker.stop(reason)));
    await Promise.all(running.map((worker) => worker.end()));
    process.off('SIGIO', this.#leaseSignal);
    for (const { descriptor, ended } of this.#unplaced.splice(0)) {
      closeSync(descriptor);
      ended();
    }
  }
}
