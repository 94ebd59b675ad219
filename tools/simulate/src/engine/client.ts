import { type Codec, decode, encode, Reader } from '@tsmbd/ms-dtyp';
import {
  Command,
  cancelRequest,
  EMPTY_BODY,
  type FileId,
  HEADER_SIZE,
  type Header,
  HeaderFlags,
  NtStatus,
  type OplockBreakResponse,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { type CompoundPart, messageIdOf, part, type SmbClient, SmbError, sendCompound } from '@tsmbd/tool-smb-client';
import type { Holding, Machine } from './caches.ts';
import { renew } from './logon.ts';
import type { UserName } from './steps.ts';
import { turn, type World } from './world.ts';

/** Bytes before a message that SmbClient leaves for the transport and a transform. */
const HEADROOM = 56;
/** AsyncId in a header. */
const ASYNC_ID_AT = 32;
/** Requests that change what a file holds or what is in a directory. */
const CHANGING: ReadonlySet<number> = new Set([Command.CREATE, Command.WRITE, Command.SET_INFO, Command.IOCTL]);

/** An open that a client was granted. */
export interface KnownOpen {
  /**
   * The user that the open belongs to: the session's user when it was granted, or when it became
   * able to outlive its connection.
   */
  user: string;
  /** The server's key of the file when it granted the open. */
  key: string | undefined;
  /** The access that the open was granted. */
  granted: number | undefined;
  readonly name: string;
  readonly access: number;
  readonly options: number;
  readonly lease: { readonly key: string; readonly version: 1 | 2 } | undefined;
  durable: 'durable' | 'persistent' | 'resilient' | undefined;
  /** The version of the create context with which its client comes back for it. */
  readonly version: 1 | 2;
  readonly createGuid: string;
  /** It belongs to an application that may move to another client and take it along. */
  readonly appInstance: boolean;
  /** The client machine that has the open, or had it last. */
  machine: Machine;
  fileId: FileId;
  /** The client that uses the open; undefined while no client does. */
  by: SimClient | undefined;
  /** The open is over: a client that comes back for it must be refused. */
  gone: boolean;
  /** Its client has asked for the open to be closed. */
  closing: boolean;
  /** What the open caches; undefined if it caches nothing, or is over. */
  holding: Holding | undefined;
  /** The LOCK that can be repeated, by its LockSequence. */
  sequenced: { readonly index: number; readonly number: number; readonly repeat: () => void } | undefined;
}

/** A request that has no answer yet. */
export interface Unanswered {
  readonly what: string;
  readonly changes: boolean;
  asyncId: bigint | undefined;
}

/** What happens with the answer to a request, at the moment when it arrives. */
export interface Heard<R> {
  readonly done?: (body: R, header: Header) => void;
  readonly refused?: (status: number) => void;
}

/** A user of a client machine with one connection, which comes and goes. */
export class SimClient {
  /** The user as which it logs on. */
  readonly user: UserName;
  /** The user that its session belongs to now. */
  as: UserName;
  readonly machine: Machine;
  readonly unanswered = new Set<Unanswered>();
  /** The answers to its requests, oldest first. Requests whose connection ended have no answer. */
  readonly answers: { readonly command: number; readonly status: number }[] = [];
  /** How it protects its requests, and which dialect it speaks, from the next connection on. */
  protection: 'none' | 'sign' | 'seal' = 'none';
  dialect = 0x0311;
  /** Breaks that the client was told of, oldest first, and how often each was answered. */
  readonly breaks: { readonly told: OplockBreakResponse; answers: number }[] = [];
  smb: SmbClient | undefined;
  treeId = 0;
  readonly #world: World;
  readonly #onBreak: (told: OplockBreakResponse) => void;
  #heard = new Map<bigint, (header: Header, bytes: Uint8Array) => void>();

  constructor(world: World, user: UserName, machine: Machine, onBreak: (told: OplockBreakResponse) => void) {
    this.#world = world;
    this.user = user;
    this.as = user;
    this.machine = machine;
    this.#onBreak = onBreak;
  }

  get isConnected(): boolean {
    return this.smb !== undefined && this.smb.closed === undefined && this.treeId !== 0;
  }

  /**
   * This client, or undefined if the answer came on a connection that the client has left: it no
   * longer has anything from that connection.
   */
  ifStill(smb: SmbClient | undefined): SimClient | undefined {
    return this.isConnected && this.smb === smb ? this : undefined;
  }

  async connect(): Promise<void> {
    if (this.smb !== undefined && this.smb.closed === undefined) {
      if (this.treeId !== 0) return;
      // The anonymous user cannot connect to any share.
      if (this.as === '') await renew(this, this.user, () => {});
      await this.#tree(this.smb);
      return;
    }
    const heard = new Map<bigint, (header: Header, bytes: Uint8Array) => void>();
    this.#heard = heard;
    const smb = this.#world.connect({
      clientGuid: this.machine.clientGuid,
      dialects: [this.dialect],
      sign: this.protection === 'sign',
      seal: this.protection === 'seal' && this.dialect >= 0x0300,
      onNotification: (bytes) => this.#world.attempt(() => this.#told(bytes)),
      onReply: (header, bytes) => {
        const hear = heard.get(header.messageId);
        heard.delete(header.messageId);
        if (hear !== undefined) this.#world.attempt(() => hear(header, bytes));
      },
    });
    await smb.negotiate();
    await smb.logOn(this.user, `${this.user}-password`);
    this.as = this.user;
    await this.#tree(smb);
  }

  async #tree(smb: SmbClient): Promise<void> {
    this.treeId = await smb.tree('share');
    this.smb = smb;
  }

  #told(bytes: Uint8Array): void {
    const told = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
    this.breaks.push({ told, answers: 0 });
    this.#onBreak(told);
  }

  /**
   * Sends a request at once. `heard` is called when the answer arrives, before the answer to any
   * later request.
   */
  send<Q, R>(command: number, codecs: readonly [Codec<Q>, Codec<R>], body: Q, heard: Heard<R> = {}, flags = 0): void {
    this.compound([{ request: part(command, codecs, body, { flags }), heard: heard as Heard<unknown> }]);
  }

  /** Sends requests as one message. */
  compound(parts: readonly { readonly request: CompoundPart; readonly heard?: Heard<unknown> }[]): void {
    const { smb, treeId } = this;
    if (smb === undefined || smb.closed !== undefined) return;
    const world = this.#world;
    const all = parts.map(({ request, heard = {} }) => {
      const { command, codecs, options } = request;
      const changes = CHANGING.has(command);
      const entry: Unanswered = { what: `${commandName(command)} of ${this.user}`, changes, asyncId: undefined };
      this.unanswered.add(entry);
      if (changes) world.changed();
      const hear = (header: Header, bytes: Uint8Array): void => {
        this.unanswered.delete(entry);
        this.answers.push({ command, status: header.status });
        if (changes) world.changed();
        if (header.status !== NtStatus.STATUS_SUCCESS) heard.refused?.(header.status);
        else heard.done?.(bodyOf(codecs[1], bytes), header);
      };
      const onPending = (asyncId: bigint): void => {
        if (entry.asyncId !== undefined) world.errors.push(`${entry.what}: two interim responses`);
        entry.asyncId = asyncId;
      };
      const onSent = (message: Uint8Array): void => void this.#heard.set(messageIdOf(message), hear);
      return { entry, request: { ...request, options: { ...options, treeId, onPending, onSent } } };
    });
    const answers = sendCompound(
      smb,
      all.map(({ request }) => request),
    );
    answers.forEach((answer, i) => {
      answer
        .catch((error: unknown) => {
          // A refusal comes as an answer. Any other failure, except the end of the connection, is a
          // bug of the server or of this client.
          if (smb.closed === undefined) world.errors.push(String(error));
        })
        .finally(() => this.unanswered.delete(all[i]!.entry));
    });
  }

  /**
   * Sends a request and waits for the status of its answer. Rejects if the connection ends first.
   */
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

  /** The connection ends without notice. */
  async drop(): Promise<void> {
    if ([...this.unanswered].some(({ changes }) => changes)) this.machine.hasOrphans = true;
    this.smb?.close();
    this.treeId = 0;
    this.breaks.length = 0;
    await turn();
  }
}

function bodyOf(codec: Codec<unknown>, bytes: Uint8Array): unknown {
  const reader = new Reader(bytes, codec.name);
  reader.position = HEADER_SIZE;
  return codec.decode(reader);
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
