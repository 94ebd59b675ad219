import { type Codec, decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  cancelRequest,
  EMPTY_BODY,
  type FileId,
  HEADER_SIZE,
  HeaderFlags,
  type OplockBreakResponse,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { type Reply, type SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import { fail } from '../violation.ts';
import { turn, type World } from './world.ts';

/** Bytes before a message that SmbClient leaves for the transport and a transform. */
const HEADROOM = 56;
/** AsyncId in a header. */
const ASYNC_ID_AT = 32;

/** An open that some client was granted. */
export interface KnownOpen {
  readonly user: string;
  readonly name: string;
  readonly lease: { readonly key: string; readonly version: 1 | 2 } | undefined;
  readonly durable: 'v1' | 'v2' | 'persistent' | undefined;
  readonly createGuid: string;
  /** The client machine that has it, or had it last. */
  clientGuid: string;
  fileId: FileId;
  /** Who uses it; undefined while nobody does. */
  by: SimClient | undefined;
  /** It is over: whoever comes back for it must be refused. */
  gone: boolean;
}

/** A request that has no answer yet. */
export interface Unanswered {
  readonly what: string;
  asyncId: bigint | undefined;
}

/** A client machine with one connection, which comes and goes. */
export class SimClient {
  readonly user: string;
  readonly clientGuid: string;
  readonly unanswered = new Set<Unanswered>();
  /** What it was answered, oldest first; requests whose connection ended have no answer. */
  readonly answers: { readonly command: number; readonly status: number }[] = [];
  /** What it does to its requests, from the next connection on. */
  protection: 'none' | 'sign' | 'seal' = 'none';
  /** Breaks that it was told of, oldest first, and how often each was answered. */
  readonly breaks: { readonly told: OplockBreakResponse; answers: number }[] = [];
  smb: SmbClient | undefined;
  treeId = 0;
  readonly #world: World;

  constructor(world: World, user: string, clientGuid: string) {
    this.#world = world;
    this.user = user;
    this.clientGuid = clientGuid;
  }

  get isConnected(): boolean {
    return this.smb !== undefined && this.smb.closed === undefined && this.treeId !== 0;
  }

  /** This client, unless what it asked by that connection is answered after it has left: it has nothing of it then. */
  ifStill(smb: SmbClient | undefined): SimClient | undefined {
    return this.isConnected && this.smb === smb ? this : undefined;
  }

  async connect(): Promise<void> {
    if (this.smb !== undefined && this.smb.closed === undefined) {
      if (this.treeId === 0) await this.#tree(this.smb);
      return;
    }
    const { clientGuid } = this;
    const onNotification = (bytes: Uint8Array): void => {
      const told = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
      this.breaks.push({ told, answers: 0 });
    };
    const smb = this.#world.connect({
      clientGuid,
      onNotification,
      sign: this.protection === 'sign',
      seal: this.protection === 'seal',
    });
    await smb.negotiate();
    await smb.logOn(this.user, `${this.user}-password`);
    await this.#tree(smb);
  }

  async #tree(smb: SmbClient): Promise<void> {
    this.treeId = await smb.tree('share');
    this.smb = smb;
  }

  /** Sends a request at once; `done` sees the answer when it is one of success, `refused` any other status. */
  send<Q, R>(
    command: number,
    codecs: readonly [Codec<Q>, Codec<R>],
    body: Q,
    done: (reply: Reply<R>) => void = () => {},
    flags = 0,
  ): void {
    const { smb, treeId } = this;
    if (smb === undefined) return;
    const entry: Unanswered = { what: `${commandName(command)} of ${this.user}`, asyncId: undefined };
    this.unanswered.add(entry);
    const onPending = (asyncId: bigint): void => {
      if (entry.asyncId !== undefined) fail(`${entry.what}: two interim responses`);
      entry.asyncId = asyncId;
    };
    smb
      .request(command, codecs[0], codecs[1], body, { treeId, flags, onPending })
      .then(
        (reply) => {
          this.answers.push({ command, status: reply.header.status });
          done(reply);
        },
        (error: unknown) => {
          if (error instanceof SmbError) this.answers.push({ command, status: error.status });
          // A refusal, or the end of the connection; anything else is a bug on either side.
          if (!(error instanceof SmbError) && smb.closed === undefined) this.#world.errors.push(String(error));
        },
      )
      .catch((error: unknown) => this.#world.errors.push((error as Error).message))
      .finally(() => this.unanswered.delete(entry));
  }

  /** Sends a request and waits for the status of its answer. Rejects when the connection ends first. */
  async ask<Q, R>(command: number, codecs: readonly [Codec<Q>, Codec<R>], body: Q): Promise<number> {
    try {
      return (await this.smb!.request(command, codecs[0], codecs[1], body, { treeId: this.treeId })).header.status;
    } catch (error) {
      if (error instanceof SmbError) return error.status;
      throw error;
    }
  }

  /** CANCEL by AsyncId, [MS-SMB2] 3.2.4.24. */
  cancel(index: number): void {
    const waiting = [...this.unanswered].filter((entry) => entry.asyncId !== undefined);
    const entry = waiting[index % (waiting.length || 1)];
    if (entry?.asyncId === undefined || this.smb === undefined) return;
    const w = this.smb.encode(Command.CANCEL, cancelRequest, EMPTY_BODY, { flags: HeaderFlags.ASYNC_COMMAND });
    const frame = w.result();
    const message = frame.subarray(HEADROOM);
    new DataView(message.buffer, message.byteOffset).setBigUint64(ASYNC_ID_AT, entry.asyncId, true);
    this.smb.transport.send([this.smb.protect(frame)]);
  }

  /** The connection ends without a word. */
  async drop(): Promise<void> {
    this.smb?.close();
    this.treeId = 0;
    this.breaks.length = 0;
    await turn();
  }
}

function commandName(command: number): string {
  return Object.entries(Command).find(([, value]) => value === command)?.[0] ?? String(command);
}

/** A GUID that is the same for the same letters. */
export function guidOf(kind: number, n: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** A create context with its data. */
export function contextOf<T>(name: string, codec: Codec<T>, value: T): { name: string; data: Uint8Array } {
  return { name, data: encode(codec, value) };
}
