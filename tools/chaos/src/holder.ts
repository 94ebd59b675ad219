import {
  type CreateContext,
  type CreateResponse,
  type FileId,
  HeaderFlags,
  LeaseBreakFlags,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import type { Random } from '@tsmbd/tool-random';
import { SmbError } from '@tsmbd/tool-smb-client';
import { Connection, Gone } from './connection.ts';
import { isPersistent, lease, leaseStateOf, persistentOpen, reconnect } from './contexts.ts';

const BLOCK = 512;
const BLOCKS = 16;
/** Longer than a daemon can need to come back. */
const PATIENCE_MS = 30_000;
/** How long until a client that was told to come later asks again. */
const LATER_MS = 25;

/**
 * A request that was not answered when the daemon was killed. It has been carried out, or it has
 * not.
 */
type Pending =
  | { readonly kind: 'create' | 'close' }
  | { readonly kind: 'write'; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'lock' | 'unlock'; readonly block: number };

/** One range of a holder's file, and whether the holder has it locked. */
export interface HeldRange {
  readonly at: number;
  readonly length: number;
  readonly locked: boolean;
}

/**
 * A client that has one file open, persistently and with a lease, works on it, and comes back
 * whenever the daemon has gone. It knows what the file must contain and which ranges it has locked.
 * It throws if it finds anything else.
 */
export class Holder {
  /**
   * The file's name as far as the client knows. While a rename is not answered, this is the old
   * name.
   */
  name: string;
  /** What it has done, and how often it came back. */
  readonly counts = { steps: 0, reconnects: 0, repeated: 0, later: 0, breaks: 0 };
  readonly #port: number;
  readonly #below: Random;
  readonly #clientGuid: string;
  readonly #leaseKey: string;
  readonly #content = new Uint8Array(BLOCK * BLOCKS);
  readonly #locked = new Set<number>();
  #opens = 0;
  #fileId: FileId | undefined;
  #connection: Connection | undefined;
  #pending: Pending | undefined;
  /**
   * Counts LOCK requests, with 4 bits. A request with the same number as before is a repetition.
   * [MS-SMB2] 3.3.5.14
   */
  #lockNumber = 0;
  #finishing = false;
  /** States in which the lease may be, as far as its client knows. */
  #leaseStates = new Set<number>();

  /**
   * @param below returns a random integer from 0 to one less than its argument
   */
  constructor(port: number, number: number, below: Random) {
    this.#port = port;
    this.#below = below;
    const digits = number.toString(16).padStart(12, '0');
    this.name = `held-${number}`;
    this.#clientGuid = `c0000000-0000-4000-8000-${digits}`;
    this.#leaseKey = `1ea5e000-0000-4000-8000-${digits}`;
  }

  /**
   * Works until `enough`. Comes back whatever happens to the daemon, and ends with no request
   * pending.
   */
  async work(enough: () => boolean): Promise<void> {
    for (;;) {
      try {
        if (this.#connection === undefined) await this.#comeBack();
        while (!enough()) await this.#step();
        return;
      } catch (error) {
        if (!(error instanceof Gone)) throw new Error(`${this.name}: ${(error as Error).message}`, { cause: error });
        this.#connection?.end();
        this.#connection = undefined;
      }
    }
  }

  /** The ranges that another client must find locked, and those that it must find free. */
  ranges(): HeldRange[] {
    return Array.from({ length: BLOCKS }, (_, block) => ({ ...rangeOf(block), locked: this.#locked.has(block) }));
  }

  /** Closes the file and disconnects. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await this.work(() => this.#fileId === undefined);
    this.#connection?.end();
  }

  async #step(): Promise<void> {
    this.counts.steps++;
    if (this.#finishing) return this.#close();
    const block = this.#below(BLOCKS);
    switch (this.#below(9)) {
      case 0:
      case 1:
      case 2: {
        const data = new Uint8Array(BLOCK).fill(this.#below(256));
        await this.#doing({ kind: 'write', block, data });
        return;
      }
      case 3:
      case 4:
      case 5:
        await this.#doing({ kind: this.#locked.has(block) ? 'unlock' : 'lock', block });
        return;
      case 6:
        await this.#check();
        return;
      case 7:
        await this.#doing({ kind: 'rename', to: `${this.name.split('.')[0]}.${this.#below(4)}` });
        return;
      default:
        // From time to time the client makes a new open, which has none of the earlier open's
        // locks.
        if (this.#below(8) !== 0) return;
        await this.#close();
        await this.#open();
    }
  }

  /** Sends the pending request, and sends it again until it is answered. */
  async #doing(pending: Pending): Promise<void> {
    this.#pending = pending;
    if (pending.kind === 'lock' || pending.kind === 'unlock') this.#lockNumber = (this.#lockNumber + 1) & 0xf;
    await this.#carryOut(pending);
    this.#pending = undefined;
  }

  async #carryOut(pending: Pending): Promise<void> {
    const connection = this.#connection!;
    switch (pending.kind) {
      case 'create':
      case 'close':
        throw new Error('these have ways of their own');
      case 'write':
        await connection.write(this.#fileId!, pending.block * BLOCK, pending.data);
        this.#content.set(pending.data, pending.block * BLOCK);
        return;
      case 'rename':
        await connection.rename(this.#fileId!, pending.to);
        this.name = pending.to;
        return;
      case 'lock':
      case 'unlock': {
        const sequence = { index: 1, number: this.#lockNumber };
        await connection.lock(this.#fileId!, rangeOf(pending.block), pending.kind === 'unlock', sequence);
        if (pending.kind === 'lock') this.#locked.add(pending.block);
        else this.#locked.delete(pending.block);
      }
    }
  }

  /** The file must contain what was written: all of it, byte for byte. */
  async #check(): Promise<void> {
    const found = await this.#connection!.read(this.#fileId!, 0, this.#content.length);
    const at = this.#content.findIndex((byte, i) => byte !== found[i]);
    if (at >= 0) throw new Error(`byte ${at} is ${found[at]} and was written as ${this.#content[at]}`);
  }

  get #createGuid(): string {
    return `${this.#opens.toString(16).padStart(8, '0')}${this.#clientGuid.slice(8)}`;
  }

  /** Makes a new open, or repeats the CREATE that was not answered. [MS-SMB2] 3.2.4.3.5 */
  async #open(repeated = false): Promise<void> {
    if (!repeated) this.#opens++;
    this.#pending = { kind: 'create' };
    const wanted = [persistentOpen(this.#createGuid), lease(this.#leaseKey)];
    const response = repeated
      ? await this.#createLater(wanted, HeaderFlags.REPLAY_OPERATION)
      : await this.#create(wanted);
    if (!isPersistent(response)) throw new Error('the open is not persistent');
    this.#fileId = response.fileId;
    this.#leaseStates = new Set([leaseStateOf(response)]);
    this.#lockNumber = 0;
    this.#pending = undefined;
    const size = Number(response.endOfFile);
    if (size === 0) await this.#doing({ kind: 'write', block: BLOCKS - 1, data: new Uint8Array(BLOCK) });
  }

  #create(createContexts: readonly CreateContext[], flags = 0): Promise<CreateResponse> {
    return this.#connection!.create(this.name, { requestedOplockLevel: OplockLevel.LEASE, createContexts }, flags);
  }

  /**
   * Asks for an open that is there already. While its worker is started again, or has not heard
   * that the client's connection is gone, the client is told to come later. [MS-SMB2] 3.3.5.9
   */
  async #createLater(createContexts: readonly CreateContext[], flags = 0): Promise<CreateResponse> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#create(createContexts, flags);
      } catch (error) {
        const isLater = error instanceof SmbError && error.status === NtStatus.STATUS_FILE_NOT_AVAILABLE;
        if (!isLater || performance.now() > deadline) throw error;
        this.counts.later++;
        await new Promise((resolve) => setTimeout(resolve, LATER_MS));
      }
    }
  }

  async #close(): Promise<void> {
    this.#pending = { kind: 'close' };
    await this.#connection!.close(this.#fileId!);
    this.#closed();
  }

  #closed(): void {
    this.#pending = undefined;
    this.#fileId = undefined;
    this.#locked.clear();
  }

  async #comeBack(): Promise<void> {
    this.#connection = await Connection.open(this.#port, this.#clientGuid, PATIENCE_MS, (connection, told) => {
      this.counts.breaks++;
      if ((told.flags & LeaseBreakFlags.ACK_REQUIRED) === 0) {
        this.#leaseStates = new Set([told.newLeaseState]);
        return;
      }
      this.#leaseStates.add(told.newLeaseState);
      connection.acknowledge(this.#leaseKey, told.newLeaseState).then(
        () => {
          // Meanwhile the answer to a reconnect may have come, which is older than the break.
          this.#leaseStates.delete(told.currentLeaseState);
          this.#leaseStates.add(told.newLeaseState);
        },
        () => undefined,
      );
    });
    const pending = this.#pending;
    if (pending?.kind === 'create') {
      this.counts.repeated++;
      await this.#open(true);
    } else if (this.#fileId === undefined) {
      if (!this.#finishing) await this.#open();
    } else if (!(await this.#reconnect(pending?.kind === 'close'))) {
      this.#closed();
      if (!this.#finishing) await this.#open();
    } else if (pending?.kind === 'close') {
      await this.#close();
      if (!this.#finishing) await this.#open();
    } else if (pending !== undefined) {
      if (pending.kind === 'write') await this.#checkHalfDone(pending.block, pending.data);
      this.counts.repeated++;
      await this.#carryOut(pending);
      this.#pending = undefined;
    }
    if (this.#fileId !== undefined) await this.#check();
  }

  /**
   * Reconnects to its open. Returns false if the open is gone, which is allowed only after a CLOSE
   * was sent.
   */
  async #reconnect(mayBeGone: boolean): Promise<boolean> {
    this.counts.reconnects++;
    const { name } = this;
    const pending = this.#pending;
    try {
      const response = await this.#createLater([reconnect(this.#fileId!, this.#createGuid), lease(this.#leaseKey)]);
      const state = leaseStateOf(response);
      if (!this.#leaseStates.has(state)) {
        throw new Error(`the lease is ${state} and was one of ${[...this.#leaseStates].join(', ')}`);
      }
      this.#leaseStates = new Set([state]);
      this.#fileId = response.fileId;
      return true;
    } catch (error) {
      const gone = error instanceof SmbError && error.status === NtStatus.STATUS_OBJECT_NAME_NOT_FOUND;
      if (gone && mayBeGone) return false;
      // [MS-SMB2] 3.3.5.9.12: the file already has the other name.
      const renamed = error instanceof SmbError && error.status === NtStatus.STATUS_INVALID_PARAMETER;
      if (!renamed || pending?.kind !== 'rename' || name === pending.to) throw error;
      this.name = pending.to;
      return this.#reconnect(mayBeGone);
    }
  }

  /** A write that was not answered has been done completely or not at all. */
  async #checkHalfDone(block: number, data: Uint8Array): Promise<void> {
    const found = await this.#connection!.read(this.#fileId!, block * BLOCK, BLOCK);
    const before = this.#content.subarray(block * BLOCK, (block + 1) * BLOCK);
    const same = (wanted: Uint8Array): boolean => wanted.every((byte, i) => byte === found[i]);
    if (found.length > 0 && !same(before) && !same(data)) throw new Error(`half of a write to block ${block}`);
  }
}

function rangeOf(block: number): { readonly at: number; readonly length: number } {
  return { at: block * BLOCK, length: BLOCK };
}
