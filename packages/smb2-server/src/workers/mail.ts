import type { ServerEnvironment, WorkerLink } from '../config.ts';
import { isRefusal, StatusError, statusOf } from '../errors.ts';
import type { QuestionName, Questions, Tidings, WorkerMessage } from './messages.ts';

/** Answers a question of another worker. A StatusError is thrown at the worker that asks. */
export type Answerers = {
  readonly [Name in QuestionName]: (
    asks: Questions[Name]['asks'],
    from: number,
  ) => Questions[Name]['answers'] | Promise<Questions[Name]['answers']>;
};

interface Asked {
  readonly to: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Sends messages to the other workers, and pairs answers with questions. */
export class Mail {
  readonly #link: WorkerLink;
  readonly #env: ServerEnvironment;
  readonly #answerers: Answerers;
  readonly #asked = new Map<number, Asked>();
  /** What the next message to each worker will tell. */
  readonly #tidings = new Map<number, Tidings[]>();
  readonly #deaths = new Map<number, number>();
  #next = 1;

  constructor(link: WorkerLink, env: ServerEnvironment, answerers: Answerers) {
    this.#link = link;
    this.#env = env;
    this.#answerers = answerers;
  }

  newId(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  /**
   * Sends a message, behind all that this worker has told that one before.
   *
   * @param moved buffers that are the receiver's from now on
   */
  post(to: number, message: WorkerMessage, moved: readonly ArrayBuffer[] = []): void {
    this.#flush(to);
    this.#link.post(to, message, moved);
  }

  /**
   * Returns what sends answers to a worker. The ids in them are of this life of the worker: once it
   * has died, nothing is sent and the result is false, because the next life uses the same ids for
   * requests of its own.
   */
  answersTo(worker: number): (message: WorkerMessage, moved?: readonly ArrayBuffer[]) => boolean {
    const deaths = this.deathsOf(worker);
    return (message, moved) => {
      if (this.deathsOf(worker) !== deaths) return false;
      this.post(worker, message, moved);
      return true;
    };
  }

  /** How often the worker has died, as far as this one has heard. */
  deathsOf(worker: number): number {
    return this.#deaths.get(worker) ?? 0;
  }

  /** False while the other worker has died and is not there again. */
  reaches(worker: number): boolean {
    return this.#link.reaches(worker);
  }

  /**
   * Asks another worker. Rejects with the StatusError that the other worker answers with. A worker
   * that dies, or has died, has nothing any more: the promise resolves with undefined.
   */
  ask<Name extends QuestionName>(
    to: number,
    name: Name,
    asks: Questions[Name]['asks'],
  ): Promise<Questions[Name]['answers'] | undefined> {
    if (!this.reaches(to)) return Promise.resolve(undefined);
    const id = this.newId();
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { to, resolve: resolve as (value: unknown) => void, reject });
      this.post(to, { type: 'ask', id, name, asks });
    });
  }

  /** Asks several workers at once. */
  async askAll<Name extends QuestionName>(
    workers: Iterable<number>,
    name: Name,
    asks: Questions[Name]['asks'],
  ): Promise<Questions[Name]['answers'][]> {
    const answers = await Promise.all([...workers].map((worker) => this.ask(worker, name, asks)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Tells another worker something, together with whatever else happens in this turn. */
  tell(to: number, tidings: Tidings): void {
    const before = this.#tidings.get(to);
    if (before !== undefined) {
      before.push(tidings);
      return;
    }
    this.#tidings.set(to, [tidings]);
    queueMicrotask(() => this.#flush(to));
  }

  #flush(to: number): void {
    const all = this.#tidings.get(to);
    if (all === undefined) return;
    this.#tidings.delete(to);
    this.#link.post(to, { type: 'tidings', all } satisfies WorkerMessage, []);
  }

  /** Handles a question or an answer. */
  receive(from: number, message: Extract<WorkerMessage, { type: 'ask' | 'answer' }>): void {
    if (message.type === 'ask') {
      void this.#answer(from, message);
      return;
    }
    const asked = this.#asked.get(message.id);
    if (asked === undefined || asked.to !== from) return;
    this.#asked.delete(message.id);
    const { refusal } = message;
    if (refusal === undefined) asked.resolve(message.value);
    else asked.reject(new StatusError(refusal.status, refusal.reason));
  }

  async #answer(from: number, { id, name, asks }: Extract<WorkerMessage, { type: 'ask' }>): Promise<void> {
    const send = this.answersTo(from);
    let answer: Extract<WorkerMessage, { type: 'answer' }>;
    try {
      const answerer = this.#answerers[name] as (asks: unknown, from: number) => unknown;
      answer = { type: 'answer', id, value: await answerer(asks, from), refusal: undefined };
    } catch (error) {
      if (!isRefusal(error)) this.#env.log('error', 'smb', 'bug: a question of a worker failed', { name, error });
      const { status } = statusOf(error);
      answer = { type: 'answer', id, value: undefined, refusal: { status, reason: (error as Error).message } };
    }
    send(answer);
  }

  /** A worker has died: what it was asked is answered with nothing. */
  gone(worker: number): void {
    this.#deaths.set(worker, this.deathsOf(worker) + 1);
    this.#tidings.delete(worker);
    for (const [id, asked] of this.#asked) {
      if (asked.to !== worker) continue;
      this.#asked.delete(id);
      asked.resolve(undefined);
    }
  }
}
