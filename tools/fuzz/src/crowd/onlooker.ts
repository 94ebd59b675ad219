import {
  Command,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, readBody, SmbClient, writeBody } from '@tsmbd/tool-smb-client';

/** What the onlooker experienced. Milliseconds. */
export interface Seen {
  readonly requests: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly logons: number;
  readonly slowestLogonMs: number;
}

/**
 * A client that does a little work all the time and measures the time of each answer. It logs on
 * anew twice a second.
 */
export class Onlooker {
  readonly #login: () => Promise<SmbClient>;
  readonly #share: string;
  readonly #answers: number[] = [];
  readonly #logons: number[] = [];
  #stop = false;
  readonly #done: Promise<unknown>;

  constructor(port: number, user: string, password: string, share: string) {
    this.#login = () => SmbClient.login('127.0.0.1', port, user, password);
    this.#share = share;
    this.#done = Promise.all([this.#work(), this.#logOn()]);
    this.#done.catch(() => undefined);
  }

  /** Stops. Rejects with the onlooker's error, if there was one. */
  async stop(): Promise<Seen> {
    this.#stop = true;
    await this.#done;
    const sorted = this.#answers.toSorted((a, b) => a - b);
    return {
      requests: sorted.length,
      medianMs: rounded(sorted[sorted.length >> 1] ?? 0),
      slowestMs: rounded(sorted.at(-1) ?? 0),
      logons: this.#logons.length,
      slowestLogonMs: rounded(Math.max(...this.#logons)),
    };
  }

  async #work(): Promise<void> {
    const client = await this.#login();
    const treeId = await client.tree(this.#share);
    const options = { treeId };
    const data = new Uint8Array(4096).fill(7);
    while (!this.#stop) {
      const body = createBody('onlooker');
      const made = await this.#timed(client.request(Command.CREATE, createRequest, createResponse, body, options));
      const { fileId } = made.body!;
      const write = writeBody(fileId, 0, data);
      await this.#timed(client.request(Command.WRITE, writeRequest, writeResponse, write, options));
      const read = readBody(fileId, 0, 4096);
      await this.#timed(client.request(Command.READ, readRequest, readResponse, read, options));
      const close = { flags: 0, fileId };
      await this.#timed(client.request(Command.CLOSE, closeRequest, closeResponse, close, options));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    client.close();
    await client.ended();
  }

  async #logOn(): Promise<void> {
    do {
      const begun = performance.now();
      const client = await this.#login();
      this.#logons.push(performance.now() - begun);
      client.close();
      await new Promise((resolve) => setTimeout(resolve, 500));
    } while (!this.#stop);
  }

  async #timed<T>(answer: Promise<T>): Promise<T> {
    const begun = performance.now();
    const value = await answer;
    this.#answers.push(performance.now() - begun);
    return value;
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
