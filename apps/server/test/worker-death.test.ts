import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  createRequest,
  createResponse,
  DurableHandleFlags,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  type FileId,
  NtStatus,
  OplockLevel,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, readBody, SmbClient, SmbError, writeBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { PASSWORD, TestDaemon, USER } from './helpers/daemon.ts';

const WORKERS = 4;
const CLIENTS = 8;
/** The worker that is killed. */
const VICTIM = 1;
const BLOCK = 16 << 10;
const BLOCKS = 32;
const LATER_MS = 20;
/** Longer than a worker needs to be there again. */
const PATIENCE_MS = 60_000;
const { PERSISTENT: flags } = DurableHandleFlags;

/** A client that writes and reads a file of its own, which it has open persistently. */
class Transfer {
  reconnects = 0;
  /** Blocks that were written and acknowledged. */
  written = 0;
  readonly name: string;
  /** What the file must hold: of each block, the byte that it is full of. */
  readonly content = new Uint8Array(BLOCKS);
  readonly #port: number;
  readonly #guid: string;
  #client!: SmbClient;
  #treeId = 0;
  #fileId!: FileId;

  constructor(port: number, number: number) {
    this.#port = port;
    this.name = `transfer-${number}`;
    this.#guid = `c0000000-0000-4000-8000-00000000000${number}`;
  }

  /** The worker that the client is connected to, as its SessionId says. */
  get worker(): number {
    return Number(this.#client.sessionId & 0xfn);
  }

  async begin(): Promise<void> {
    const data = encode(durableHandleRequestV2, { timeoutMs: 0, flags, createGuid: this.#guid });
    await this.#connect();
    await this.#open({ name: 'DH2Q', data });
  }

  /** Writes and reads until `enough`. Comes back whenever its connection is lost. */
  async go(enough: () => boolean): Promise<void> {
    for (let n = 0; !enough(); n++) {
      const byte = 1 + (n % 255);
      await this.#surely(() => this.#write(n % BLOCKS, byte));
      this.content[n % BLOCKS] = byte;
      this.written++;
      await this.#surely(() => this.#check((n * 7) % BLOCKS));
    }
  }

  end(): void {
    this.#client.close();
  }

  /** What is under way when the connection is lost is done again. */
  async #surely(act: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (error instanceof SmbError || this.#client.closed === undefined) throw error;
        this.reconnects++;
        await this.#comeBack();
      }
    }
  }

  async #comeBack(): Promise<void> {
    const data = encode(durableHandleReconnectV2, { fileId: this.#fileId, createGuid: this.#guid, flags });
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        await this.#connect();
        return await this.#open({ name: 'DH2C', data });
      } catch (error) {
        // Until the worker is up again, the client is told to come later.
        const isLater = !(error instanceof SmbError) || error.status === NtStatus.STATUS_FILE_NOT_AVAILABLE;
        if (!isLater || performance.now() > deadline) throw error;
        this.#client.close();
        await sleep(LATER_MS);
      }
    }
  }

  async #connect(): Promise<void> {
    this.#client = await SmbClient.login('127.0.0.1', this.#port, USER, PASSWORD, { clientGuid: this.#guid });
    this.#treeId = await this.#client.tree('files');
  }

  async #open(context: CreateContext): Promise<void> {
    const body = createBody(this.name, { requestedOplockLevel: OplockLevel.BATCH, createContexts: [context] });
    this.#fileId = (await this.#ask(Command.CREATE, createRequest, createResponse, body)).fileId;
  }

  async #write(block: number, byte: number): Promise<void> {
    const body = writeBody(this.#fileId, block * BLOCK, new Uint8Array(BLOCK).fill(byte));
    await this.#ask(Command.WRITE, writeRequest, writeResponse, body);
  }

  async #check(block: number): Promise<void> {
    if (this.content[block] === 0) return;
    const body = readBody(this.#fileId, block * BLOCK, BLOCK);
    const { data } = await this.#ask(Command.READ, readRequest, readResponse, body);
    const wrong = data.findIndex((byte) => byte !== this.content[block]);
    if (data.length !== BLOCK || wrong >= 0) throw new Error(`${this.name}: block ${block} is not what was written`);
  }

  async #ask<Q, R>(
    command: number,
    request: Parameters<typeof SmbClient.prototype.request<Q, R>>[1],
    response: Parameters<typeof SmbClient.prototype.request<Q, R>>[2],
    body: Q,
  ): Promise<R> {
    return (await this.#client.request(command, request, response, body, { treeId: this.#treeId })).body!;
  }
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${isSo}`);
    await sleep(LATER_MS);
  }
}

test.serial(
  'no worker that dies amid transfers disturbs the clients of others, or loses what it acknowledged',
  async (t) => {
    t.timeout(180_000);
    const globals = `workers = ${WORKERS}\nsmbd:FSCTL_SMBTORTURE = yes`;
    await using daemon = await TestDaemon.start(globals, 'continuous availability = yes');
    const transfers = Array.from({ length: CLIENTS }, (_, number) => new Transfer(daemon.port, number));
    for (const transfer of transfers) await transfer.begin();
    for (let worker = 0; worker < WORKERS; worker++) {
      t.is(transfers.filter((transfer) => transfer.worker === worker).length, CLIENTS / WORKERS, `${worker}`);
    }
    const victims = transfers.filter(({ worker }) => worker === VICTIM);
    const others = transfers.filter(({ worker }) => worker !== VICTIM);
    let isEnough = false;
    const going = Promise.all(transfers.map((transfer) => transfer.go(() => isEnough)));
    /** All have written as many blocks more. */
    const goOn = (count: number): Promise<void> => {
      const goals = transfers.map(({ written }) => written + count);
      return until(() => transfers.every(({ written }, n) => written >= goals[n]!));
    };
    const killing = (async () => {
      await goOn(40);
      // The second time, the clients are connected elsewhere, and their files are there still.
      for (let times = 0; times < 2; times++) {
        const before = victims.map(({ reconnects }) => reconnects);
        t.is((await daemon.control('kill-worker', String(VICTIM))).status, 0);
        await until(() => victims.every(({ reconnects }, n) => reconnects > before[n]!));
        await goOn(40);
      }
      isEnough = true;
    })();
    await Promise.race([Promise.all([going, killing]), going.then(() => killing)]);
    t.true(others.every(({ reconnects }) => reconnects === 0));
    for (const { name, content } of transfers) {
      const found = readFileSync(join(daemon.folder, name));
      t.is(found.length, BLOCK * BLOCKS, name);
      const wrong = found.findIndex((byte, at) => byte !== content[Math.floor(at / BLOCK)]);
      t.is(wrong, -1, name);
    }
    for (const transfer of transfers) transfer.end();
    t.is(daemon.log.split('"level":50').length - 1, 2, 'the two deaths');
  },
);
