import { type Codec, decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateRequest,
  type CreateResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  FileInformationClass,
  fileRenameInformation,
  HEADER_SIZE,
  type LeaseBreakNotification,
  LockFlags,
  lockRequest,
  lockResponse,
  oplockBreakRequest,
  oplockBreakResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, lockBody, readBody, SmbClient, SmbError, writeBody } from '@tsmbd/tool-smb-client';
import { SHARE, USER } from './daemon.ts';

/**
 * The daemon went while a request was under way. A client that holds something comes back for it.
 */
export class Gone extends Error {}

const RETRY_MS = 25;
/** SMB2_0_INFO_FILE. */
const INFO_FILE = 1;

/** A client's connection to a daemon that may be gone at any time. */
export class Connection {
  readonly #client: SmbClient;
  readonly #treeId: number;

  private constructor(client: SmbClient, treeId: number) {
    this.#client = client;
    this.#treeId = treeId;
  }

  /** Tries until the daemon is there. Throws if it is not there within `patienceMs`. */
  static async open(
    port: number,
    clientGuid: string,
    patienceMs: number,
    onBreak: (connection: Connection, notification: LeaseBreakNotification) => void = () => undefined,
  ): Promise<Connection> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        let connection: Connection | undefined;
        const onNotification = (bytes: Uint8Array): void => {
          const message = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
          if (connection !== undefined && message.kind === 'lease-notification') onBreak(connection, message);
        };
        const options = { clientGuid, onNotification };
        const client = await SmbClient.login('127.0.0.1', port, USER.name, USER.password, options);
        connection = new Connection(client, await client.tree(SHARE));
        return connection;
      } catch (error) {
        if (error instanceof SmbError || performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async create(name: string, more: Partial<CreateRequest>, flags = 0): Promise<CreateResponse> {
    return (await this.#ask(Command.CREATE, createRequest, createResponse, createBody(name, more), flags))!;
  }

  async close(fileId: FileId): Promise<void> {
    await this.#ask(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId });
  }

  async read(fileId: FileId, offset: number, length: number): Promise<Uint8Array> {
    return (await this.#ask(Command.READ, readRequest, readResponse, readBody(fileId, offset, length)))!.data;
  }

  async write(fileId: FileId, offset: number, data: Uint8Array): Promise<void> {
    await this.#ask(Command.WRITE, writeRequest, writeResponse, writeBody(fileId, offset, data));
  }

  /** Locks or unlocks one exclusive range, without waiting. */
  async lock(
    fileId: FileId,
    range: { readonly at: number; readonly length: number },
    unlock: boolean,
    sequence?: { readonly index: number; readonly number: number },
  ): Promise<void> {
    const flags = unlock ? LockFlags.UNLOCK : LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
    await this.#ask(Command.LOCK, lockRequest, lockResponse, lockBody(fileId, [{ ...range, flags }], sequence));
  }

  async rename(fileId: FileId, fileName: string): Promise<void> {
    const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });
    const fileInfoClass = FileInformationClass.FileRenameInformation;
    const body = { infoType: INFO_FILE, fileInfoClass, additionalInformation: 0, fileId, buffer };
    await this.#ask(Command.SET_INFO, setInfoRequest, setInfoResponse, body);
  }

  async acknowledge(leaseKey: string, leaseState: number): Promise<void> {
    const body = { kind: 'lease', flags: 0, leaseKey, leaseState, leaseDuration: 0n } as const;
    await this.#ask(Command.OPLOCK_BREAK, oplockBreakRequest, oplockBreakResponse, body);
  }

  end(): void {
    this.#client.transport.destroy('done');
  }

  async #ask<Q, R>(command: number, request: Codec<Q>, response: Codec<R>, body: Q, flags = 0): Promise<R | undefined> {
    try {
      const options = { treeId: this.#treeId, flags };
      return (await this.#client.request(command, request, response, body, options)).body;
    } catch (error) {
      if (this.#client.closed !== undefined && !(error instanceof SmbError)) throw new Gone();
      throw error;
    }
  }
}
