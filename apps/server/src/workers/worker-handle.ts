import { closeSync } from 'node:fs';
import { type Transferable, Worker } from 'node:worker_threads';
import { markHandedOver } from '@tsmbd/vfs-adapter';
import type { FromWorker, ToWorker, WorkerQuestionName, WorkerQuestions, WorkerStart } from './messages.ts';

const THREAD = new URL(import.meta.url.endsWith('.ts') ? './worker-thread.ts' : './worker-thread.js', import.meta.url);

interface Asked {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One worker, as the main thread sees it. */
export class WorkerHandle {
  /** Resolves when the worker's engine is up. Rejects if it ends before. */
  readonly ready: Promise<void>;
  onMessage: (message: Exclude<FromWorker, { type: 'ready' | 'answer' }>) => void = () => {};
  /** Called once, when the thread has ended. */
  onExit: (error: unknown) => void = () => {};
  hasEnded = false;
  readonly #thread: Worker;
  readonly #start: WorkerStart;
  readonly #startedAt = performance.now();
  readonly #asked = new Map<number, Asked>();
  readonly #connections = new Map<number, () => void>();
  readonly #exited = Promise.withResolvers<void>();
  #nextQuestion = 1;
  #error: unknown;

  constructor(start: WorkerStart) {
    this.#start = start;
    this.#thread = new Worker(THREAD, { workerData: start, name: `worker ${start.own}` });
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    // Whoever starts the worker waits for it. After that nobody does.
    this.ready.catch(() => {});
    this.#thread.on('message', (message: FromWorker) => {
      if (message.type === 'ready') ready.resolve();
      else if (message.type === 'answer') this.#answered(message);
      else this.onMessage(message);
    });
    this.#thread.on('error', (error) => {
      this.#error = error;
    });
    this.#thread.on('exit', () => {
      const error = this.#error ?? new Error('the worker has ended');
      ready.reject(error);
      this.#exit(error);
    });
  }

  /** How many connections the worker has. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How long the worker has run, in milliseconds. */
  get livedMs(): number {
    return performance.now() - this.#startedAt;
  }

  post(message: ToWorker, moved: readonly Transferable[] = []): void {
    if (!this.hasEnded) this.#thread.postMessage(message, moved);
  }

  /**
   * Gives the worker a connection.
   *
   * @param descriptor the worker's from now on
   * @param ended called when the connection has ended
   */
  take(id: number, descriptor: number, ended: () => void): void {
    if (this.hasEnded) {
      closeSync(descriptor);
      ended();
      return;
    }
    // If the worker dies before it has the message, the descriptor is closed with its others.
    markHandedOver(this.#start.marks, this.#start.own, descriptor);
    this.#connections.set(id, ended);
    this.post({ type: 'connection', id, descriptor });
  }

  /** The connection has ended. */
  ended(id: number): void {
    const ended = this.#connections.get(id);
    this.#connections.delete(id);
    ended?.();
  }

  /** Asks the worker. Rejects with its error, or if it ends before it has answered. */
  ask<Name extends WorkerQuestionName>(
    name: Name,
    asks: WorkerQuestions[Name]['asks'],
  ): Promise<WorkerQuestions[Name]['answers']> {
    if (this.hasEnded) return Promise.reject(new Error('the worker has ended'));
    const id = this.#nextQuestion++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.post({ type: 'ask', id, name, asks });
    });
  }

  #answered({ id, value, error }: Extract<FromWorker, { type: 'answer' }>): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(error);
  }

  /** Ends the engine. The thread goes on answering the other workers. */
  async stop(reason: string): Promise<void> {
    // A worker that dies while it ends has ended too.
    await this.ask('end', reason).catch(() => undefined);
  }

  /** Ends the thread. */
  async end(): Promise<void> {
    await this.#thread.terminate();
    await this.#exited.promise;
  }

  /** Ends the thread as a fault would: nothing is told, flushed or closed. */
  kill(): void {
    void this.#thread.terminate();
  }

  #exit(error: unknown): void {
    this.hasEnded = true;
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
    for (const ended of this.#connections.values()) ended();
    this.#connections.clear();
    this.#exited.resolve();
    this.onExit(error);
  }
}
