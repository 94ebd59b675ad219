import { createHash } from 'node:crypto';
import {
  Command,
  CreateDisposition,
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
import type { Target } from './after-logon.ts';

/**
 * A well-behaved client that writes a file, reads it back and compares the content, again and
 * again, on one connection.
 */
export class Bystander {
  /** How many files came back as they were written. */
  rounds = 0;
  /** Milliseconds of the longest round. */
  slowestMs = 0;
  #stop = false;
  readonly #done: Promise<void>;

  constructor(target: Omit<Target, 'session'>) {
    this.#done = this.#run(target);
    this.#done.catch(() => undefined);
  }

  /** Stops after the current round. Rejects with the bystander's error, if there was one. */
  async stop(): Promise<void> {
    this.#stop = true;
    await this.#done;
  }

  async #run(target: Omit<Target, 'session'>): Promise<void> {
    const client = await SmbClient.login('127.0.0.1', target.port, target.user, target.password);
    const treeId = await client.tree(target.share);
    while (!this.#stop) {
      const start = performance.now();
      await round(client, treeId, this.rounds);
      this.rounds++;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    client.close();
    await client.ended();
  }
}

async function round(client: SmbClient, treeId: number, number: number): Promise<void> {
  const data = Buffer.alloc(SIZE);
  for (let i = 0; i < SIZE; i += 4) data.writeUInt32LE(Math.imul(i + number, 0x9e37_79b1) >>> 0, i);
  const value = createBody(`bystander-${number % 4}`, {
    desiredAccess: 0x0012_019f,
    shareAccess: 0,
    createDisposition: CreateDisposition.OVERWRITE_IF,
  });
  const options = { treeId };
  const { body } = await client.request(Command.CREATE, createRequest, createResponse, value, options);
  const { fileId } = body!;
  for (let at = 0; at < SIZE; at += PART) {
    const write = writeBody(fileId, at, data.subarray(at, at + PART));
    await client.request(Command.WRITE, writeRequest, writeResponse, write, options);
  }
  const hash = createHash('sha256');
  for (let at = 0; at < SIZE; at += PART) {
    const read = readBody(fileId, at, PART);
    const reply = await client.request(Command.READ, readRequest, readResponse, read, options);
    hash.update(reply.body!.data);
  }
  await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, options);
  const wanted = createHash('sha256').update(data).digest('hex');
  if (hash.digest('hex') !== wanted) throw new Error(`bystander: round ${number} came back different`);
}

const SIZE = 256 * 1024;
const PART = 32 * 1024;
